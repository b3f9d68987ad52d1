import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';
import { makeDemoCredentials } from '../../src/emulator/demo-credentials';
import { type Run, runRingtrue } from './run-ringtrue';

const token = '0123456789abcdef0123456789abcdef';
const other = 'fedcba9876543210fedcba9876543210';
const url = 'https://example.com/sms/incoming';
const params = { Body: 'KEYNOTE 5', From: '+15550100001' };
const signature = getExpectedTwilioSignature(token, url, params);
const headers = { 'Content-Type': 'application/x-www-form-urlencoded', 'X-Twilio-Signature': signature };
const genuine = { url, method: 'POST', headers, body: new URLSearchParams(params).toString() };
const verifies = `checked with AUTH_TOKEN from the environment\n\nverifies  POST ${url}\n\n`;
let dir: string;

beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'ringtrue-explain-'));
});

afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

function explain(
  request: unknown,
  { env, flags = [] }: { env?: Record<string, string>; flags?: string[] } = {},
) {
  writeFileSync(path.join(dir, 'request.json'), JSON.stringify(request));
  return runRingtrue(['doctor', 'explain', 'request.json', ...flags], {
    cwd: dir,
    env: env ?? { AUTH_TOKEN: token },
  });
}

test('shows what was checked and what was signed, the fix and the page, and exits 0', async () => {
  const { code, stdout } = await explain({ ...genuine, url: url.replace('https', 'http') });
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^checked with AUTH_TOKEN from the environment\n\nsignature-mismatch {2}POST http:\/\/example\.com\/sms\/incoming\n/,
  );
  expect(stdout).toContain('The scheme is another one url-scheme');
  expect(stdout).toContain('checked  http://example.com/sms/incoming');
  expect(stdout).toContain('signed   https://example.com/sms/incoming');
  expect(stdout).toMatch(/more: .*docs\/causes\/url-scheme\.md/);
});

test('shows the fix for one framework when asked', async () => {
  const { stdout } = await explain({ ...genuine, url: `${url}/` }, { flags: ['--framework', 'fastify'] });
  expect(stdout).toContain('Fastify:');
  expect(stdout).not.toContain('Express:');
});

test('exits 0 for a request that verifies', async () => {
  expect(await explain(genuine)).toMatchObject({ code: 0, stdout: verifies });
});

test('exits 1 for what it cannot explain, and says what to capture', async () => {
  const headersOfOthers = { ...headers, 'X-Twilio-Signature': `${'A'.repeat(27)}=` };
  const { code, stdout } = await explain({ ...genuine, headers: headersOfOthers });
  expect(code).toBe(1);
  expect(stdout).toContain('Nothing reproduces the signature: 72 causes are ruled out');
  expect(stdout).toContain('Give the URL as it is configured at Twilio');
});

test('prints JSON for several requests, unexplained when one is', async () => {
  const strange = { ...genuine, url: 'https://elsewhere.example/x' };
  const { code, stdout } = await explain([genuine, { ...genuine, url: `${url}?utm=1` }, strange], {
    flags: ['--json'],
  });
  const { explained, requests } = JSON.parse(stdout);
  expect({ code, explained }).toEqual({ code: 1, explained: false });
  expect(
    requests.map((one: { verifies: boolean; causes: { code: string }[] }) => [
      one.verifies,
      one.causes[0]?.code,
    ]),
  ).toEqual([
    [true, undefined],
    [false, 'query-added'],
    [false, undefined],
  ]);
});

test('--url names the webhook as it is configured', async () => {
  const strange = { ...genuine, url: 'https://elsewhere.example/x' };
  const { code, stdout } = await explain(strange, { flags: ['--url', url] });
  expect(code).toBe(0);
  expect(stdout).toContain('url-configured');
});

test.each([
  ['TWILIO_API_KEY_SECRET', 'key-api-secret'],
  ['OLD_AUTH_TOKEN', 'key-rotated'],
  ['SUBACCOUNT_AUTH_TOKEN', 'key-other-account'],
  ['TWILIO_AUTH_TOKEN', 'key-other'],
])('proves that %s signed', async (name, code) => {
  writeFileSync(path.join(dir, '.env'), `AUTH_TOKEN=${other}\n${name}=${token}\n`);
  const { stdout } = await explain(genuine, { env: {}, flags: ['--json'] });
  expect(JSON.parse(stdout).requests[0].causes[0].code).toBe(code);
});

test('proves a blank in the key of the environment', async () => {
  const { stdout } = await explain(genuine, { env: { AUTH_TOKEN: `${token}\n` } });
  expect(stdout).toContain('key-blanks');
});

describe('without a key, but with the demo token of the emulator', () => {
  const demo = makeDemoCredentials();
  const flags = ['--data', 'data', '--json'];

  beforeEach(() => {
    mkdirSync(path.join(dir, 'data'));
    writeFileSync(path.join(dir, 'data', 'credentials.json'), JSON.stringify(demo));
  });

  const local = 'http://localhost:3000/sms/incoming';
  const sentTo = (to: string, fields: Record<string, string>) => {
    const signed = getExpectedTwilioSignature(demo.authToken, to, fields);
    const body = new URLSearchParams(fields).toString();
    return { ...genuine, url: to, headers: { ...headers, 'X-Twilio-Signature': signed }, body };
  };

  test.each([
    ['a request of the demo account', sentTo(url, { ...params, AccountSid: demo.accountSid })],
    [
      'parameters of the demo account',
      { ...sentTo(url, {}), params: { AccountSid: demo.accountSid }, body: undefined },
    ],
    ['a request to this machine that names no account', sentTo(local, params)],
  ])('uses it for %s, and says so', async (_name, request) => {
    const { stdout } = await explain(request, { env: {}, flags });
    expect(JSON.parse(stdout).key).toBe('the demo token of this folder');
  });

  test.each([
    ['a request to another host', genuine],
    ['a request of another account to this machine', sentTo(local, { ...params, AccountSid: `AC${token}` })],
    ['several requests of which one is of another host', [sentTo(local, params), genuine]],
  ])('rules nothing out with it for %s, and asks for a key', async (_name, request) => {
    const { code, stdout, stderr } = await explain(request, { env: {}, flags: flags.slice(0, 2) });
    expect(stderr).toMatch(/no key to check with: set AUTH_TOKEN/);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});

test('with a key, says of what the emulator signed that its demo token did, alone and beside another cause', async () => {
  const demo = makeDemoCredentials();
  mkdirSync(path.join(dir, '.ringtrue'));
  writeFileSync(path.join(dir, '.ringtrue', 'credentials.json'), JSON.stringify(demo));
  const signed = getExpectedTwilioSignature(demo.authToken, url, params);
  const request = { ...genuine, headers: { ...headers, 'X-Twilio-Signature': signed } };
  for (const at of [url, url.replace('https', 'http')]) {
    const { code, stdout } = await explain({ ...request, url: at });
    expect(stdout).toContain('key-other');
    expect(stdout).toContain(
      'A secret that is not configured as a key signed. (the demo token of the emulator',
    );
    expect(stdout).not.toContain(demo.authToken);
    expect(code).toBe(0);
  }
});

test('says which file the key is from', async () => {
  writeFileSync(path.join(dir, 'other.env'), `TWILIO_AUTH_TOKEN=${token}\n`);
  const { stdout } = await explain(genuine, { env: {}, flags: ['--env', 'other.env'] });
  expect(stdout).toMatch(/^checked with TWILIO_AUTH_TOKEN from other\.env\n/);
});

test('reads standard input', async () => {
  const child = spawn(
    process.execPath,
    [path.join(__dirname, '..', '..', 'bin', 'ringtrue.js'), 'doctor', 'explain'],
    {
      cwd: dir,
      env: { ...process.env, AUTH_TOKEN: token, NO_COLOR: '1' },
    },
  );
  child.stdin.end(`curl ${url} -H 'X-Twilio-Signature: ${signature}' -d '${genuine.body}'`);
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect({ code, output }).toEqual({ code: 0, output: verifies });
});

test.each<[string, () => Promise<Run>, RegExp]>([
  [
    'a file that is not there',
    () => runRingtrue(['doctor', 'explain', 'nothing.json'], { cwd: dir, env: { AUTH_TOKEN: token } }),
    /cannot be read/,
  ],
  ['a capture that is none', () => explain({ method: 'POST' }), /request\.json: .*no url/],
  ['no key', () => explain(genuine, { env: {} }), /set AUTH_TOKEN/],
  ['an unknown flag', () => explain(genuine, { flags: ['--nothing'] }), /unknown option/],
  ['an unknown framework', () => explain(genuine, { flags: ['--framework', 'rails'] }), /Allowed choices/],
  ['a URL that is none', () => explain(genuine, { flags: ['--url', 'sms'] }), /--url/],
])('exits 2 for %s', async (_, run, message) => {
  const { code, stdout, stderr } = await run();
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(message);
});

test('prints neither key, signature, number nor control characters', async () => {
  const hostile = { ...genuine, url: `https://user:pa55@example.com/\u001b[31m?x=${token}` };
  for (const flags of [[], ['--json']]) {
    const { stdout, stderr } = await explain(hostile, { flags });
    for (const secret of [token, signature, params.From, 'pa55', '\u001b'])
      expect(stdout + stderr).not.toContain(secret);
  }
});
