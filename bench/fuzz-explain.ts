/**
 * Random signatures on genuine requests: none may get a cause. Prints the progress, exits 1 at a false cause.
 *
 * Run: npx tsx bench/fuzz-explain.ts [count, default 100000]
 */
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { explain } from '../src/doctor/explain';
import { scenes } from '../test/doctor/faults';

const count = Number(process.argv[2] ?? 100_000);
const sample = fc.sample(scenes, { numRuns: 1_000 });
let accused = 0;
let signatures = 0;
for (let run = 0; run < count; run++) {
  const scene = sample[run % sample.length];
  if (!scene) break;
  // Every tenth one with all pairs, which cost twenty times as much.
  const depth = run % 10 === 0 ? 2 : 1;
  const signature = randomBytes(20).toString('base64');
  const { causes, search } = explain({ ...scene.request, signature }, scene.key, { depth });
  accused += causes.length;
  signatures += search.signatures;
  if ((run + 1) % 10_000 === 0)
    console.log(`${run + 1} requests, ${signatures} signatures, ${accused} false causes`);
}
if (accused > 0) process.exitCode = 1;
