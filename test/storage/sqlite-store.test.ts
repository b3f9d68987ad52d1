import fs, {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'libsql';
import { ConfigFault } from '../../src/storage/config-fault';
import { StoreUnavailable } from '../../src/storage/rating-store';
import { inspectSqliteFile } from '../../src/storage/sqlite/sqlite-database';
import { openSqliteStore } from '../../src/storage/sqlite/sqlite-store';
import { describeRatingStore, rating } from './contract';
import { describeCrashes } from './crashes';
import { describeInterleavings } from './interleavings';
import { endStoreProcesses, startStoreProcess } from './store-process';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'ringtrue-test-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describeRatingStore('SQLite', async () =>
  openSqliteStore(path.join(mkdtempSync(path.join(dir, 'store-')), 'ratings.db')),
);

describe('SQLite, in several processes', () => {
  const shared = mkdtempSync(path.join(tmpdir(), 'ringtrue-test-'));
  afterAll(() => {
    endStoreProcesses();
    rmSync(shared, { recursive: true });
  });
  const open = () => startStoreProcess({ deployed: false, ratingsFile: path.join(shared, 'ratings.db') });
  describeInterleavings('SQLite', open);
  describeCrashes('SQLite', open);
});

test('says that it is unavailable, and stores nothing, while another process holds the file', async () => {
  const file = path.join(dir, 'ratings.db');
  const store = await openSqliteStore(file);
  const other = new Database(file);
  try {
    other.exec('BEGIN IMMEDIATE');
    await expect(store.record(rating())).rejects.toThrow(StoreUnavailable);
    other.exec('ROLLBACK');
    expect(await store.tally('event')).toEqual([]);
  } finally {
    other.close();
    await store.close();
  }
});

const noDatabase = 'this is certainly no database, and long enough to be read'.repeat(40);

test.each([
  [
    'is a folder',
    (file: string) => mkdirSync(file),
    'RATINGS_FILE names a folder: add the name of a file in it.',
  ],
  [
    'is a device',
    (file: string) => symlinkSync('/dev/null', file),
    'RATINGS_FILE names a device or pipe: choose the path of a file.',
  ],
  [
    'is no SQLite file',
    (file: string) => writeFileSync(file, noDatabase),
    'RATINGS_FILE cannot be opened as a SQLite file (SQLITE_NOTADB): check its path and rights, or those of --data.',
  ],
])(
  'names RATINGS_FILE when it %s, looked at and opened, and leaves nothing beside it',
  async (_, make, sentence) => {
    const file = path.join(dir, 'ratings.db');
    make(file);
    await expect(inspectSqliteFile(file)).rejects.toThrow(new ConfigFault(sentence));
    await expect(openSqliteStore(file)).rejects.toThrow(new ConfigFault(sentence));
    expect(readdirSync(dir)).toEqual(['ratings.db']);
  },
);

test('names RATINGS_FILE when no path can be so, and goes on', async () => {
  const file = path.join(dir, 'ratings\0.db');
  const sentence = 'RATINGS_FILE has a NUL character, which no path can have: write it again.';
  await expect(inspectSqliteFile(file)).rejects.toThrow(new ConfigFault(sentence));
  await expect(openSqliteStore(file)).rejects.toThrow(new ConfigFault(sentence));
  expect(readdirSync(dir)).toEqual([]);
});

describe('a file that it must not use stays as it was', () => {
  const newer = 'RATINGS_FILE was made by a newer version of ringtrue: update, or choose another file.';
  const foreign = 'RATINGS_FILE is a database of another program: choose another file.';
  const ours = 'CREATE TABLE settings (it); CREATE TABLE ratings (it);';

  test.each([
    ['a newer version made it', 'PRAGMA user_version = 99; PRAGMA application_id = 1382634610', newer],
    ['a newer version without a mark made it', 'PRAGMA user_version = 99', newer],
    ['it has tables of others', 'CREATE TABLE bookmarks (it)', foreign],
    [
      'it has tables of others and a version',
      'CREATE TABLE bookmarks (it); PRAGMA user_version = 2',
      foreign,
    ],
    [
      'it has tables of others and a high version',
      'CREATE TABLE bookmarks (it); PRAGMA user_version = 99',
      foreign,
    ],
    ['it has some tables of the same name', `${ours} PRAGMA user_version = 2`, foreign],
    ['it says that it is of another program', 'PRAGMA application_id = 252006673', foreign],
  ])('%s', async (_, sql, sentence) => {
    const file = path.join(dir, 'ratings.db');
    const other = new Database(file);
    other.exec(sql);
    other.close();
    const before = readFileSync(file);
    await expect(openSqliteStore(file)).rejects.toThrow(new ConfigFault(sentence));
    await expect(inspectSqliteFile(file)).rejects.toThrow(new ConfigFault(sentence));
    expect(readFileSync(file)).toEqual(before);
    expect(readdirSync(dir)).toEqual(['ratings.db']);
  });
});

test.each([
  ['below /proc', '/proc/nowhere/ratings.db'],
  ['in a folder where nobody can make one', '/sys/kernel/ratings.db'],
  ['below a file', '/dev/null/ratings.db'],
])('says in one sentence that no file can be made %s, when it looks and when it opens', async (_, file) => {
  const sentence =
    /^RATINGS_FILE cannot be opened as a SQLite file \([A-Z_]+\): check its path and rights, or those of --data\.$/;
  await expect(inspectSqliteFile(file)).rejects.toThrow(sentence);
  await expect(openSqliteStore(file)).rejects.toThrow(sentence);
  await expect(openSqliteStore(file)).rejects.toThrow(ConfigFault);
});

test('looking where a file could be made leaves nothing there', async () => {
  expect(await inspectSqliteFile(path.join(dir, 'some', 'folder', 'ratings.db'))).toEqual({ from: 0, to: 2 });
  expect(readdirSync(dir)).toEqual([]);
});

test('a file with current tables that cannot be written is refused, when it is looked at and when it is opened', async () => {
  const file = path.join(dir, 'ratings.db');
  await (await openSqliteStore(file)).close();
  rmSync(`${file}-claim`);
  const writable = jest.spyOn(fs, 'accessSync').mockImplementation((place) => {
    if (place === file) throw Object.assign(new Error('read-only'), { code: 'EROFS' });
  });
  try {
    const sentence = 'RATINGS_FILE cannot be opened as a SQLite file (EROFS)';
    await expect(inspectSqliteFile(file)).rejects.toThrow(sentence);
    await expect(openSqliteStore(file)).rejects.toThrow(sentence);
    expect(existsSync(`${file}-claim`)).toBe(false);
  } finally {
    writable.mockRestore();
  }
});

test('a file that a version without a mark made is used, and marked', async () => {
  const file = path.join(dir, 'ratings.db');
  const store = await openSqliteStore(file);
  await store.record(rating());
  await store.close();
  const database = new Database(file);
  expect(database.prepare('PRAGMA application_id').get()).toMatchObject({ application_id: 1382634610 });
  database.pragma('application_id = 0');
  expect(await inspectSqliteFile(file)).toEqual({ from: 2, to: 2 });
  const again = await openSqliteStore(file);
  expect(await again.tally('event')).toMatchObject([{ count: 1 }]);
  expect(database.prepare('PRAGMA application_id').get()).toMatchObject({ application_id: 1382634610 });
  await again.close();
  database.close();
});
