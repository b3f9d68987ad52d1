import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import Database from 'libsql';
import { buildBundle } from '../../src/bundle/build-bundle';
import { unauthorizedText } from '../../src/emulator/edge';
import { decodeForm } from '../../src/signature/canonical';
import { sendRaw } from '../send-raw';
import { signWithTwilio } from '../sign-with-twilio';

const root = path.join(__dirname, '..', '..');
const token = '0123456789abcdef0123456789abcdef';
const account = `AC${'1'.repeat(32)}`;

let dir: string;
let url: string;
let child: ChildProcess;

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'ringtrue-test-'));
  for (const name of ['functions', 'src', 'assets', 'package.json', '.twilioserverlessrc']) {
    cpSync(path.join(root, name), path.join(dir, name), { recursive: true });
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(dir, 'node_modules'));
  await buildBundle(dir);
  writeFileSync(
    path.join(dir, '.env'),
    `ACCOUNT_SID=${account}\nAUTH_TOKEN=${token}\nVOTER_SECRET=${'s'.repeat(32)}\nRATINGS_FILE=${dir}/ratings.db\n`,
  );
  const port = await freePort();
  url = `http://localhost:${port}`;
  child = spawn(
    process.execPath,
    [path.join(root, 'node_modules/.bin/twilio-run'), 'start', '--port', String(port)],
    {
      cwd: dir,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  await new Promise<void>((resolve, reject) => {
    let output = '';
    const look = (chunk: Buffer) => {
      output += chunk;
      if (output.includes('/sms/incoming')) resolve();
    };
    child.stdout?.on('data', look);
    child.stderr?.on('data', look);
    child.once('exit', () => reject(new Error(`twilio-run ended:\n${output}`)));
  });
}, 60_000);

afterAll(async () => {
  const closed = new Promise((resolve) => child.once('close', resolve));
  // It starts a process for each request: the whole group, so that none is left to spin.
  if (child.pid) process.kill(-child.pid, 'SIGKILL');
  await closed;
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
  ['without a signature', () => ({ ...genuine(), headers: genuine().headers.slice(0, 2) })],
  [
    'signed with another token',
    () => signWithTwilio({ token: 'f'.repeat(32), url: `${url}/sms/incoming`, params }),
  ],
  ['with a changed text', () => ({ ...genuine(), body: genuine().body.replace('5', '1') })],
  ['with a parameter added in the query', () => ({ ...genuine(), target: '/sms/incoming?Extra=1' })],
  [
    'whose field `request` brings headers of its own',
    () => ({
      ...genuine(),
      target: '/sms/incoming?request[headers][x-twilio-signature]=AAAAAAAAAAAAAAAAAAAAAAAAAAA=',
    }),
  ],
])('and refuses one %s, storing nothing', async (_, make) => {
  const request = make();
  const before = storedMessages();
  const change = { ...request, body: request.body.replace(/SMa+/, `SM${'b'.repeat(32)}`) };
  expect(await sendRaw(url, request)).toMatchObject({ status: 403, text: unauthorizedText });
  expect(await sendRaw(url, change)).toMatchObject({ status: 403 });
  expect(storedMessages()).toBe(before);
});

test('and refuses one whose compressed bytes were signed, storing nothing', async () => {
  const body = deflateSync(genuine().body);
  const signedBytes = Object.fromEntries(decodeForm(body));
  const request = signWithTwilio({ token, url: `${url}/sms/incoming`, params: signedBytes });
  const headers = [...request.headers, 'content-encoding', 'deflate'];
  const before = storedMessages();
  expect(await sendRaw(url, { ...request, headers, body })).toMatchObject({
    status: 403,
    text: unauthorizedText,
  });
  expect(storedMessages()).toBe(before);
});

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
      () => ({ ...other('/voice/incoming?choices=1'), target: '/voice/incoming?choices=0' }),
    ],
    [
      'whose choice was taken away',
      () => ({ ...other('/voice/incoming?choices=1'), target: '/voice/incoming' }),
    ],
    [
      'whose choice came as a field besides',
      () => {
        const request = other('/voice/incoming?choices=1');
        return { ...request, body: `${request.body}&choices=0` };
      },
    ],
    ['with another query', () => ({ ...other('/voice/incoming'), target: '/voice/incoming?choices=1' })],
    [
      'with a query besides',
      () => ({ ...other('/voice/incoming?choices=1'), target: '/voice/incoming?choices=1&x=1' }),
    ],
    [
      'without a signature',
      () => ({ ...other('/voice/incoming?choices=1'), headers: genuine().headers.slice(0, 2) }),
    ],
  ])('is refused %s, storing nothing', async (_, make) => {
    const before = storedMessages();
    expect(await sendRaw(url, make())).toMatchObject({ status: 403, text: unauthorizedText });
    expect(storedMessages()).toBe(before);
  });
});
