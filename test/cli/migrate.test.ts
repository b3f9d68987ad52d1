import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'libsql';
import { migrations as postgresMigrations } from '../../src/storage/postgres/postgres-schema';
import { migrations } from '../../src/storage/sqlite/sqlite-schema';
import { freePort } from '../free-port';
import { describeWith } from '../requires';
import { startTwilio, type TwilioStandIn } from '../stand-in/start-twilio';
import { type PostgresServer, startPostgres } from '../storage/postgres-server';
import { runRingtrue } from './run-ringtrue';

const root = path.join(__dirname, '..', '..');
/** The version of SQLite's. */
const tables = migrations.length;
let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(path.join(tmpdir(), 'ringtrue-migrate-'));
});
afterEach(() => rmSync(cwd, { recursive: true }));

const migrate = (...args: string[]) => runRingtrue(['migrate', ...args], { cwd });
const setVariables = (...lines: string[]) => writeFileSync(path.join(cwd, '.env'), `${lines.join('\n')}\n`);
const file = () => path.join(cwd, '.ringtrue', 'ratings.db');

describe('ringtrue migrate', () => {
  test('makes the file of the ratings, once, and with --check only says that it has to be done', async () => {
    expect(await migrate('--check')).toMatchObject({
      code: 1,
      stdout: `SQLite (.ringtrue/ratings.db): to be done: tables of version ${tables}\n`,
    });
    expect(existsSync(file())).toBe(false);
    expect(await migrate()).toMatchObject({
      code: 0,
      stdout: `SQLite (.ringtrue/ratings.db): done: tables of version ${tables}\n`,
    });
    expect(await migrate('--check')).toMatchObject({
      code: 0,
      stdout: `SQLite (.ringtrue/ratings.db): up to date, version ${tables}\n`,
    });
    const { code, stdout } = await migrate('--json');
    expect({ code, ...JSON.parse(stdout) }).toEqual({
      code: 0,
      store: 'SQLite (.ringtrue/ratings.db)',
      from: tables,
      to: tables,
      changed: false,
    });
  });

  test('shows the file of RATINGS_FILE as it is typed from here, or whole where it is elsewhere', async () => {
    setVariables('RATINGS_FILE=kept/votes.db');
    expect((await migrate('--check')).stdout).toMatch(/^SQLite \(kept\/votes\.db\): /);
    const elsewhere = path.join(tmpdir(), 'ringtrue-elsewhere', 'votes.db');
    setVariables(`RATINGS_FILE=${elsewhere}`);
    expect((await migrate('--check')).stdout).toContain(`SQLite (${elsewhere}): `);
  });

  test('refuses a file that a newer version made, in one sentence, and leaves it alone', async () => {
    await migrate();
    const newer = new Database(file());
    newer.pragma('user_version = 99');
    newer.close();
    expect(await migrate()).toMatchObject({
      code: 2,
      stdout: '',
      stderr:
        'ringtrue: RATINGS_FILE was made by a newer version of ringtrue: update, or choose another file.\n',
    });
  });

  test.each([
    ['mysql://ada:hunter2@db.example.org/ratings', /^ringtrue: DATABASE_URL is no address of [^\n]*\.\n$/],
    ['postgres://ada:hunter2@nowhere.invalid/ratings', /^ringtrue: [^\n]*DATABASE_URL[^\n]*\n$/],
  ])('says what is wrong with %s in one sentence that shows nothing of it', async (url, sentence) => {
    setVariables(`DATABASE_URL=${url}`);
    const { code, stdout, stderr } = await migrate();
    expect(stderr).toMatch(sentence);
    expect(stderr).not.toMatch(/hunter2|db\.example|nowhere/);
    expect(stdout).toBe('');
    expect([1, 2]).toContain(code);
  });

  test('ends with 1 while the server is away, and takes no other place instead', async () => {
    setVariables(`DATABASE_URL=postgres://ada:hunter2@127.0.0.1:${await freePort()}/ratings`);
    expect(await migrate()).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'ringtrue: PostgreSQL, which DATABASE_URL names, cannot be used now (ECONNREFUSED)\n',
    });
    expect(existsSync(file())).toBe(false);
  });
});

describe('ringtrue migrate --deployed', () => {
  let twilio: TwilioStandIn;
  beforeAll(async () => {
    twilio = await startTwilio();
  });
  afterAll(() => twilio.close());
  beforeEach(() => {
    cpSync(path.join(root, 'assets', 'event.private.json'), path.join(cwd, 'assets', 'event.private.json'));
    setVariables(`ACCOUNT_SID=${twilio.accountSid}`, `AUTH_TOKEN=${twilio.authToken}`);
  });
  const prepare = (...args: string[]) =>
    runRingtrue(['migrate', '--deployed', ...args], { cwd, env: twilio.environment });

  test('makes the Documents of the event in Twilio Sync, once', async () => {
    expect(await prepare('--check')).toMatchObject({
      code: 0,
      stdout: 'Twilio Sync: up to date, version 1\n',
    });
    expect(twilio.calls.filter(({ method }) => method !== 'GET')).toEqual([]);
    expect(await prepare()).toMatchObject({ code: 0, stdout: 'Twilio Sync: done: 192 Documents\n' });
    const made = [...twilio.sync.services.values()].map(({ documents }) => documents.size);
    expect(made.sort()).toEqual([1, 192]);
    const { code, stdout } = await prepare('--json');
    expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 0, store: 'Twilio Sync', changed: false });
    expect(existsSync(file())).toBe(false);
  }, 60_000);

  test('--check tells that the service of the event was deleted', async () => {
    await prepare();
    const { services } = twilio.sync;
    for (const { sid, uniqueName } of services.values()) if (uniqueName !== 'default') services.delete(sid);
    expect(await prepare('--check')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^ringtrue: The Sync service of event \S+ was deleted/),
    });
  }, 60_000);

  test('never goes to Twilio with demo credentials', async () => {
    setVariables();
    twilio.calls.length = 0;
    const { code, stderr } = await prepare();
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(/^ringtrue: Twilio Sync needs/),
    });
    expect(twilio.calls).toEqual([]);
  });

  test('names the variable when the service is not there', async () => {
    setVariables(
      `ACCOUNT_SID=${twilio.accountSid}`,
      `AUTH_TOKEN=${twilio.authToken}`,
      `SYNC_SERVICE_SID=IS${'0'.repeat(32)}`,
    );
    for (const args of [[], ['--check']])
      expect(await prepare(...args)).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/^ringtrue: SYNC_SERVICE_SID names no Sync service/),
      });
  });
});

describeWith('PostgreSQL', 'ringtrue migrate, with PostgreSQL', (program) => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres(program);
  }, 60_000);
  afterAll(() => server?.close());

  test('makes the tables, by a user who may, for one who may not', async () => {
    const url = await server.url('ratings');
    const asVisitor = url.replace('ringtrue@', 'visitor:visitor-password@');
    setVariables(`DATABASE_URL=${asVisitor}`);
    expect(await migrate()).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^ringtrue: DATABASE_URL cannot be used, the user may not do this/),
    });
    setVariables(`DATABASE_URL=${url}`);
    expect(await migrate('--check')).toMatchObject({ code: 1 });
    expect(await migrate()).toMatchObject({
      code: 0,
      stdout: `PostgreSQL (DATABASE_URL): done: tables of version ${postgresMigrations.length}\n`,
    });
    expect(await migrate('--check')).toMatchObject({ code: 0 });
  });

  test.each([
    ['a wrong password', 'visitor:wrong@', 'ratings2', 'the server refuses the password: check user name'],
    ['no such database', 'ringtrue@', 'nothing', 'there is no such database: check its name'],
  ])('says in one sentence: %s', async (_, user, database, sentence) => {
    const url = (await server.url('ratings2')).replace('ringtrue@', user).replace('ratings2', database);
    setVariables(`DATABASE_URL=${url}`);
    const { code, stderr } = await migrate();
    expect(stderr).toMatch(/^ringtrue: DATABASE_URL cannot be used, [^\n]*\.\n$/);
    expect(stderr).toContain(sentence);
    expect(code).toBe(2);
  });
});
