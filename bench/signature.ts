/**
 * `verify` next to twilio-node and to the raw limit, one HMAC over a string that is ready, in one process. The three take
 * turns in short rounds, with fresh objects each time; medians of the rounds. Ratios are what counts.
 *
 * Run: npx tsx bench/signature.ts
 */
import { createHmac, randomBytes } from 'node:crypto';
import { getExpectedTwilioSignature, validateRequest } from 'twilio/lib/webhooks/webhooks';
import { type SignedRequest, verify } from '../src/signature/index';

const token = '0123456789abcdef0123456789abcdef';
const url = 'https://example-1234-dev.twil.io/sms/incoming';
const rounds = 61;

const message: Record<string, string> = {
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
const many = Object.fromEntries(
  Array.from({ length: 100_000 }, (_, index) => [`name${index}`, `value${index}`]),
);
const large = { ...message, Body: 'x'.repeat(8 * 1024 * 1024) };
const signature = getExpectedTwilioSignature(token, url, message);
const wrong = randomBytes(20).toString('base64');

interface Contest {
  name: string;
  /** Calls in a round. */
  calls: number;
  contestants: Record<string, () => void>;
  /** What is promised: slowest time of `ours` in units of another. */
  promise?: string;
}

const fresh = (params: Record<string, string>, received: string): SignedRequest => ({
  url,
  params: { ...params },
  signature: received,
});
const theirs = (params: Record<string, string>, received: string) => () => {
  validateRequest(token, received, url, { ...params });
};
const ours = (params: Record<string, string>, received: string) => () => {
  verify(fresh(params, received), token);
};
const ready =
  url +
  Object.keys(message)
    .sort()
    .map((name) => name + message[name])
    .join('');

const contests: Contest[] = [
  {
    name: 'a valid message of 20 parameters',
    calls: 300,
    contestants: {
      ours: ours(message, signature),
      'twilio-node': theirs(message, signature),
      'raw limit': () => void createHmac('sha1', token).update(ready).digest('base64'),
    },
    promise: 'at least 1.2 times as fast as twilio-node, at most 2.2 times the raw limit',
  },
  {
    name: 'a wrong signature',
    calls: 300,
    contestants: { ours: ours(message, wrong), 'twilio-node': theirs(message, wrong) },
    promise: 'at least 5 times as fast as twilio-node',
  },
  {
    name: 'a malformed header',
    calls: 300,
    contestants: { ours: ours(message, 'bogus'), 'twilio-node': theirs(message, 'bogus') },
    promise: 'at least 100 times as fast as twilio-node',
  },
  {
    name: '100,000 parameters, malformed header',
    calls: 1,
    contestants: {
      ours: () => void verify({ url, params: many, signature: 'bogus' }, token),
      'twilio-node': () => void validateRequest(token, 'bogus', url, many),
    },
  },
  {
    name: '100,000 parameters, wrong signature',
    calls: 1,
    contestants: {
      ours: () => void verify({ url, params: many, signature: wrong }, token),
      'twilio-node': () => void validateRequest(token, wrong, url, many),
    },
  },
  {
    name: '8 MB in one parameter, malformed header',
    calls: 1,
    contestants: {
      ours: () => void verify({ url, params: large, signature: 'bogus' }, token),
      'twilio-node': () => void validateRequest(token, 'bogus', url, large),
    },
  },
  {
    name: '8 MB in one parameter, wrong signature',
    calls: 1,
    contestants: {
      ours: () => void verify({ url, params: large, signature: wrong }, token),
      'twilio-node': () => void validateRequest(token, wrong, url, large),
    },
  },
];

function measure({ calls, contestants }: Contest): Map<string, number> {
  const times = new Map(Object.keys(contestants).map((name) => [name, [] as number[]]));
  const turns = calls === 1 ? 9 : rounds;
  for (let round = -3; round < turns; round++) {
    for (const [name, run] of Object.entries(contestants)) {
      const start = process.hrtime.bigint();
      for (let call = 0; call < calls; call++) run();
      // The first rounds warm up.
      if (round >= 0) times.get(name)?.push(Number(process.hrtime.bigint() - start) / calls / 1000);
    }
  }
  return new Map([...times].map(([name, all]) => [name, all.sort((a, b) => a - b)[all.length >> 1] ?? 0]));
}

console.log(`Node ${process.version}, medians in microseconds a call`);
for (const contest of contests) {
  const medians = measure(contest);
  const own = medians.get('ours') ?? 0;
  console.log(`\n${contest.name}${contest.promise ? ` (${contest.promise})` : ''}`);
  for (const [name, median] of medians) {
    const ratio =
      name === 'ours'
        ? ''
        : `   ours takes ${(own / median).toFixed(3)} of it, ${(median / own).toFixed(1)} times as fast`;
    console.log(`  ${name.padEnd(12)} ${median.toFixed(2).padStart(10)}${ratio}`);
  }
}
