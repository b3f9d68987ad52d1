import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { unauthorizedText } from '../../src/emulator/edge';
import { runRingtrue } from '../cli/run-ringtrue';
import { sendRaw } from '../send-raw';
import { signText } from '../sign-text';
import { type StartedRingtrue, startRingtrue } from '../start-ringtrue';
import { storedRows } from '../stored-rows';

const root = path.join(__dirname, '..', '..');
const password = 'p@ss $& word/1';
let dir: string;
let dataDir: string;
let ringtrue: StartedRingtrue;

beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'ringtrue-password-'));
  for (const name of ['functions', 'assets', 'src', 'package.json', '.twilioserverlessrc', 'tsconfig.json'])
    cpSync(path.join(root, name), path.join(dir, name), { recursive: true });
  symlinkSync(path.join(root, 'node_modules'), path.join(dir, 'node_modules'));
  writeFileSync(path.join(dir, '.env'), `WEBHOOK_USER=twilio\nWEBHOOK_PASSWORD='${password}'\n`);
  dataDir = path.join(dir, '.ringtrue');
  ringtrue = await startRingtrue(dataDir, { cwd: dir });
});
afterAll(async () => {
  await ringtrue?.crash();
  rmSync(dir, { recursive: true });
});

const count = async () =>
  JSON.parse((await sendRaw(ringtrue.url, { target: '/results' })).text).sessions[0].count as number;

function signed(...headers: string[]) {
  const request = signText(ringtrue, { body: 'KEYNOTE 5', sid: `SM${'7'.repeat(32)}` });
  return { ...request, headers: [...request.headers, ...headers] };
}

test.each<[string, string[]]>([
  ['no password', []],
  ['a wrong one', ['authorization', `Basic ${Buffer.from('twilio:wrong').toString('base64')}`]],
])('with WEBHOOK_PASSWORD set, a signed text with %s is refused and not counted', async (_, headers) => {
  const told = ringtrue.listen();
  const answer = await sendRaw(ringtrue.url, signed(...headers));
  expect(answer).toMatchObject({ status: 401, text: 'Unauthorized' });
  await told(/refused, without the user and password of WEBHOOK_USER and WEBHOOK_PASSWORD/);
  expect(storedRows(dataDir)).toBe(0);
  expect(await count()).toBe(0);
});

test('the right password without a signature is refused and not counted', async () => {
  const basic = Buffer.from(`twilio:${password}`).toString('base64');
  const request = signed('authorization', `Basic ${basic}`);
  const at = request.headers.indexOf('x-twilio-signature');
  const unsigned = { ...request, headers: request.headers.toSpliced(at, 2) };
  const told = ringtrue.listen();
  expect(await sendRaw(ringtrue.url, unsigned)).toMatchObject({ status: 403, text: unauthorizedText });
  await told(/refused missing-signature/);
  expect(storedRows(dataDir)).toBe(0);
  expect(await count()).toBe(0);
});

test('sms sends user and password as Twilio does, and shows neither', async () => {
  const { code, stdout, stderr } = await runRingtrue(['sms', 'KEYNOTE 5'], { cwd: dir });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).not.toContain('p%40ss');
  expect(ringtrue.output()).not.toContain('p%40ss');
  expect(await count()).toBe(1);
});

test('crowd sends them, too, and all that it sent is counted', async () => {
  const before = await count();
  const crowd = ['crowd', '--phones', '4', '--seconds', '1', '--json'];
  const { code, stdout } = await runRingtrue(crowd, { cwd: dir });
  expect(JSON.parse(stdout)).toMatchObject({ failed: 0, expected: 4, counted: 4, lost: 0 });
  expect(code).toBe(0);
  expect(await count()).toBeGreaterThan(before);
});

test('scenario sends them to a running emulator, whose URL is given without', async () => {
  const before = await count();
  const scenario = path.join(root, 'scenarios', 'first-rating.json5');
  const args = ['scenario', scenario, '--no-local', '--url', `${ringtrue.url}/sms/incoming`];
  const { code, stdout } = await runRingtrue(args, { cwd: dir });
  expect(stdout).not.toContain('✗');
  expect(stdout).not.toContain('p%40ss');
  expect(code).toBe(0);
  expect(await count()).toBeGreaterThan(before);
});
