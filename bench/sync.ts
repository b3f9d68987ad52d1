/**
 * Twilio Sync under a crowd: phones text for a minute, each at a moment of its own; 30 processes take the texts, as many as
 * Twilio runs at once, each with connections and memory of its own. Sync is the stand-in, in another process, with its
 * limits on and a latency for each call. What counts: nothing lost, nothing counted twice, the 99th percentile of the
 * handler below 5 s, and calls per rating.
 *
 * Run: npx tsx bench/sync.ts [--phones 12000] [--seconds 60] [--latency 50] [--faults 0]
 *   --latency milliseconds of a call on average; --faults share of calls that go wrong: errors, broken connections before
 *   and after the call was done
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { parseEvent } from '../src/rating/parse-event';
import type { RatingEvent } from '../src/rating/rating-event';
import { takeRating } from '../src/rating/take-rating';
import { type RatingStore, StoreUnavailable } from '../src/storage/rating-store';
import { openSyncStore } from '../src/storage/sync/sync-store';
import { connectToSync, startSync } from '../test/stand-in/start-sync';
import type { SyncFault } from '../test/stand-in/sync-api';

const processes = 30;
const longest = 5000;
/** Two, and what conflicts, settings and putting away add. */
const mostCalls = 2.75;

interface Options {
  phones: number;
  seconds: number;
  latency: number;
  faults: number;
}

interface Served {
  port: number;
  ca: string;
  accountSid: string;
  authToken: string;
}

interface Counts {
  calls: number;
  /** Calls for what is in the way of a rating: reading and replacing a Document, and the rest. */
  reads: number;
  writes: number;
  items: number;
  refused: number;
}

interface Phone {
  /** Milliseconds after the beginning. */
  moment: number;
  voter: string;
  messageSid: string;
  score: number;
  comment: string;
}

async function main(): Promise<void> {
  const options = readOptions();
  const { phones, seconds, latency, faults } = options;
  const server = spawn(
    process.execPath,
    ['--import', 'tsx', __filename, 'serve', String(latency), String(faults)],
    { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
  );
  try {
    const [served] = (await once(server, 'message')) as [Served];
    const connection = connectToSync(served);
    const open = () => openSyncStore({ deployed: true, ...served }, connection.connect);
    console.error(
      `${phones} phones in ${seconds} s, ${latency} ms a call, ${faults * 100} % of calls fail …`,
    );
    const crowd = makeCrowd(options);
    const handled = await rate(crowd, open);
    const counts = await ask(server);
    const result = await compare(crowd, { store: open(), server });
    connection.close();
    report({ ...options, ...handled, ...result, ...counts });
  } finally {
    server.kill();
  }
}

/** The other process: Sync. */
async function serve(latency: number, faults: number): Promise<void> {
  const sync = await startSync();
  sync.latency = () => latency * (0.4 + 1.2 * Math.random());
  const kinds: SyncFault[] = [
    { status: 500, code: 20500 },
    { status: 429, code: 20429 },
    'reset',
    'reset-after',
  ];
  sync.fault = () => (Math.random() < faults ? kinds[Math.floor(Math.random() * kinds.length)] : undefined);
  const count = (kind: RegExp) => sync.calls.filter((call) => kind.test(call)).length;
  process.on('message', () =>
    process.send?.({
      calls: sync.calls.length,
      reads: count(/^GET .*\/Documents\/ringtrue\.bench\.\d+$/),
      writes: count(/^POST .*\/Documents(?:\/ringtrue\.bench\.\d+)?$/),
      items: count(/\/Maps\b/),
      refused: sync.limits.refused,
    } satisfies Counts),
  );
  process.on('disconnect', () => process.exit());
  const { port, ca, accountSid, authToken } = sync;
  process.send?.({ port, ca, accountSid, authToken } satisfies Served);
}

async function ask(server: ChildProcess): Promise<Counts> {
  server.send('counts');
  const [counts] = (await once(server, 'message')) as [Counts];
  return counts;
}

function makeCrowd({ phones, seconds }: Options): Phone[] {
  return Array.from({ length: phones }, (_, index) => {
    const hash = createHash('md5').update(`phone ${index}`).digest('hex');
    return {
      moment: Math.random() * seconds * 1000,
      voter: hash.slice(0, 22),
      messageSid: `SM${hash}`,
      score: 1 + (index % 5),
      comment: index % 3 === 0 ? ' the second half was much better' : '',
    };
  }).sort((a, b) => a.moment - b.moment);
}

/** Every process takes one text at a time; one that comes while all are busy waits. */
async function rate(
  crowd: Phone[],
  open: () => RatingStore,
): Promise<{ handler: number[]; waited: number[]; repeated: number; given: Set<string> }> {
  const event = readEvent();
  const handler: number[] = [];
  const waited: number[] = [];
  const given = new Set<string>();
  let repeated = 0;
  const start = performance.now();
  const queue = [...crowd];
  const work = async () => {
    const store = open();
    for (let phone = queue.shift(); phone; phone = queue.shift()) {
      await new Promise((resolve) => setTimeout(resolve, start + phone.moment - performance.now()));
      waited.push(performance.now() - start - phone.moment);
      // What answers 503 is delivered once more, to the fallback URL.
      for (const again of [true, false]) {
        const begun = performance.now();
        try {
          await take(phone, { event, store });
          given.add(phone.voter);
          handler.push(performance.now() - begun);
          break;
        } catch (error) {
          if (!(error instanceof StoreUnavailable)) throw error;
          handler.push(performance.now() - begun);
          if (again) repeated += 1;
        }
      }
    }
  };
  await Promise.all(Array.from({ length: processes }, work));
  return { handler, waited, repeated, given };
}

function take(
  { voter, messageSid, score, comment }: Phone,
  { event, store }: { event: RatingEvent; store: RatingStore },
): Promise<string | null> {
  return takeRating({
    text: `KEYNOTE ${score}${comment}`,
    messageSid,
    voter,
    optOutType: null,
    event,
    store,
    now: Date.now(),
    isProfane: () => false,
  });
}

/** What is stored against what was acknowledged. */
async function compare(
  crowd: Phone[],
  { store, server }: { store: RatingStore; server: ChildProcess },
): Promise<{
  stored: number;
  wrong: number;
  count: number;
  sum: number;
  tallyCalls: number;
  tallyTime: number;
}> {
  await store.tally(readEvent().id);
  const before = await ask(server);
  const begun = performance.now();
  const [tally] = await store.tally(readEvent().id);
  const tallyTime = performance.now() - begun;
  const after = await ask(server);
  const scores = new Map(crowd.map(({ voter, score }) => [voter, score]));
  const stored = new Set<string>();
  let wrong = 0;
  for await (const { voter, score } of store.ratings(readEvent().id)) {
    if (stored.has(voter) || scores.get(voter) !== score) wrong += 1;
    stored.add(voter);
  }
  return {
    stored: stored.size,
    wrong,
    count: tally?.count ?? 0,
    sum: tally?.sum ?? 0,
    tallyCalls: after.calls - before.calls,
    tallyTime,
  };
}

function report(
  run: {
    phones: number;
    handler: number[];
    waited: number[];
    repeated: number;
    given: Set<string>;
    stored: number;
    wrong: number;
    count: number;
    sum: number;
    tallyCalls: number;
    tallyTime: number;
    faults: number;
  } & Counts,
): void {
  const { phones, handler, waited, given, stored, wrong, count } = run;
  const each = (calls: number) => (calls / phones).toFixed(2);
  const callsEach = run.calls / phones;
  const lost = given.size - stored;
  const p99 = quantile(handler, 0.99);
  const rows: [name: string, value: string][] = [
    ['texts', `${phones}, ${given.size} acknowledged, ${run.repeated} delivered twice`],
    ['lost', String(Math.max(0, lost))],
    ['counted twice or wrongly', String(wrong + Math.abs(count - stored))],
    [
      'calls of Sync per rating',
      `${each(run.calls)}: reading ${each(run.reads)}, writing ${each(run.writes)}, putting away ${each(run.items)}, other ${each(run.calls - run.reads - run.writes - run.items)}`,
    ],
    ['refused by its limits', String(run.refused)],
    ['handler', `p50 ${quantile(handler, 0.5)} ms, p99 ${p99} ms, longest ${quantile(handler, 1)} ms`],
    ['waited for a process', `p50 ${quantile(waited, 0.5)} ms, p99 ${quantile(waited, 0.99)} ms`],
    ['results', `${run.tallyCalls} calls, ${Math.round(run.tallyTime)} ms`],
  ];
  for (const [name, value] of rows) console.log(`${name.padEnd(26)} ${value}`);
  const broken = [
    ...(given.size < phones ? [`${phones - given.size} texts were never acknowledged`] : []),
    ...(lost > 0 ? [`${lost} acknowledged ratings are lost`] : []),
    ...(wrong + Math.abs(count - stored) > 0 ? ['ratings and tally differ from what was sent'] : []),
    ...(p99 > longest ? [`the 99th percentile is above ${longest} ms`] : []),
    ...(run.faults === 0 && callsEach > mostCalls ? [`a rating takes more than ${mostCalls} calls`] : []),
  ];
  for (const promise of broken) console.log(`broken: ${promise}`);
  if (broken.length > 0) process.exitCode = 1;
}

/** Whole milliseconds. */
function quantile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0);
}

function readEvent(): RatingEvent {
  const parsed = parseEvent(
    JSON.stringify({ id: 'bench', title: 'Bench', sessions: [{ keyword: 'KEYNOTE', title: 'Keynote' }] }),
  );
  if (!parsed.ok) throw new Error(parsed.faults[0]?.message);
  return parsed.event;
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      phones: { type: 'string', default: '12000' },
      seconds: { type: 'string', default: '60' },
      latency: { type: 'string', default: '50' },
      faults: { type: 'string', default: '0' },
    },
  });
  const { phones, seconds, latency, faults } = values;
  return {
    phones: Number(phones),
    seconds: Number(seconds),
    latency: Number(latency),
    faults: Number(faults),
  };
}

const [role, latency, faults] = process.argv.slice(2);
(role === 'serve' ? serve(Number(latency), Number(faults)) : main()).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
