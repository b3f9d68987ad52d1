import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'libsql';
import { ConfigFault } from '../../src/storage/config-fault';
import { inspectStore, migrateStore, openStore } from '../../src/storage/open';
import { StoreUnavailable } from '../../src/storage/rating-store';
import { inspectSqliteFile } from '../../src/storage/sqlite/sqlite-database';
import { SqliteFile } from '../../src/storage/sqlite/sqlite-file';
import { migrations } from '../../src/storage/sqlite/sqlite-schema';
import { openSqliteStore } from '../../src/storage/sqlite/sqlite-store';
import { rating } from './contract';
import { endStoreProcesses, startStoreProcess } from './store-process';

// Each connection that is opened, to look into and to limit.
const mockConnections: InstanceType<typeof Database>[] = [];
jest.mock('libsql', () => {
  const Actual = jest.requireActual('libsql');
  return class extends Actual {
    constructor(file: string) {
      super(file);
      mockConnections.push(this as never);
    }
  };
});

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'ringtrue-test-'));
  file = path.join(dir, 'ratings.db');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

afterAll(endStoreProcesses);

const version1 = readFileSync(
  path.join(__dirname, '..', 'fixtures', 'storage', 'sqlite-version-1.sql'),
  'utf8',
);

/** With a note of a message that counted, as version 1 made it of a redelivery. */
function makeVersion1(): void {
  const database = new Database(file);
  database.exec(version1);
  database.exec("INSERT INTO uncounted VALUES (2, 'event', 'ada', 'SM1', '5', 'closed', 5000)");
  database.close();
}

test('a connection waits at each commit until the disk has the log, so that a power loss takes nothing back', async () => {
  const store = await openSqliteStore(file);
  const connection = mockConnections.at(-1);
  expect(connection?.prepare('PRAGMA journal_mode').get()).toMatchObject({ journal_mode: 'wal' });
  // 2 is FULL: https://www.sqlite.org/pragma.html#pragma_synchronous
  expect(connection?.prepare('PRAGMA synchronous').get()).toMatchObject({ synchronous: 2 });
  await store.close();
});

test('a full disk is a store that is away: what was acknowledged stays, and it goes on when there is room again', async () => {
  const store = await openSqliteStore(file);
  const connection = mockConnections.at(-1);
  try {
    await store.record(rating());
    const used = connection?.prepare('PRAGMA page_count').get() as { page_count: number };
    connection?.pragma(`max_page_count = ${used.page_count}`);
    const long = { text: 'x'.repeat(1600), state: 'approved' as const };
    let acknowledged = 1;
    const fill = async () => {
      for (let index = 0; index < 100; index += 1) {
        await store.record(rating({ voter: `voter-${index}`, comment: long }));
        acknowledged += 1;
      }
    };
    await expect(fill()).rejects.toThrow(
      new StoreUnavailable('SQLite, whose file RATINGS_FILE names, cannot be used now (SQLITE_FULL)'),
    );
    expect(await store.tally('event')).toMatchObject([{ count: acknowledged }]);
    connection?.pragma('max_page_count = 100000');
    await store.record(rating({ voter: 'after' }));
    expect(await store.tally('event')).toMatchObject([{ count: acknowledged + 1 }]);
  } finally {
    await store.close();
  }
});

test('writes that come at the same time wait for the disk together, and each is there when it returns', async () => {
  const store = await openSqliteStore(file);
  const commits = jest.spyOn(mockConnections.at(-1) as (typeof mockConnections)[number], 'exec');
  const other = await openSqliteStore(file);
  const voters = Array.from({ length: 30 }, (_, index) => `voter-${index}`);
  let done = 0;
  await Promise.all(
    voters.map(async (voter) => {
      await store.record(rating({ voter }));
      done += 1;
      const [seen] = await other.tally('event');
      expect(seen?.count).toBeGreaterThanOrEqual(done);
    }),
  );
  expect(await other.tally('event')).toMatchObject([{ count: 30, sum: 150 }]);
  expect(commits.mock.calls.filter(([sql]) => sql === 'COMMIT')).toHaveLength(1);
  await store.close();
  await other.close();
});

test('a damaged file is a store that cannot be used, and the log says where it was found', async () => {
  const first = await openSqliteStore(file);
  for (let index = 0; index < 200; index += 1) await first.record(rating({ voter: `voter ${index}` }));
  await first.close();
  const bytes = readFileSync(file);
  writeFileSync(file, bytes.fill(0xff, 4096));
  const log = jest.spyOn(console, 'error').mockImplementation();
  const store = await openSqliteStore(file);
  await expect(store.record(rating({ voter: 'eve' }))).rejects.toMatchObject({
    name: 'StoreUnavailable',
    message: 'SQLite, whose file RATINGS_FILE names, cannot be used (SQLITE_CORRUPT)',
    cause: { code: 'SQLITE_CORRUPT' },
  });
  expect(log.mock.calls).toEqual([[expect.stringMatching(/SQLITE_CORRUPT.*\n +at /)]]);
  log.mockRestore();
  await store.close();
});

test('a write that throws is undone alone, and those beside it stay', async () => {
  const log = jest.spyOn(console, 'error').mockImplementation();
  const sqlite = await SqliteFile.open(file);
  const insert = (name: string) =>
    sqlite.run('INSERT INTO messages (event, message_sid, kind) VALUES (?, ?, ?)', 'event', name, 'recorded');
  const outcomes = await Promise.allSettled([
    sqlite.write(() => insert('SM1')),
    sqlite.write(() => {
      insert('SM2');
      throw new Error('the second');
    }),
    sqlite.write(() => insert('SM1')),
    sqlite.write(() => insert('SM4')),
  ]);
  expect(outcomes).toMatchObject([
    { status: 'fulfilled', value: 1 },
    { status: 'rejected', reason: { message: 'the second' } },
    { status: 'rejected', reason: { cause: { code: expect.stringContaining('SQLITE_CONSTRAINT') } } },
    { status: 'fulfilled', value: 1 },
  ]);
  expect(sqlite.all('SELECT message_sid FROM messages ORDER BY message_sid')).toEqual([
    { message_sid: 'SM1' },
    { message_sid: 'SM4' },
  ]);
  log.mockRestore();
  sqlite.close();
});

test('writes that others keep from the file wait together, and all are there when it is free again', async () => {
  const store = await openSqliteStore(file);
  const other = new Database(file);
  other.exec('BEGIN IMMEDIATE');
  const early = [store.record(rating({ voter: 'ada' })), store.record(rating({ voter: 'bob' }))];
  await new Promise((resolve) => setTimeout(resolve, 50));
  const late = store.record(rating({ voter: 'cleo' }));
  other.exec('ROLLBACK');
  other.close();
  expect(await Promise.all([...early, late])).toEqual(
    Array(3).fill({ kind: 'recorded', former: null, duplicate: false }),
  );
  expect(await store.tally('event')).toMatchObject([{ count: 3 }]);
  await store.close();
});

test('what waits to be written when the file is closed is written, or told that it was not', async () => {
  const store = await openSqliteStore(file);
  const written = store.record(rating({ voter: 'ada' }));
  await store.close();
  expect(await written).toEqual({ kind: 'recorded', former: null, duplicate: false });
  const held = await openSqliteStore(file);
  const other = new Database(file);
  other.exec('BEGIN IMMEDIATE');
  const refused = expect(held.record(rating({ voter: 'bob' }))).rejects.toThrow(StoreUnavailable);
  await held.close();
  await refused;
  other.close();
  const reader = await openSqliteStore(file);
  expect(await reader.tally('event')).toMatchObject([{ count: 1 }]);
  await reader.close();
});

test('a file that is deleted while it is open begins anew, and no rating goes where nobody finds it', async () => {
  const store = await openSqliteStore(file);
  await store.record(rating());
  rmSync(file);
  expect(await store.tally('event')).toEqual([]);
  await store.record(rating({ score: 3 }));
  const other = await openSqliteStore(file);
  expect(await other.tally('event')).toMatchObject([{ count: 1, sum: 3 }]);
  await other.close();
  await store.close();
});

test('a file of version 1 keeps its ratings through the steps that come after, all or none', async () => {
  makeVersion1();
  const current = migrations.length;
  const added = 'ALTER TABLE ratings ADD COLUMN later TEXT';
  migrations.push(added, 'this is no SQL');
  try {
    await expect(openSqliteStore(file)).rejects.toThrow(ConfigFault);
    expect(await inspectSqliteFile(file)).toEqual({ from: 1, to: current + 2 });
    migrations.pop();
    const store = await openSqliteStore(file);
    expect(await inspectSqliteFile(file)).toEqual({ from: current + 1, to: current + 1 });
    expect(await store.tally('event')).toEqual([
      { session: 'KEYNOTE', count: 2, sum: 7, histogram: [0, 1, 0, 0, 1] },
      { session: 'WORKSHOP', count: 1, sum: 4, histogram: [0, 0, 0, 1, 0] },
    ]);
    const did = { kind: 'recorded', former: null, session: null, score: null };
    const again = await store.record(rating({ messageSid: 'SM1', score: 1 }));
    expect(again).toEqual({ ...did, duplicate: true });
    expect(await store.delivered('event', { voter: 'ada', messageSid: 'SM1' })).toEqual(did);
    expect(await store.comments('event', { states: ['held'], limit: 5 })).toMatchObject([{ text: 'hm' }]);
    expect(await store.settings('event')).toEqual([{ keyword: 'KEYNOTE', state: 'paused' }]);
    expect(await store.uncounted('event', 5)).toMatchObject([{ messageSid: 'SM4' }]);
    await store.close();
  } finally {
    migrations.splice(current);
  }
  await expect(openSqliteStore(file)).rejects.toThrow('RATINGS_FILE was made by a newer version');
});

test('looking at a file makes none and changes none', async () => {
  const current = migrations.length;
  expect(await inspectStore({ deployed: false, ratingsFile: file })).toEqual({ from: 0, to: current });
  expect(() => readFileSync(file)).toThrow('ENOENT');
  expect(await migrateStore({ deployed: false, ratingsFile: file })).toEqual({ from: 0, to: current });
  expect(await inspectStore({ deployed: false, ratingsFile: file })).toEqual({ from: current, to: current });
});

/** Makes the file, keeps everybody else from it, and lets go when other calls have had their turn. */
function holdForAWhile(): void {
  const other = new Database(file);
  other.exec('CREATE TABLE IF NOT EXISTS anything (it)');
  other.exec('DROP TABLE anything');
  other.exec('BEGIN EXCLUSIVE');
  setTimeout(() => other.exec('ROLLBACK'), 50);
}

test('calls that come while others hold a file that is not open yet share one opening, and keep nobody else', async () => {
  holdForAWhile();
  const before = mockConnections.length;
  const stores = await Promise.all(
    Array.from({ length: 5 }, () => openStore({ deployed: false, ratingsFile: file })),
  );
  expect(mockConnections).toHaveLength(before + 1);
  await Promise.all(stores.map((store, index) => store.record(rating({ voter: `voter-${index}` }))));
  expect(await stores[0]?.tally('event')).toMatchObject([{ count: 5 }]);
  await stores[0]?.close();
});

test('calls that come while others hold a file that was deleted and made anew share one opening, too', async () => {
  const store = await openSqliteStore(file);
  rmSync(file);
  holdForAWhile();
  const before = mockConnections.length;
  await Promise.all([
    store.record(rating({ voter: 'ada' })),
    store.tally('event'),
    store.record(rating({ voter: 'bob' })),
  ]);
  expect(mockConnections).toHaveLength(before + 1);
  expect(await store.tally('event')).toMatchObject([{ count: 2 }]);
  await store.close();
});

test('ten processes that make one file at once all write to it', async () => {
  const processes = await Promise.all(
    Array.from({ length: 10 }, () => startStoreProcess({ deployed: false, ratingsFile: file })),
  );
  try {
    await Promise.all(processes.map((one, index) => one.record(rating({ voter: `voter-${index}` }))));
  } finally {
    await Promise.all(processes.map((one) => one.kill()));
  }
  const store = await openSqliteStore(file);
  expect(await store.tally('event')).toMatchObject([{ count: 10 }]);
  await store.close();
});
