/**
 * A signed POST /sms/incoming through our edge, against `twilio-run start` on the same bundle, in one run on this machine:
 * with a process for each request (its default), without (--no-fork-process), and without looking for changed files either
 * (--no-live). Requests a second, p50, p99 and the time to ready; then the memory of our gateway and runtime after 10,000
 * requests and after 100,000. Ratios are what counts. Exits 1 when a promise is broken.
 *
 * Run: npx tsx bench/edge.ts [--seconds 10] [--requests 100000]
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import autocannon, { type Result } from 'autocannon';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';
import { describeMemory, type GroupMemory, groupMemory } from './emulator/group-memory';

const root = path.join(__dirname, '..');
const token = '0123456789abcdef0123456789abcdef';
const account = `AC${'1'.repeat(32)}`;
const connections = 8;
const warmRequests = 10_000;
const { values: flags } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    requests: { type: 'string', default: '100000' },
  },
});

interface Server {
  name: string;
  url: string;
  /** The process group of everything it started. */
  group: number;
  readyAfter: number;
  close: () => Promise<void>;
}

interface Measurement {
  name: string;
  readyAfter: number;
  result: Result;
}

async function main(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'ringtrue-bench-'));
  const envFile = path.join(folder, '.env');
  writeFileSync(
    envFile,
    `ACCOUNT_SID=${account}\nAUTH_TOKEN=${token}\nVOTER_SECRET=${'s'.repeat(32)}\nRATINGS_FILE=${path.join(folder, 'ratings.db')}\n`,
  );
  const measured: Measurement[] = [];
  let memory: Memory | undefined;
  try {
    for (const start of [startOurs, startForking, startWithoutForking, startWithoutForkingOrReloading]) {
      const server = await start(folder, envFile);
      try {
        console.error(`measuring ${server.name} …`);
        await load(server.url, { duration: 2 });
        const result = await load(server.url, { duration: Number(flags.seconds) });
        measured.push({ name: server.name, readyAfter: server.readyAfter, result });
        if (start === startOurs) memory = await measureMemory(server);
      } finally {
        await server.close();
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const [ours, forking, notForking, notReloading] = measured;
  if (!ours || !forking || !notForking || !notReloading || !memory)
    throw new Error('a measurement is missing');
  report(measured, ours, memory);
  judge(ours, forking, notForking, memory);
}

interface Memory {
  warm: GroupMemory;
  end: GroupMemory;
}

async function measureMemory(server: Server): Promise<Memory> {
  console.error(`measuring memory over ${flags.requests} requests …`);
  await load(server.url, { amount: Math.max(connections, warmRequests - sent) });
  const warm = groupMemory(server.group);
  await load(server.url, { amount: Math.max(connections, Number(flags.requests) - sent) });
  return { warm, end: groupMemory(server.group) };
}

function load(url: string, length: { duration: number } | { amount: number }): Promise<Result> {
  const target = `${url}/sms/incoming`;
  return autocannon({
    url: target,
    connections,
    ...length,
    requests: [
      {
        method: 'POST',
        setupRequest(request) {
          const params = inboundParams();
          return {
            ...request,
            headers: {
              'content-type': 'application/x-www-form-urlencoded',
              'x-twilio-signature': getExpectedTwilioSignature(token, target, params),
            },
            body: new URLSearchParams(params).toString(),
          };
        },
      },
    ],
  });
}

let sent = 0;
function inboundParams(): Record<string, string> {
  sent += 1;
  const sid = `SM${sent.toString(16).padStart(32, '0')}`;
  return {
    ToCountry: 'US',
    ToState: '',
    SmsMessageSid: sid,
    NumMedia: '0',
    ToCity: '',
    FromZip: '',
    SmsSid: sid,
    FromState: '',
    SmsStatus: 'received',
    FromCity: '',
    Body: 'KEYNOTE 5 loved it',
    FromCountry: 'US',
    To: '+15550100000',
    ToZip: '',
    NumSegments: '1',
    MessageSid: sid,
    AccountSid: account,
    From: `+1555${String(sent % 10_000_000).padStart(7, '0')}`,
    ApiVersion: '2010-04-01',
  };
}

async function startOurs(folder: string, envFile: string): Promise<Server> {
  const port = await freePort();
  // As `npm start` does it, so with the flags for Node that stand there.
  const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const args = [
    ...scripts.start.split(' ').slice(1),
    '--port',
    String(port),
    '--console-port',
    '0',
    '--env',
    envFile,
    '--data',
    folder,
    '--no-watch',
  ];
  return startServer('ringtrue', port, '127.0.0.1', process.execPath, args, /^ready/m);
}

async function startForking(_: string, envFile: string): Promise<Server> {
  return startTwilioRun('twilio-run, a process per request (its default)', envFile, []);
}

async function startWithoutForking(_: string, envFile: string): Promise<Server> {
  return startTwilioRun('twilio-run --no-fork-process', envFile, ['--no-fork-process']);
}

async function startWithoutForkingOrReloading(_: string, envFile: string): Promise<Server> {
  return startTwilioRun('twilio-run --no-fork-process --no-live', envFile, [
    '--no-fork-process',
    '--no-live',
  ]);
}

async function startTwilioRun(name: string, envFile: string, flags: string[]): Promise<Server> {
  const port = await freePort();
  const args = [
    'node_modules/.bin/twilio-run',
    'start',
    '--port',
    String(port),
    '--env',
    path.relative(root, envFile),
    ...flags,
  ];
  // Its handlers build the URL from DOMAIN_NAME, which is localhost.
  return startServer(name, port, 'localhost', process.execPath, args, /\/sms\/incoming/);
}

async function startServer(
  name: string,
  port: number,
  host: string,
  command: string,
  args: string[],
  ready: RegExp,
): Promise<Server> {
  const begin = performance.now();
  const child = spawn(command, args, { cwd: root, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  await new Promise<void>((resolve, reject) => {
    let output = '';
    const look = (chunk: Buffer) => {
      output = (output + chunk).slice(-20_000);
      if (ready.test(output)) resolve();
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    child.on('exit', () => reject(new Error(`${name} did not start:\n${output}`)));
  });
  return {
    name,
    url: `http://${host}:${port}`,
    group: child.pid ?? 0,
    readyAfter: performance.now() - begin,
    close: () => endGroup(child),
  };
}

// The whole group: what a killed parent leaves behind may spin for ever.
async function endGroup(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  if (child.pid) process.kill(-child.pid, 'SIGKILL');
  await ended;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

function report(measured: Measurement[], ours: Measurement, { warm, end }: Memory): void {
  for (const { name, readyAfter, result } of measured) {
    const { requests, latency, non2xx } = result;
    console.log(
      `${name.padEnd(48)} ${requests.average.toFixed(1).padStart(8)} requests/s  p50 ${latency.p50} ms  p99 ${latency.p99} ms  ` +
        `not 2xx ${non2xx}  ready after ${(readyAfter / 1000).toFixed(2)} s  ` +
        `ringtrue is ${(ours.result.requests.average / requests.average).toFixed(1)} times as fast`,
    );
  }
  console.log(
    `memory of ringtrue, gateway + runtime: ${describeMemory(warm)} after ${warmRequests} requests, ${describeMemory(end)} after ${flags.requests}`,
  );
}

function judge(
  ours: Measurement,
  forking: Measurement,
  notForking: Measurement,
  { warm, end }: Memory,
): void {
  const times = (other: Measurement) => ours.result.requests.average / other.result.requests.average;
  const promises: [promise: string, held: boolean][] = [
    ['every request is answered 2xx', ours.result.non2xx === 0 && ours.result.errors === 0],
    ['each peer answered', forking.result['2xx'] > 0 && notForking.result['2xx'] > 0],
    ['50 times as fast as the default mode of twilio-run', times(forking) >= 50],
    ['1.5 times as fast as its --no-fork-process', times(notForking) >= 1.5],
    ['our p99 is below its p50 there', ours.result.latency.p99 < notForking.result.latency.p50],
    ['less than 250 MB in all', end.megabytes < 250],
    ['memory grows by less than 10 %', end.megabytes < 1.1 * warm.megabytes],
  ];
  for (const [promise, held] of promises) console.log(`${held ? 'held  ' : 'BROKEN'} ${promise}`);
  if (promises.some(([, held]) => !held)) process.exitCode = 1;
}

void main();
