import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../free-port';
import { sendRaw } from '../send-raw';
import { type StartedRingtrue, startRingtrue } from '../start-ringtrue';

const root = path.join(__dirname, '..', '..');
let dir: string;
let ringtrue: StartedRingtrue | undefined;

beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'ringtrue-test-'));
  for (const name of ['functions', 'src', 'assets', 'package.json', '.twilioserverlessrc']) {
    cpSync(path.join(root, name), path.join(dir, name), { recursive: true });
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(dir, 'node_modules'));
});
afterEach(async () => {
  await ringtrue?.crash();
  rmSync(dir, { recursive: true });
});

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('it did not come true');
}

test('serves a new and a changed function without a restart, and says where a broken one is', async () => {
  ringtrue = await startRingtrue(path.join(dir, '.ringtrue'), { cwd: dir, watch: true });
  const { url, output } = ringtrue;
  const file = path.join(dir, 'functions', 'greet.ts');
  const answer = async () => (await sendRaw(url, { target: '/greet' })).text;
  expect((await sendRaw(url, { target: '/greet' })).status).toBe(404);

  writeFileSync(
    file,
    `export const handler = (_c: unknown, _e: unknown, callback: Function) => callback(null, 'hello');\n`,
  );
  await until(async () => (await answer()) === 'hello');
  writeFileSync(file, readFileSync(file, 'utf8').replace('hello', 'good day'));
  await until(async () => (await answer()) === 'good day');

  writeFileSync(file, 'export const handler = (;\n');
  await until(() => output().includes('functions/greet.ts:1: '));
  expect(await answer()).toBe('good day');

  // Two files with one path: it compiles, and Twilio's runtime refuses it.
  writeFileSync(
    file,
    `export const handler = (_c: unknown, _e: unknown, callback: Function) => callback(null, 'back');\n`,
  );
  const twin = file.replace('.ts', '.protected.ts');
  writeFileSync(twin, readFileSync(file, 'utf8'));
  await until(() => output().includes('cannot be served: Twilio’s runtime does not start: Duplicate'));
  rmSync(twin);
  await until(async () => (await answer()) === 'back');
}, 60_000);

test('shows the stack of a failing handler in TypeScript lines, and nothing of it to the caller', async () => {
  const source = [
    'interface Unused { at: string }',
    '',
    'export const handler = () => {',
    `  throw new Error('on line four');`,
    '};',
  ];
  writeFileSync(path.join(dir, 'functions', 'fails.ts'), source.join('\n'));
  ringtrue = await startRingtrue(path.join(dir, '.ringtrue'), { cwd: dir });
  const { url, output } = ringtrue;
  expect(await sendRaw(url, { target: '/fails' })).toMatchObject({
    status: 500,
    text: 'Internal Server Error',
  });
  await until(() => output().includes('on line four'));
  expect(output()).toMatch(/functions\/fails\.ts:4:9/);
  expect((await sendRaw(url, { target: '/results' })).status).toBe(200);
});

test('--inspect lets a debugger stop at a line of TypeScript, for as long as it likes', async () => {
  const source = [
    'interface Unused { at: string }',
    '',
    'export const handler = (_context: unknown, _event: unknown, callback: Function) => {',
    `  const word: string = 'seen';`,
    '  callback(null, word);',
    '};',
  ];
  const file = path.join(dir, 'functions', 'stops.ts');
  writeFileSync(file, source.join('\n'));
  const port = await freePort();
  ringtrue = await startRingtrue(path.join(dir, '.ringtrue'), {
    cwd: dir,
    flags: ['--inspect', String(port)],
  });
  const session = path.join(__dirname, 'debug-session.mjs');
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--experimental-websocket',
    session,
    ...[String(port), `${ringtrue.url}/stops`, realpathSync(file), '5', 'word'],
  ]);
  expect(JSON.parse(stdout)).toEqual({
    bound: 1,
    source: realpathSync(file),
    line: 5,
    value: 'seen',
    status: 200,
  });
  expect(ringtrue.output()).not.toContain('the runtime was replaced');
}, 30_000);

test('serves HTTPS with a certificate for this machine', async () => {
  ringtrue = await startRingtrue(path.join(dir, '.ringtrue'), { cwd: dir, flags: ['--https'] });
  expect(ringtrue.url).toMatch(/^https:/);
  const { cert, status } = await sendTrusting(ringtrue.url, path.join(dir, '.ringtrue', 'localhost.pem'));
  expect(status).toBe(200);
  expect(cert).toContain('DNS:localhost');
});

async function sendTrusting(url: string, caFile: string): Promise<{ status: number; cert: string }> {
  const { get } = await import('node:https');
  return new Promise((resolve, reject) => {
    get(`${url}/results`, { ca: readFileSync(caFile) }, (incoming) => {
      const socket = incoming.socket as import('node:tls').TLSSocket;
      resolve({ status: incoming.statusCode ?? 0, cert: socket.getPeerCertificate().subjectaltname ?? '' });
      incoming.resume();
    }).on('error', reject);
  });
}
