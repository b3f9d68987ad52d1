/**
 * Reading the results of an event from Twilio Sync, with few and with many ratings: calls, and time against the stand-in, as
 * a ratio to 10,000 ratings, with which the 192 Documents are about as large as they get. What is promised: two calls, and a
 * time that stays the same.
 *
 * Run: npx tsx bench/sync-results.ts [--most 100000]
 */
import { createHash } from 'node:crypto';
import { parseArgs } from 'node:util';
import type { Score } from '../src/rating/rating-event';
import type { NewRating } from '../src/storage/rating-store';
import { fillSync } from '../test/stand-in/fill-sync';
import { startSync } from '../test/stand-in/start-sync';

const most = Number(parseArgs({ options: { most: { type: 'string', default: '100000' } } }).values.most);
const sizes = [1_000, 10_000, 100_000, 1_000_000].filter((size) => size <= Math.max(most, 10_000));
const rounds = 15;
/** Of the time with 10,000 ratings: the way to what was put away makes Documents half as large again. */
const mostTimes = 2.5;

interface Measured {
  size: number;
  calls: number;
  /** Milliseconds, the middle of all rounds. */
  time: number;
}

function* makeRatings(count: number): Iterable<NewRating> {
  for (let index = 0; index < count; index += 1) {
    if (index > 0 && index % 100_000 === 0) console.error(`  ${index} of ${count}`);
    yield {
      event: 'bench',
      session: `S${index % 5}`,
      voter: createHash('md5').update(`voter ${index}`).digest('base64url'),
      messageSid: `SM ${index}`,
      score: (1 + (index % 5)) as Score,
      comment: index % 3 === 0 ? { text: `comment ${index}, of usual length`, state: 'approved' } : null,
      at: 1_760_000_000_000 + index,
    };
  }
}

async function measure(size: number): Promise<Measured> {
  const sync = await startSync();
  try {
    sync.limits.enforced = false;
    console.error(`filling Sync with ${size} ratings …`);
    const store = sync.open();
    await fillSync(sync, store, makeRatings(size));
    const read = () =>
      Promise.all([
        store.tally('bench'),
        store.settings('bench'),
        store.comments('bench', { states: ['approved'], limit: 200 }),
      ]);
    const [tallies] = await read();
    const counted = tallies.reduce((sum, { count }) => sum + count, 0);
    if (counted !== size) throw new Error(`${counted} ratings are counted, and there are ${size}`);
    const times: number[] = [];
    sync.calls.length = 0;
    for (let round = 0; round < rounds; round += 1) {
      const begun = performance.now();
      await read();
      times.push(performance.now() - begun);
    }
    const calls = Math.round(sync.calls.length / rounds);
    return { size, calls, time: times.sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0 };
  } finally {
    await sync.close();
  }
}

async function main(): Promise<void> {
  const measured: Measured[] = [];
  for (const size of sizes) measured.push(await measure(size));
  const reference = measured.find(({ size }) => size === 10_000)?.time ?? 1;
  const times = (one: Measured) => one.time / reference;
  for (const one of measured) {
    console.log(
      `${String(one.size).padStart(9)} ratings  ${one.calls} calls  ${one.time.toFixed(0)} ms  ${times(one).toFixed(1)} times that with 10000`,
    );
  }
  for (const one of measured) {
    const broken = [
      ...(one.calls > 2 ? [`${one.calls} calls with ${one.size} ratings`] : []),
      ...(times(one) > mostTimes ? [`${times(one).toFixed(1)} times as long with ${one.size} ratings`] : []),
    ];
    for (const promise of broken) {
      console.log(`broken: ${promise}`);
      process.exitCode = 1;
    }
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
