/**
 * A signed POST /sms/incoming through our edge, against `twilio-run start` on the same bundle, in one run on this machine:
 * with a process for each request (its default) and without. Requests a second, p50 and p99; then how long `npm start`
 * takes to `ready`. Ratios are what counts.
 *
 * Run: npx tsx bench/edge.ts
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import autocannon, { type Result } from 'autocannon';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';

const root = path.join(__dirname, '..');
const token = '0123456789abcdef0123456789abcdef';
const account = `AC${'1'.repeat(32)}`;
const connections = 8;

interface Server {
  name: string;
  url: string;
  readyAfter: number;
  close: () => Promise<void>;
}

async function main(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'ringtrue-bench-'));
  const envFile = path.join(folder, '.env');
  writeFileSync(
    envFile,
    `ACCOUNT_SID=${account}\nAUTH_TOKEN=${token}\nVOTER_SECRET=${'s'.repeat(32)}\nRATINGS_FILE=${path.join(folder, 'ratings.db')}\n`,
  );
  const results: { name: string; readyAfter: number; result: Result }[] = [];
  try {
    for (const start of [startOurs, startForking, startWithoutForking, startWithoutForkingOrReloading]) {
      const server = await start(folder, envFile);
      try {
        console.error(`measuring ${server.name} …`);
        const seconds = 10;
        await load(server.url, 2);
        results.push({
          name: server.name,
          readyAfter: server.readyAfter,
          result: await load(server.url, seconds),
        });
      } finally {
        await server.close();
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  report(results);
}

function load(url: string, duration: number): Promise<Result> {
  const target = `${url}/sms/incoming`;
  return autocannon({
    url: target,
    connections,
    duration,
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
  const args = [
    'bin/ringtrue.js',
    'start',
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

function report(results: { name: string; readyAfter: number; result: Result }[]): void {
  const ours = results[0]?.result.requests.average ?? 0;
  for (const { name, readyAfter, result } of results) {
    const { requests, latency, non2xx } = result;
    console.log(
      `${name.padEnd(48)} ${requests.average.toFixed(1).padStart(8)} requests/s  p50 ${latency.p50} ms  p99 ${latency.p99} ms  ` +
        `not 2xx ${non2xx}  ready after ${(readyAfter / 1000).toFixed(2)} s  ringtrue is ${(ours / requests.average).toFixed(1)} times as fast`,
    );
  }
}

void main();
