import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'libsql';
import { ConfigFault } from '../../src/storage/config-fault';
import { inspectStore, migrateStore, openStore } from '../../src/storage/open';
import { type RatingStore, StoreUnavailable } from '../../src/storage/rating-store';
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
      if (!file.endsWith('-claim')) mockConnections.push(this as never);
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
  await sqlite.close();
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

function deleteWithLog(): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${file}${suffix}`);
}

describe('a file that is replaced while it is open', () => {
  const settings = () => ({ deployed: false, ratingsFile: file });
  let backup: string;

  beforeEach(async () => {
    backup = path.join(dir, 'backup.db');
    await recordAll(await openSqliteStore(backup), 'backup', 50).then((store) => store.close());
    // Nothing of it stands in a log any more.
    new Database(backup).pragma('wal_checkpoint(TRUNCATE)');
  });

  async function recordAll<S extends RatingStore>(store: S, name: string, count: number): Promise<S> {
    for (let index = 0; index < count; index += 1) await store.record(rating({ voter: `${name} ${index}` }));
    return store;
  }

  /** How many voters of each name there are for somebody who opens the file now. */
  async function votersIn(place: string): Promise<Record<string, number>> {
    const reader = await startStoreProcess({ deployed: false, ratingsFile: place });
    const found: Record<string, number> = {};
    for await (const { voter } of reader.ratings('event')) {
      const name = voter.replace(/ \d+$/, '');
      found[name] = (found[name] ?? 0) + 1;
    }
    await reader.kill();
    return found;
  }

  test.each(['kill', 'close'] as const)('keeps what it had and what came after: ended by %s', async (end) => {
    const writer = await startStoreProcess(settings());
    await recordAll(writer, 'before', 40);
    renameSync(backup, file);
    await recordAll(writer, 'after', 40);
    await writer[end]();
    expect(await votersIn(file)).toEqual({ backup: 50, after: 40 });
  });

  test('keeps what it had when nothing comes after', async () => {
    const store = await recordAll(await openSqliteStore(file), 'before', 40);
    renameSync(backup, file);
    await store.close();
    expect(await votersIn(file)).toEqual({ backup: 50 });
  });

  test.each([
    ['another one takes its name', () => renameSync(backup, file), { backup: 50, first: 40, second: 40 }],
    ['it is deleted', () => rmSync(file), { first: 40, second: 40 }],
    ['it is deleted with its log', deleteWithLog, { first: 40, second: 40 }],
  ])(
    'keeps what two processes that write at the same time acknowledged since, when %s',
    async (_, replace, kept) => {
      const [first, second] = await Promise.all([
        startStoreProcess(settings()),
        startStoreProcess(settings()),
      ]);
      await Promise.all([recordAll(first, 'before', 40), recordAll(second, 'also before', 40)]);
      replace();
      await Promise.all([recordAll(first, 'first', 40), recordAll(second, 'second', 40)]);
      expect(await first.tally('event')).toEqual(await second.tally('event'));
      await Promise.all([first.kill(), second.kill()]);
      expect(await votersIn(file)).toEqual(kept);
    },
  );

  test('is whole under the name it was given, without its log', async () => {
    const store = await recordAll(await openSqliteStore(file), 'before', 40);
    const archive = path.join(dir, 'archive.db');
    renameSync(file, archive);
    await store.record(rating({ voter: 'after 0' }));
    await store.close();
    expect(await votersIn(archive)).toMatchObject({ before: 40 });
    expect(await votersIn(file)).toEqual({ after: 1 });
  });

  test('is refused when it comes back, and keeps what it had', async () => {
    const store = await recordAll(await openSqliteStore(file), 'before', 40);
    const archive = path.join(dir, 'archive.db');
    renameSync(file, archive);
    expect(await store.tally('event')).toEqual([]);
    renameSync(archive, file);
    const reason = 'RATINGS_FILE was replaced while it was in use';
    await expect(store.record(rating({ voter: 'after' }))).rejects.toThrow(reason);
    await expect(store.tally('event')).rejects.toThrow(StoreUnavailable);
    await store.close();
    expect(await votersIn(file)).toEqual({ before: 40 });
  });

  test.each(['-shm', '-wal'])('does not need its %s to be left', async (suffix) => {
    const writer = await startStoreProcess(settings());
    await recordAll(writer, 'before', 40);
    rmSync(`${file}${suffix}`);
    renameSync(backup, file);
    await recordAll(writer, 'after', 3);
    await writer.kill();
    expect(await votersIn(file)).toEqual({ backup: 50, after: 3 });
  });

  test('keeps what a process that begins before the others have noticed acknowledges', async () => {
    const former = await startStoreProcess(settings());
    await recordAll(former, 'before', 40);
    renameSync(backup, file);
    const later = await startStoreProcess(settings());
    await recordAll(later, 'later', 40);
    await recordAll(former, 'former', 40);
    await recordAll(later, 'later still', 40);
    await Promise.all([former.kill(), later.kill()]);
    expect(await votersIn(file)).toEqual({ backup: 50, later: 40, former: 40, 'later still': 40 });
  });

  test('keeps what a process acknowledges that missed one of two', async () => {
    const idle = await startStoreProcess(settings());
    const busy = await startStoreProcess(settings());
    rmSync(file);
    await recordAll(busy, 'between', 40);
    renameSync(backup, file);
    await recordAll(idle, 'idle', 40);
    await recordAll(busy, 'busy', 40);
    await Promise.all([idle.kill(), busy.kill()]);
    expect(await votersIn(file)).toEqual({ backup: 50, idle: 40, busy: 40 });
  });

  test('is not spoilt by the log that killed processes left, which is kept', async () => {
    const killed = await recordAll(await startStoreProcess(settings()), 'before', 40);
    await killed.kill();
    const archive = path.join(dir, 'archive.db');
    renameSync(file, archive);
    renameSync(backup, file);
    expect(await votersIn(file)).toEqual({ backup: 50 });
    const log = readdirSync(dir).find((name) => name.startsWith('ratings.db-wal.former-'));
    renameSync(path.join(dir, log ?? 'no log is kept'), `${archive}-wal`);
    expect(await votersIn(archive)).toEqual({ before: 40 });
  });

  test('is left when others let go of it', async () => {
    const store = await recordAll(await openSqliteStore(file), 'before', 1);
    const other = new Database(file);
    other.exec('BEGIN');
    expect(other.prepare('SELECT count(*) AS count FROM ratings').get()).toMatchObject({ count: 1 });
    await store.record(rating({ voter: 'before 1' }));
    renameSync(backup, file);
    let free = false;
    setTimeout(() => {
      free = true;
      other.exec('ROLLBACK');
    }, 50);
    await store.record(rating({ voter: 'after 0' }));
    expect(free).toBe(true);
    await store.close();
    expect(await votersIn(file)).toEqual({ backup: 50, after: 1 });
  });
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
  deleteWithLog();
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
