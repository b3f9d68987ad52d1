/**
 * Runs benchmarks one after the other and says which kept what they promise. Each compares with its peer in one run, so what
 * counts are ratios; close other programs first.
 *
 * Run: npm run bench [-- NAME …]; exit code 0 every promise kept, 1 not so, 2 wrong usage
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';

// Million-fold searches and ten-minute runs have commands of their own.
const long = /^(?:all|fuzz-.*|soak)$/;
const benchmarks = readdirSync(__dirname)
  .map((file) => path.parse(file))
  .filter(({ ext, name }) => ext === '.ts' && !long.test(name))
  .map(({ name }) => name);

function runBenchmark(name: string): boolean {
  console.log(`\n== ${name}`);
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', path.join(__dirname, `${name}.ts`)], {
    cwd: path.join(__dirname, '..'),
    stdio: 'inherit',
  });
  return status === 0;
}

const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !benchmarks.includes(name));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}. There are: ${benchmarks.join(', ')}.`);
  process.exitCode = 2;
} else {
  const names = chosen.length > 0 ? chosen : benchmarks;
  const broken = names.filter((name) => !runBenchmark(name));
  console.log(
    broken.length === 0
      ? `\nEvery promise kept: ${names.join(', ')}.`
      : `\nPromises broken by ${broken.join(', ')}.`,
  );
  if (broken.length > 0) process.exitCode = 1;
}
