import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { commandOf, membersOf } from '../../bench/emulator/group-memory';
import { freePort } from '../free-port';
import { startRingtrue } from '../start-ringtrue';
import { runRingtrue } from './run-ringtrue';

const root = path.join(__dirname, '..', '..');
let dir: string;

// A project of its own, so that each can be broken in its own way.
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'ringtrue-test-'));
  for (const name of ['functions', 'src', 'assets', 'package.json', '.twilioserverlessrc']) {
    cpSync(path.join(root, name), path.join(dir, name), { recursive: true });
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(dir, 'node_modules'));
});
afterEach(() => rmSync(dir, { recursive: true }));

async function expectRefusal(flags: string[], sentence: string | RegExp): Promise<void> {
  const args = ['start', '--port', '0', '--console-port', '0', '--no-watch', ...flags];
  const { code, stdout, stderr } = await runRingtrue(args, { cwd: dir });
  expect(stderr).toMatch(sentence);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(stdout).not.toMatch(/^ready/m);
  expect(code).toBe(2);
}

const eventFile = () => path.join(dir, 'assets', 'event.private.json');

test.each([
  ['--port', 'Port {port} is in use: stop the program that has it, or choose another with --port.'],
  [
    '--console-port',
    'Port {port} is in use: stop the program that has it, or choose another with --console-port.',
  ],
])('says which port is taken and what to do, for %s', async (flag, sentence) => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  try {
    await expectRefusal([flag, String(port)], sentence.replace('{port}', String(port)));
  } finally {
    server.close();
  }
});

test.each(['--host', '--public-url', '--env', '--data'])('says that %s is empty', async (flag) => {
  const before = readdirSync(dir).sort();
  await expectRefusal([flag, ''], `${flag} is empty: give it a value, or leave it out.`);
  expect(readdirSync(dir).sort()).toEqual(before);
});

test('names the line of a malformed .env', async () => {
  writeFileSync(path.join(dir, '.env'), 'A=1\n\nthis is nothing\n');
  await expectRefusal([], '.env, line 3: not a variable');
});

test.each([
  ['.env that is a folder', '.env/x', '', '.env is a folder: the variables belong in a file of that name.'],
  [
    'data folder that is a file',
    'data',
    '',
    /data: something else is in its place\.|data\/.*: a part of it is a file/,
  ],
  ['dist that is a file', 'dist', '', /dist\/functions: a part of it is a file and no folder\./],
  [
    '.twilioserverlessrc that is not JSON5',
    '.twilioserverlessrc',
    '{\n  bad',
    /\.twilioserverlessrc, line \d+: it is not JSON5\./,
  ],
])('says in a sentence what is wrong with a %s', async (_, file, content, sentence) => {
  mkdirSync(path.dirname(path.join(dir, file)), { recursive: true });
  writeFileSync(path.join(dir, file), content);
  await expectRefusal(['--data', 'data'], sentence);
});

test('names the line of a package.json that is not JSON', async () => {
  writeFileSync(path.join(dir, 'package.json'), '{bad');
  const { code, stderr } = await runRingtrue(['start', '--port', '0', '--console-port', '0'], { cwd: dir });
  expect(stderr).toMatch(/^ringtrue: package\.json:1: [^\n]*\n$/);
  expect(code).toBe(1);
});

// What runs is read from /proc.
const onLinux = existsSync('/proc/self/stat') ? test : test.skip;

onLinux.each(['SIGKILL', 'SIGINT', 'SIGTERM'] as const)(
  'leaves neither process nor socket behind when %s ends it while the runtime starts',
  async (signal) => {
    const program = path.join(root, 'bin', 'ringtrue.js');
    const args = [program, 'start', '--port', '0', '--console-port', '0', '--no-watch'];
    // Of its own group, as in a terminal; sockets go to its own folder, to be counted.
    const child = spawn(process.execPath, args, {
      cwd: dir,
      detached: true,
      stdio: 'ignore',
      env: { ...process.env, TMPDIR: dir, ACCOUNT_SID: '', AUTH_TOKEN: '' },
    });
    const group = child.pid ?? 0;
    await until(() =>
      membersOf(group).some((pid) => pid !== group && commandOf(pid).includes('runtime-child')),
    );
    child.kill(signal);
    await until(() => membersOf(group).length === 0);
    expect(readdirSync(dir).filter((name) => name.startsWith('ringtrue-'))).toEqual([]);
  },
  40_000,
);

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 1500; tries += 1) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('it did not come true');
}

test('warns of variables that Twilio will not take', async () => {
  writeFileSync(path.join(dir, '.env'), `LETTER=${'x'.repeat(451)}\nDOMAIN_NAME=localhost:3000\n`);
  const { code, stdout } = await runRingtrue(['start', '--host', '203.0.113.1', '--port', '0'], { cwd: dir });
  expect(stdout).toContain('LETTER has 451 bytes, and Twilio takes 450.');
  expect(stdout).toContain('.env sets DOMAIN_NAME, and a function sees what Twilio says.');
  expect(code).toBe(2);
});

test('names line and field of every fault in the event file', async () => {
  const text = readFileSync(eventFile(), 'utf8').replace('"WORKSHOP"', '"STOP"').replace('"en"', '"xx"');
  writeFileSync(eventFile(), text);
  await expectRefusal([], /event\.private\.json, line 4: language does not fit/);
  await expectRefusal([], /event\.private\.json, line 8: sessions\[1\]\.keyword STOP belongs to Twilio/);
});

test('names the line where the event file stops being JSON', async () => {
  writeFileSync(eventFile(), '{\n  "id": "demo",\n  "title" "Demo"\n}\n');
  await expectRefusal([], 'line 3: it is not JSON');
});

test('says so when there is no event file', async () => {
  rmSync(eventFile());
  await expectRefusal([], 'event.private.json is missing');
});

test('names file and line of a function that does not compile', async () => {
  mkdirSync(path.join(dir, 'functions', 'new'));
  writeFileSync(path.join(dir, 'functions', 'new', 'broken.ts'), 'export const handler = (;\n');
  const { code, stderr } = await runRingtrue(['start', '--port', '0', '--console-port', '0'], { cwd: dir });
  expect(stderr).toContain('functions/new/broken.ts:1: ');
  expect(code).toBe(1);
});

test.each([
  [
    '--enforce off with a public URL',
    ['--enforce', 'off', '--public-url', 'https://a.example'],
    '--enforce off',
  ],
  ['--enforce off on all addresses', ['--enforce', 'off', '--host', '0.0.0.0'], '--enforce off'],
  ['a public URL with a user', ['--public-url', 'https://user@a.example'], '--public-url must be'],
  ['one port for both', ['--port', '4001', '--console-port', '4001'], 'must differ'],
  ['a port that is none', ['--port', '70000'], 'A port is a number'],
  ['an unknown flag', ['--nonsense'], 'unknown option'],
])('refuses %s', (_, flags, sentence) => expectRefusal(flags, sentence));

test.each([
  [
    'an address of another kind',
    'DATABASE_URL=mysql://ada:hunter2@db.example.org/ratings',
    'DATABASE_URL is no',
  ],
  ['a secret that is too short', 'VOTER_SECRET=short', 'VOTER_SECRET is missing or too short'],
  ['a password that is too short', 'ORGANISER_PASSWORD=short', 'ORGANISER_PASSWORD is too short'],
  ['a file that cannot be one', 'RATINGS_FILE=/dev/null/ratings.db', 'RATINGS_FILE cannot be opened'],
  [
    'a Sync service without an account',
    `SYNC_SERVICE_SID=IS${'0'.repeat(32)}`,
    'SYNC_SERVICE_SID is of a Twilio account, and there are only demo credentials here',
  ],
  [
    'two places for ratings',
    `ACCOUNT_SID=AC${'1'.repeat(32)}\nAUTH_TOKEN=${'1'.repeat(32)}\nSYNC_SERVICE_SID=IS${'0'.repeat(32)}\nDATABASE_URL=postgres://a/b`,
    'DATABASE_URL and SYNC_SERVICE_SID name two places for ratings: remove one of them.',
  ],
])('names the variable and ends, for %s', async (_, line, sentence) => {
  writeFileSync(path.join(dir, '.env'), `${line}\n`);
  await expectRefusal([], sentence);
});

test('starts while the database is away, says so, and takes no other place instead', async () => {
  writeFileSync(
    path.join(dir, '.env'),
    `DATABASE_URL=postgres://ada@127.0.0.1:${await freePort()}/ratings\n`,
  );
  const data = path.join(dir, 'data');
  const started = await startRingtrue(data, { cwd: dir });
  try {
    expect(started.output()).toContain('DATABASE_URL names, cannot be used now (ECONNREFUSED)');
    const answer = await fetch(`${started.url}/results`);
    expect(answer.status).toBe(503);
    expect(existsSync(path.join(data, 'ratings.db'))).toBe(false);
  } finally {
    await started.interrupt();
  }
});

test('says with its line what is wrong with an event file that changes, and serves the one before', async () => {
  const started = await startRingtrue(path.join(dir, 'data'), { cwd: dir, watch: true });
  const text = readFileSync(eventFile(), 'utf8');
  const title = async () => {
    const answer = await fetch(`${started.url}/results`);
    const { event } = (await answer.json()) as { event?: { title: string } };
    return { status: answer.status, title: event?.title };
  };
  try {
    const before = await title();
    expect(before.status).toBe(200);
    writeFileSync(eventFile(), text.replace(/"keyword": "[^"]+"/, '"keyword": "STOP"'));
    await started.shows(
      /event\.private\.json, line \d+: sessions\[0\]\.keyword .*\n.*what was served before still is/,
    );
    expect(await title()).toEqual(before);
    writeFileSync(eventFile(), text.replace(/"title": "[^"]+"/, '"title": "Another event"'));
    await started.shows(/serving the new code/);
    expect(await title()).toEqual({ status: 200, title: 'Another event' });
  } finally {
    await started.interrupt();
  }
});

test('refuses a real token on an address that others can reach', async () => {
  writeFileSync(path.join(dir, '.env'), `ACCOUNT_SID=AC${'a'.repeat(32)}\nAUTH_TOKEN=${'b'.repeat(32)}\n`);
  await expectRefusal(['--host', '0.0.0.0'], 'real Auth Token');
});
