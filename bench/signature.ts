/**
 * `verify` next to twilio-node and to the raw limit, one `createHmac` over a string that is ready, in one process. They take
 * turns in short rounds, each call with objects of its own that were made before the clock started. What counts are ratios:
 * the median over the rounds of what ours takes in units of another. Exits 1 when a promise is not kept.
 *
 * Run: npx tsx bench/signature.ts
 */
import { createHmac, randomBytes } from 'node:crypto';
import { getExpectedTwilioSignature, validateRequest } from 'twilio/lib/webhooks/webhooks';

// What is shipped: as a project imports it, built from this checkout by a bundler, as Twilio's functions are. Compiled file by
// file, as tests run it, each call between files costs a look-up, on Node 22 a tenth of all.
const { buildTool }: { buildTool: () => void } = require('../bin/build-tool.js');
buildTool();
const { verify }: typeof import('../src/signature/index') = require('../dist/tool/signature.js');

const token = '0123456789abcdef0123456789abcdef';
const url = 'https://example-1234-dev.twil.io/sms/incoming';
/** Has all forms that are ever tried without asking: port given and removed, user info removed and kept. */
const fourFormsUrl = 'https://user:pass@example-1234-dev.twil.io:8443/sms/incoming';

type Params = Record<string, string>;
const message: Params = {
  ToCountry: 'US',
  ToState: '',
  SmsMessageSid: `SM${'a'.repeat(32)}`,
  NumMedia: '0',
  ToCity: '',
  FromZip: '',
  SmsSid: `SM${'a'.repeat(32)}`,
  FromState: '',
  SmsStatus: 'received',
  FromCity: '',
  Body: 'KEYNOTE 5 loved it',
  FromCountry: 'US',
  To: '+15550100000',
  MessagingServiceSid: `MG${'b'.repeat(32)}`,
  ToZip: '',
  NumSegments: '1',
  MessageSid: `SM${'a'.repeat(32)}`,
  AccountSid: `AC${'c'.repeat(32)}`,
  From: '+15550100001',
  ApiVersion: '2010-04-01',
};
const many: Params = Object.fromEntries(
  Array.from({ length: 100_000 }, (_, index) => [`name${index}`, `value${index}`]),
);
const large: Params = { ...message, Body: 'x'.repeat(8 * 1024 * 1024) };
const largeBody = Buffer.alloc(8 * 1024 * 1024, 'x');
const signature = getExpectedTwilioSignature(token, url, message);
const wrong = randomBytes(20).toString('base64');

interface Contestant {
  params: Params;
  run: (params: Params) => void;
}

interface Contest {
  name: string;
  /** Calls in a round. */
  calls: number;
  contestants: { ours: Contestant } & Record<string, Contestant>;
  /** How much of another's time ours may take. */
  promises: Record<string, number>;
}

const ours = (params: Params, received: string, address = url): Contestant => ({
  params,
  run: (given) => void verify({ url: address, params: given, signature: received }, token),
});
const theirs = (params: Params, received: string): Contestant => ({
  params,
  run: (given) => void validateRequest(token, received, url, given),
});
const join = (params: Params): string => {
  let joined = url;
  for (const name of Object.keys(params).sort()) joined += name + params[name];
  return joined;
};
const ready = join(message);
const rawLimit: Contestant = {
  params: message,
  run: () => void createHmac('sha1', token).update(ready).digest('base64'),
};
const oneSortFourHashes = (params: Params): Contestant => ({
  params,
  run: (given) => {
    const joined = join(given);
    for (let form = 0; form < 4; form++) createHmac('sha1', token).update(joined).digest('base64');
  },
});
const malformedSmall = ours(message, 'bogus');
const wrongJson = (body: Buffer): Contestant => ({
  params: {},
  run: () =>
    void verify(
      { url: `${url}?bodySHA256=${'0'.repeat(64)}`, contentType: 'application/json', body, signature: wrong },
      token,
    ),
});

const contests: Contest[] = [
  {
    name: 'a valid message of 20 parameters',
    calls: 300,
    contestants: {
      ours: ours(message, signature),
      'twilio-node': theirs(message, signature),
      'raw limit': rawLimit,
    },
    promises: { 'twilio-node': 1 / 1.2, 'raw limit': 2.2 },
  },
  {
    name: 'a wrong signature',
    calls: 300,
    contestants: { ours: ours(message, wrong), 'twilio-node': theirs(message, wrong) },
    promises: { 'twilio-node': 1 / 5 },
  },
  {
    name: 'a malformed header',
    calls: 300,
    contestants: { ours: malformedSmall, 'twilio-node': theirs(message, 'bogus') },
    promises: { 'twilio-node': 1 / 100 },
  },
  // Nothing: what a small message costs, give or take what a clock of microseconds shows.
  {
    name: '100,000 parameters with a malformed header cost nothing',
    calls: 300,
    contestants: { ours: ours(many, 'bogus'), '20 parameters': malformedSmall },
    promises: { '20 parameters': 3 },
  },
  {
    name: '8 MB in one parameter with a malformed header cost nothing',
    calls: 300,
    contestants: { ours: ours(large, 'bogus'), '20 parameters': malformedSmall },
    promises: { '20 parameters': 3 },
  },
  {
    name: '8 MB of JSON with a wrong signature are not hashed',
    calls: 300,
    contestants: { ours: wrongJson(largeBody), '2 bytes': wrongJson(Buffer.from('{}')) },
    promises: { '2 bytes': 3 },
  },
  {
    // A fifth form or a second sort would take more; reading and checking the texts takes something, too.
    name: '100,000 parameters with a wrong signature, all four forms',
    calls: 1,
    contestants: {
      ours: ours(many, wrong, fourFormsUrl),
      'one sort, four hashes': oneSortFourHashes(many),
      'twilio-node': theirs(many, wrong),
    },
    promises: { 'one sort, four hashes': 1.5 },
  },
  {
    name: '8 MB in one parameter with a wrong signature, all four forms',
    calls: 1,
    contestants: {
      ours: ours(large, wrong, fourFormsUrl),
      'one sort, four hashes': oneSortFourHashes(large),
      'twilio-node': theirs(large, wrong),
    },
    promises: { 'one sort, four hashes': 1.5 },
  },
];

/** The time of each call in microseconds, a list for each contestant with an entry for each round. */
function measure({ calls, contestants }: Contest): Record<string, number[]> {
  const times = Object.fromEntries(Object.keys(contestants).map((name) => [name, [] as number[]]));
  const rounds = calls === 1 ? 9 : 101;
  // A list of 300 copies of 100,000 parameters would not be the subject: what is not read needs no copies.
  const copies = ({ params }: Contestant) =>
    Array.from({ length: calls }, () => (params === many && calls > 1 ? params : { ...params }));
  for (let round = -20; round < rounds; round++) {
    if (calls === 1 && round < -3) continue;
    // Another one first in each round: whoever comes first meets what the round before left to the collector of garbage.
    const order = Object.entries(contestants);
    order.push(...order.splice(0, (round + 20) % order.length));
    for (const [name, contestant] of order) {
      const inputs = copies(contestant);
      const start = process.hrtime.bigint();
      for (const input of inputs) contestant.run(input);
      const took = Number(process.hrtime.bigint() - start) / calls / 1000;
      // The first rounds warm up.
      if (round >= 0) times[name]?.push(took);
    }
  }
  return times;
}

const median = (values: number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

let broken = 0;
console.log(`Node ${process.version}, microseconds a call, medians`);
for (const contest of contests) {
  const times = measure(contest);
  const own = times.ours ?? [];
  console.log(`\n${contest.name}\n  ${'ours'.padEnd(22)}${median(own).toFixed(2).padStart(10)}`);
  for (const [name, others] of Object.entries(times)) {
    if (name === 'ours') continue;
    const ratio = median(own.map((time, round) => time / (others[round] ?? Number.NaN)));
    const promise = contest.promises[name];
    // Written so that no number at all is a broken promise, too.
    const isKept = promise === undefined || ratio <= promise;
    if (!isKept) broken++;
    const told =
      promise === undefined ? '' : `, promised at most ${promise.toFixed(3)}${isKept ? '' : ': NOT KEPT'}`;
    console.log(
      `  ${name.padEnd(22)}${median(others).toFixed(2).padStart(10)}   ours takes ${ratio.toFixed(3)} of it${told}`,
    );
  }
}
if (broken > 0) console.error(`\n${broken} not kept`);
process.exitCode = broken > 0 ? 1 : 0;
