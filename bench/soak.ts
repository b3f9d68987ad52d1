/**
 * Ten minutes of genuine, hostile and crashing requests at once against `npm start`, on a copy of this project with functions
 * that fail in every way there is. Shown at the end: what became of each kind, and the memory. Exits 1 when a request went
 * without the answer it must get, when memory grew by more than 10 %, or when a process is dead or left behind.
 *
 * Run: npx tsx bench/soak.ts [--minutes 10]
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { freePort } from '../test/free-port';
import {
  describeMemory,
  type GroupMemory,
  groupMemory,
  membersOf,
  residentBytes,
} from './emulator/group-memory';
import { type Kind, makeKinds, type Tally, text, token } from './emulator/soak-kinds';

const root = path.join(__dirname, '..');
const { values: flags } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } });
const duration = Number(flags.minutes) * 60_000;

const failing: Record<string, string> = {
  late: `setTimeout(() => { throw new Error('late'); }, 20);`,
  rejects: `return Promise.reject(new Error('rejected'));`,
  exits: 'process.exit(1);',
  kills: `process.kill(process.pid, 'SIGKILL');`,
  loops: 'for (;;);',
  never: '',
  leaks: `(globalThis.kept ??= []).push(Buffer.alloc(4e6, 1)); callback(null, 'kept');`,
  waits: `setTimeout(() => callback(null, 'waited'), 300);`,
};

interface Emulator {
  child: ChildProcess;
  url: string;
  lastWords: () => string;
}

async function main(): Promise<void> {
  const dir = makeProject();
  const emulator = await start(dir);
  const group = emulator.child.pid ?? 0;
  let faults: string[] = ['it did not come to an end'];
  try {
    const samples: number[] = [];
    const sampling = setInterval(() => samples.push(residentBytes(group)), 2000);
    const kinds = makeKinds(emulator.url);
    const mix = async (time: number) => {
      const end = performance.now() + time;
      await Promise.all(kinds.map((kind) => run(kind, end)));
    };
    // The first tenth warms everything up.
    await mix(duration / 10);
    const before = await settle(emulator.url, group);
    await mix((9 * duration) / 10);
    const after = await settle(emulator.url, group);
    clearInterval(sampling);
    printKinds(kinds);
    faults = judge({ kinds, before, after, samples, alive: membersOf(group).length });
  } finally {
    const code = await interrupt(emulator.child);
    if (code !== 0) faults.push(`Ctrl-C ended it with ${code}`);
    const left = membersOf(group);
    if (left.length > 0) faults.push(`${left.length} processes were left behind`);
    for (const pid of left) process.kill(pid, 'SIGKILL');
    rmSync(dir, { recursive: true });
  }
  for (const fault of faults) console.log(`BROKEN ${fault}`);
  if (faults.length > 0) console.log(`its last words:\n${emulator.lastWords()}`);
  else console.log('held   every request answered as it must be, memory flat, no process dead or left');
  process.exitCode = faults.length > 0 ? 1 : 0;
}

function makeProject(): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'ringtrue-soak-'));
  for (const name of ['functions', 'src', 'assets', 'package.json', '.twilioserverlessrc'])
    cpSync(path.join(root, name), path.join(dir, name), { recursive: true });
  symlinkSync(path.join(root, 'node_modules'), path.join(dir, 'node_modules'));
  mkdirSync(path.join(dir, 'functions', 'soak'));
  for (const [name, body] of Object.entries(failing))
    writeFileSync(
      path.join(dir, 'functions', 'soak', `${name}.js`),
      `exports.handler = (context, event, callback) => { ${body} };\n`,
    );
  writeFileSync(path.join(dir, '.env'), `ACCOUNT_SID=AC${'1'.repeat(32)}\nAUTH_TOKEN=${token}\n`);
  return dir;
}

async function start(dir: string): Promise<Emulator> {
  const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const [, ...command] = scripts.start.replace('bin/', `${root}/bin/`).split(' ');
  const port = await freePort();
  const child = spawn(
    process.execPath,
    [...command, '--port', String(port), '--console-port', '0', '--no-watch'],
    { cwd: dir, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let words = '';
  await new Promise<void>((resolve, reject) => {
    const listen = (chunk: Buffer) => {
      words = (words + chunk).slice(-4000);
      if (/^ready/m.test(words)) resolve();
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.on('exit', () => reject(new Error(`it ended:\n${words}`)));
  });
  return { child, url: `http://127.0.0.1:${port}`, lastWords: () => words };
}

// A new runtime that has served a little: the same state before and after, so that what differs has leaked.
async function settle(url: string, group: number): Promise<GroupMemory> {
  await fetch(`${url}/soak/kills`);
  for (let sent = 0; sent < 1000; sent++) {
    const { status } = await text(url);
    if (status !== 200) throw new Error(`a genuine text was answered ${status}`);
  }
  return groupMemory(group);
}

async function run(kind: Kind, end: number): Promise<void> {
  while (performance.now() < end) {
    const begin = performance.now();
    kind.tally.sent += 1;
    const outcome = await kind.send().catch((error: Error) => error.message);
    kind.tally.times.push(performance.now() - begin);
    const right = kind.expected.includes(outcome);
    if (right) kind.tally.right += 1;
    else kind.tally.wrong.set(outcome, (kind.tally.wrong.get(outcome) ?? 0) + 1);
    await new Promise((resolve) => setTimeout(resolve, kind.pause));
  }
}

function printKinds(kinds: Kind[]): void {
  console.log(`${'kind'.padEnd(26)}${'sent'.padStart(8)}${'right'.padStart(8)}   p50 ms   p99 ms  must be`);
  for (const { name, expected, tally } of kinds) {
    const [half, most] = [0.5, 0.99].map((share) => percentile(tally, share).toFixed(0).padStart(7));
    const wrong = [...tally.wrong].map(([what, times]) => `  ${times} x ${what}`).join('');
    console.log(
      `${name.padEnd(26)}${String(tally.sent).padStart(8)}${String(tally.right).padStart(8)}  ${half}  ${most}  ${expected.join(' or ')}${wrong}`,
    );
  }
}

function percentile({ times }: Tally, share: number): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * share)] ?? 0;
}

function judge({
  kinds,
  before,
  after,
  samples,
  alive,
}: {
  kinds: Kind[];
  before: GroupMemory;
  after: GroupMemory;
  samples: number[];
  alive: number;
}): string[] {
  const median = (of: number[]) => (of.toSorted((a, b) => a - b)[Math.floor(of.length / 2)] ?? 0) / 1e6;
  const tenths = Array.from({ length: 10 }, (_, tenth) =>
    median(samples.slice((samples.length * tenth) / 10, (samples.length * (tenth + 1)) / 10)),
  );
  const [, early = 0] = tenths;
  const late = tenths.at(-1) ?? 0;
  console.log(
    `memory, gateway + runtime: ${describeMemory(before)} after a tenth of the time, ${describeMemory(after)} at its end`,
  );
  console.log(`the gateway in each tenth: ${tenths.map((one) => one.toFixed(0)).join(' ')} MB`);
  const faults = kinds
    .filter(({ tally }) => tally.sent !== tally.right || tally.sent === 0)
    .map(({ name, tally }) => `${name}: ${tally.right} of ${tally.sent} answered as they must be`);
  if (after.megabytes > 1.1 * before.megabytes)
    faults.push(`memory went from ${before.megabytes} to ${after.megabytes} MB`);
  if (late > 1.1 * early) faults.push(`the gateway went from ${early.toFixed(0)} to ${late.toFixed(0)} MB`);
  if (alive !== 2) faults.push(`${alive} processes are alive instead of the gateway and one runtime`);
  return faults;
}

function interrupt(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => {
    child.once('exit', (code) => resolve(code));
    child.kill('SIGINT');
  });
}

void main();
