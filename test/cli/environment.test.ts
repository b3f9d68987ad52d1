import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { localVariables, readEnvironment } from '../../src/cli/environment';
import { UsageFault } from '../../src/cli/usage-fault';
import { isDemoAccount } from '../../src/emulator/demo-credentials';

const account = `AC${'a'.repeat(32)}`;
const token = 'b'.repeat(32);
const processVariables = { ...process.env };
let dir: string;

beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'ringtrue-test-'));
  delete process.env.ACCOUNT_SID;
  delete process.env.AUTH_TOKEN;
});
afterEach(() => {
  rmSync(dir, { recursive: true });
  process.env = { ...processVariables };
});

function writeEnv(text: string): void {
  writeFileSync(path.join(dir, '.env'), text);
}

test('takes credentials from .env', () => {
  writeEnv(`ACCOUNT_SID=${account}\nAUTH_TOKEN="${token}"\nEMPTY=\nOTHER=value\n`);
  expect(readEnvironment({ dir })).toEqual({
    credentials: { accountSid: account, authToken: token, source: 'file' },
    variables: { ACCOUNT_SID: account, AUTH_TOKEN: token, OTHER: 'value' },
  });
});

test('takes credentials from the process environment before .env', () => {
  writeEnv(`ACCOUNT_SID=${account}\nAUTH_TOKEN=${token}\n`);
  process.env.ACCOUNT_SID = `AC${'c'.repeat(32)}`;
  process.env.AUTH_TOKEN = 'd'.repeat(32);
  expect(readEnvironment({ dir }).credentials).toEqual({
    accountSid: `AC${'c'.repeat(32)}`,
    authToken: 'd'.repeat(32),
    source: 'environment',
  });
});

test('makes demo credentials up once, in a file that only this user can read', () => {
  const first = readEnvironment({ dir, makeDemo: true });
  expect(first.credentials.source).toBe('demo');
  expect(isDemoAccount(first.credentials.accountSid)).toBe(true);
  expect(readEnvironment({ dir, makeDemo: true })).toEqual(first);
  expect(readEnvironment({ dir })).toEqual(first);
  const file = path.join(dir, '.ringtrue', 'credentials.json');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(JSON.parse(readFileSync(file, 'utf8')).authToken).toBe(first.credentials.authToken);
});

test('keeps nothing of what it makes up for a command that only sends', () => {
  const first = readEnvironment({ dir });
  expect(first.credentials.source).toBe('none');
  expect(isDemoAccount(first.credentials.accountSid)).toBe(true);
  expect(readEnvironment({ dir }).credentials.authToken).not.toBe(first.credentials.authToken);
  expect(readdirSync(dir)).toEqual([]);
});

test('replaces a damaged file of demo credentials', () => {
  readEnvironment({ dir, makeDemo: true });
  writeFileSync(path.join(dir, '.ringtrue', 'credentials.json'), '{ "accountSid": ');
  const { credentials } = readEnvironment({ dir, makeDemo: true });
  expect(credentials.source).toBe('demo');
  expect(readEnvironment({ dir }).credentials).toEqual(credentials);
});

test('makes up locally what a deployment must set, and nothing that is set', () => {
  const dataDir = path.join(dir, '.ringtrue');
  const variables = localVariables({ ORGANISER_USER: 'ada' }, dataDir);
  expect(variables).toMatchObject({ ORGANISER_USER: 'ada', RATINGS_FILE: path.join(dataDir, 'ratings.db') });
  expect(variables.VOTER_SECRET).toMatch(/^[0-9a-f]{64}$/);
  expect(localVariables({}, dataDir).VOTER_SECRET).toBe(variables.VOTER_SECRET);
});

test.each([
  ['a line that is no variable', 'A=1\nnonsense here\n', '.env, line 2'],
  ['a quote that never ends', 'A="1\nB=2\n', '.env, line 1'],
  ['a token without an account', `AUTH_TOKEN=${token}\n`, 'ACCOUNT_SID is not'],
  ['an account without a token', `ACCOUNT_SID=${account}\n`, 'AUTH_TOKEN is not'],
  ['an API key as the account', `ACCOUNT_SID=SK${'a'.repeat(32)}\nAUTH_TOKEN=${token}\n`, 'API key'],
  [
    'an account of another shape',
    `ACCOUNT_SID=AC123\nAUTH_TOKEN=${token}\n`,
    'ACCOUNT_SID in .env is not AC',
  ],
  ['a token with white space', `ACCOUNT_SID=${account}\nAUTH_TOKEN="${token} "\n`, 'white space'],
])('names the place of %s', (_, text, sentence) => {
  writeEnv(text);
  const read = () => readEnvironment({ dir });
  expect(read).toThrow(UsageFault);
  expect(read).toThrow(sentence);
  expect(read).not.toThrow(token);
});

test('says so when a named file does not exist', () => {
  expect(() => readEnvironment({ dir, envFile: '.env.prod' })).toThrow('There is no file .env.prod');
});

test('does not wait for ever for a folder that nobody can make', () => {
  const dataDir = '/proc/nowhere/ringtrue';
  expect(() => readEnvironment({ dir, dataDir, makeDemo: true })).toThrow(/^E[A-Z]+: .*\/proc/);
  expect(() => localVariables({}, dataDir)).toThrow(/^E[A-Z]+: .*\/proc/);
});
