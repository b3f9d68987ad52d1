import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { deflateSync } from 'node:zlib';
import Database from 'libsql';
import { buildBundle } from '../../src/bundle/build-bundle';
import { unauthorizedText } from '../../src/emulator/edge';
import { decodeForm } from '../../src/signature/canonical';
import { type RawRequest, sendRaw } from '../send-raw';
import { signWithTwilio } from '../sign-with-twilio';

const root = path.join(__dirname, '..', '..');
const token = '0123456789abcdef0123456789abcdef';
const account = `AC${'1'.repeat(32)}`;

let dir: string;
let twilioRun: Running;
let url: string;

interface Running {
  url: string;
  /** What it and the functions printed so far. */
  output(): string;
  stop(): Promise<void>;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

async function start(flags: string[] = [], env: Record<string, string> = {}): Promise<Running> {
  const port = await freePort();
  const command = path.join(root, 'node_modules/.bin/twilio-run');
  const child = spawn(process.execPath, [command, 'start', '--port', String(port), ...flags], {
    cwd: dir,
    env: { ...process.env, ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  await new Promise<void>((resolve, reject) => {
    const look = (chunk: Buffer) => {
      output += chunk;
      if (output.includes('/sms/incoming')) resolve();
    };
    child.stdout?.on('data', look);
    child.stderr?.on('data', look);
    child.once('exit', () => reject(new Error(`twilio-run ended:\n${output}`)));
  });
  return {
    url: `http://localhost:${port}`,
    output: () => output,
    async stop() {
      const closed = new Promise((resolve) => child.once('close', resolve));
      // It starts a process for each request: the whole group, so that none is left to spin.
      if (child.pid) process.kill(-child.pid, 'SIGKILL');
      await closed;
    },
  };
}

/** Sends a request that must be refused, and answers why it was: what the function printed. */
async function reasonOf(to: Running, request: RawRequest): Promise<string | undefined> {
  const before = to.output().length;
  const stored = storedMessages();
  expect(await sendRaw(to.url, request)).toMatchObject({ status: 403, text: unauthorizedText });
  expect(storedMessages()).toBe(stored);
  return eventually(() => /refused, not signed by Twilio: (\S+)/.exec(to.output().slice(before))?.[1]);
}

// A line of another process may come after the answer.
async function eventually<T>(look: () => T | undefined): Promise<T | undefined> {
  for (let tries = 0; tries < 100 && look() === undefined; tries += 1) await setTimeout(50);
  return look();
}

const variables = {
  ACCOUNT_SID: account,
  AUTH_TOKEN: token,
  VOTER_SECRET: 's'.repeat(32),
};

function writeVariables(more: Record<string, string> = {}): void {
  const all = { ...variables, RATINGS_FILE: `${dir}/ratings.db`, ...more };
  writeFileSync(
    path.join(dir, '.env'),
    Object.entries(all)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
}

beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'ringtrue-test-'));
  for (const name of ['functions', 'src', 'assets', 'package.json', '.twilioserverlessrc']) {
    cpSync(path.join(root, name), path.join(dir, name), { recursive: true });
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(dir, 'node_modules'));
  await buildBundle(dir);
  writeVariables();
  twilioRun = await start();
  url = twilioRun.url;
}, 60_000);

afterAll(async () => {
  await twilioRun.stop();
  rmSync(dir, { recursive: true, force: true });
});

const params = {
  MessageSid: `SM${'a'.repeat(32)}`,
  AccountSid: account,
  From: '+15550100001',
  To: '+15550100000',
  Body: 'KEYNOTE 5',
};
const genuine = () => signWithTwilio({ token, url: `${url}/sms/incoming`, params });

function storedMessages(): number {
  const database = new Database(path.join(dir, 'ratings.db'), { readonly: true });
  try {
    return (database.prepare('SELECT count(*) AS n FROM messages').get() as { n: number }).n;
  } finally {
    database.close();
  }
}

test('without an edge in front, the handler answers a signed text by itself', async () => {
  const answer = await sendRaw(url, genuine());
  expect(answer).toMatchObject({ status: 200, text: expect.stringContaining('Thank you! 5 of 5') });
  expect(storedMessages()).toBe(1);
});

test.each([
  [
    'without a signature',
    'missing-signature',
    () => ({ ...genuine(), headers: genuine().headers.slice(0, 2) }),
  ],
  [
    'signed with another token',
    'signature-mismatch',
    () => signWithTwilio({ token: 'f'.repeat(32), url: `${url}/sms/incoming`, params }),
  ],
  [
    'with a changed text',
    'signature-mismatch',
    () => ({ ...genuine(), body: genuine().body.replace('5', '1') }),
  ],
  [
    'with a parameter added in the query',
    'signature-mismatch',
    () => ({ ...genuine(), target: '/sms/incoming?Extra=1' }),
  ],
  [
    'whose field `request` brings headers of its own',
    'signature-mismatch',
    () => ({
      ...genuine(),
      target: '/sms/incoming?request[headers][x-twilio-signature]=AAAAAAAAAAAAAAAAAAAAAAAAAAA=',
    }),
  ],
])('and refuses one %s, storing nothing', async (_, reason, make) => {
  const request = make();
  const change = { ...request, body: request.body.replace(/SMa+/, `SM${'b'.repeat(32)}`) };
  expect(await reasonOf(twilioRun, request)).toBe(reason);
  expect(await reasonOf(twilioRun, change)).toBe(reason);
});

test('and refuses one whose compressed bytes were signed, storing nothing', async () => {
  const body = deflateSync(genuine().body);
  const signedBytes = Object.fromEntries(decodeForm(body));
  const request = signWithTwilio({ token, url: `${url}/sms/incoming`, params: signedBytes });
  const headers = [...request.headers, 'content-encoding', 'deflate'];
  expect(await reasonOf(twilioRun, { ...request, headers, body })).toBe('signature-mismatch');
});

describe('where .env names a deployment', () => {
  const deployment = {
    SERVICE_SID: `ZS${'1'.repeat(32)}`,
    ENVIRONMENT_SID: `ZE${'1'.repeat(32)}`,
    DOMAIN_NAME: 'ringtrue-1234-dev.twil.io',
  };
  let other: Running | undefined;

  afterEach(async () => {
    await other?.stop();
    writeVariables();
  });

  test.each([
    ['with a process for each request', []],
    ['in one process', ['--no-fork-process']],
    ['in one process that keeps its code', ['--no-fork-process', '--no-live']],
  ])(
    'an unsigned text is refused all the same, %s',
    async (_, flags) => {
      writeVariables(deployment);
      other = await start(flags);
      const unsigned = { ...genuine(), headers: genuine().headers.slice(0, 2) };
      expect(await reasonOf(other, unsigned)).toBe('missing-signature');
      expect(await reasonOf(other, { ...unsigned, target: '/sms/fallback' })).toBe('missing-signature');
    },
    30_000,
  );
});

test('a signed text is taken with --load-local-env, too, where PATH is that of the shell', async () => {
  const other = await start(['--load-local-env']);
  try {
    const fresh = { ...params, MessageSid: `SM${'e'.repeat(32)}` };
    const signed = signWithTwilio({ token, url: `${other.url}/sms/incoming`, params: fresh });
    expect(await sendRaw(other.url, signed)).toMatchObject({ status: 200 });
    expect(await reasonOf(other, { ...signed, target: '/sms/fallback' })).toBe('signature-mismatch');
  } finally {
    await other.stop();
  }
}, 30_000);

describe('a call, without an edge in front', () => {
  const call = {
    AccountSid: account,
    CallSid: `CA${'c'.repeat(32)}`,
    From: '+15550100002',
    To: '+15550100000',
  };
  const step = (target: string, digits?: string, callSid = call.CallSid) =>
    signWithTwilio({
      token,
      url: `${url}${target}`,
      params: { ...call, CallSid: callSid, ...(digits !== undefined && { Digits: digits }) },
    });
  // Of a call that would count, did it pass.
  const other = (target: string) => step(target, '4', `CA${'d'.repeat(32)}`);

  test('is answered to its end, though the handler cannot see what stood in the query', async () => {
    const menu = await sendRaw(url, step('/voice/incoming'));
    expect(menu.text).toContain('action="/voice/incoming?choices=0.1"');
    const question = await sendRaw(url, step('/voice/incoming?choices=0.1', '2'));
    expect(question.text).toContain('Rate Hands-on workshop');
    const before = storedMessages();
    expect((await sendRaw(url, step('/voice/incoming?choices=1', '4'))).text).toContain('4 of 5');
    expect(storedMessages()).toBe(before + 1);
  });

  test.each([
    [
      'whose choice was changed',
      'signature-mismatch',
      () => ({ ...other('/voice/incoming?choices=1'), target: '/voice/incoming?choices=0' }),
    ],
    [
      'whose choice was taken away',
      'signature-mismatch',
      () => ({ ...other('/voice/incoming?choices=1'), target: '/voice/incoming' }),
    ],
    [
      'whose choice came as a field besides',
      'signature-mismatch',
      () => {
        const request = other('/voice/incoming?choices=1');
        return { ...request, body: `${request.body}&choices=0` };
      },
    ],
    [
      'with another query',
      'signature-mismatch',
      () => ({ ...other('/voice/incoming'), target: '/voice/incoming?choices=1' }),
    ],
    [
      'with a query besides',
      'signature-mismatch',
      () => ({ ...other('/voice/incoming?choices=1'), target: '/voice/incoming?choices=1&x=1' }),
    ],
    [
      'without a signature',
      'missing-signature',
      () => ({ ...other('/voice/incoming?choices=1'), headers: genuine().headers.slice(0, 2) }),
    ],
  ])('is refused %s, storing nothing', async (_, reason, make) => {
    expect(await reasonOf(twilioRun, make())).toBe(reason);
  });
});
