/**
 * The stores side by side, in one run: ratings a second with 30 calls under way (as many as Twilio runs of a service), beside
 * the raw limit of the same place, one prepared insert and its commit, taking turns with it; and what a results page costs
 * when it is read over 1,000, 100,000 and 1,000,000 ratings. Ratios are what counts; close other programs first.
 *
 * Run: npx tsx bench/storage.ts; exit code 0 every promise kept, 1 not so
 */
import { parseEvent } from '../src/rating/parse-event';
import { readResults } from '../src/rating/read-results';
import type { RatingStore } from '../src/storage/rating-store';
import { findProgram } from '../test/requires';
import { type BenchEngine, benchRating } from './storage/bench-engine';
import { measureRate, percentile, type Rate } from './storage/measure-rate';
import { startPostgresEngine } from './storage/postgres-engine';
import { startSqlite } from './storage/sqlite-engine';
import { startSyncEngine } from './storage/sync-engine';

const atOnce = 30;
const rounds = 9;
const seconds = 1;
const readings = 60;

const broken: string[] = [];

async function main(): Promise<void> {
  const program = findProgram('PostgreSQL');
  if (!program) broken.push('PostgreSQL is not installed, so it was not measured');
  const engines = [startSqlite, ...(program ? [() => startPostgresEngine(program)] : []), startSyncEngine];
  for (const start of engines) {
    const engine = await start();
    try {
      await measure(engine);
    } finally {
      await engine.close();
    }
  }
  console.log(broken.length === 0 ? '\nevery promise kept' : `\nbroken: ${broken.join('; ')}`);
  if (broken.length > 0) process.exitCode = 1;
}

async function measure(engine: BenchEngine): Promise<void> {
  const { name, store, raw, trips } = engine;
  console.log(`\n${name}`);
  const ours: Rate[] = [];
  const theirs: Rate[] = [];
  for (let round = 0; round < rounds; round += 1) {
    if (raw) theirs.push(await measureRate((index) => raw.insert(round * 1e6 + index), { atOnce, seconds }));
    await engine.prepare(`round-${round}`);
    ours.push(await measureRate(rateAt(store, `round-${round}`), { atOnce, seconds }));
  }
  if (raw) show(raw.name, theirs);
  show('ratings', ours);
  if (raw) {
    // Round by round, so that both of a pair met the same neighbours.
    const shares = ours.map(({ perSecond }, round) => perSecond / (theirs[round]?.perSecond ?? 0));
    const share = percentile(
      shares.sort((one, other) => one - other),
      0.5,
    );
    console.log(`  a rating takes ${(1 / share).toFixed(2)} times as long as ${raw.name}`);
    promise(`${name} reaches a third of the raw limit`, share >= 1 / 3);
  }
  promise(`${name} answers 99 of 100 ratings within 5 s`, percentile(latenciesOf(ours), 0.99) < 5_000);
  if (trips) {
    const taken = await trips.perRating();
    console.log(`  round trips for a rating: ${taken}`);
    promise(`${name} takes ${trips.most} round trips for a rating at most`, taken <= trips.most);
  }
  await measureResults(engine);
}

async function measureResults({ name, store, sizes, fill, callsToStandIn }: BenchEngine): Promise<void> {
  for (const size of sizes) await fill(`size-${size}`, size);
  const costs = sizes.map(() => ({ times: [] as number[], calls: 0 }));
  for (let round = 0; round < readings; round += 1) {
    for (const [index, size] of sizes.entries()) {
      const event = eventNamed(`size-${size}`);
      const called = callsToStandIn?.() ?? 0;
      const begin = performance.now();
      const { sessions } = await readResults({ event, store, now: 0 });
      costs[index]?.times.push(performance.now() - begin);
      const cost = costs[index];
      if (cost) cost.calls += ((callsToStandIn?.() ?? 0) - called) / readings;
      const counted = sessions.reduce((sum, { count }) => sum + count, 0);
      if (counted !== size) throw new Error(`${name} counts ${counted} of ${size} ratings`);
    }
  }
  const results = costs.map(({ times, calls }) => ({
    ms: percentile(
      times.sort((one, other) => one - other),
      0.5,
    ),
    calls,
  }));
  for (const [index, size] of sizes.entries()) {
    const { ms = 0, calls = 0 } = results[index] ?? {};
    const called = callsToStandIn ? `, ${calls.toFixed(2)} calls` : '';
    console.log(`  results of ${size.toLocaleString('en')} ratings: ${ms.toFixed(2)} ms${called}`);
  }
  const [small, ...larger] = results;
  if (small)
    promise(
      `${name} reads results of any size at the same price`,
      larger.every(({ ms, calls }) => ms <= 2.5 * small.ms && calls <= small.calls + 0.5),
    );
  show(`ratings, with ${sizes.at(-1)?.toLocaleString('en')} there`, [
    await measureRate((index) => store.record(benchRating(`size-${sizes.at(-1)}`, 1e7 + index)), {
      atOnce,
      seconds,
    }),
  ]);
}

function rateAt(store: RatingStore, event: string): (index: number) => Promise<unknown> {
  return (index) => store.record(benchRating(event, index));
}

function eventNamed(id: string) {
  const sessions = ['KEYNOTE', 'WORKSHOP'].map((keyword) => ({ keyword, title: keyword }));
  const parsed = parseEvent(JSON.stringify({ id, title: 'Bench', sessions }));
  if (!parsed.ok) throw new Error('the event is broken');
  return parsed.event;
}

function show(name: string, rates: readonly Rate[]): void {
  const all = latenciesOf(rates);
  console.log(
    `  ${name.padEnd(36)} ${median(rates).toFixed(0).padStart(7)} a second  p50 ${percentile(all, 0.5).toFixed(1)} ms  p99 ${percentile(all, 0.99).toFixed(1)} ms`,
  );
}

function latenciesOf(rates: readonly Rate[]): number[] {
  return rates.flatMap(({ latencies }) => latencies).sort((one, other) => one - other);
}

function median(rates: readonly Rate[]): number {
  return percentile(
    rates.map(({ perSecond }) => perSecond).sort((one, other) => one - other),
    0.5,
  );
}

function promise(claim: string, kept: boolean): void {
  if (!kept) broken.push(claim);
}

void main();
