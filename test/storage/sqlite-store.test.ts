import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'libsql';
import { ConfigFault } from '../../src/storage/config-fault';
import { StoreUnavailable } from '../../src/storage/rating-store';
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

test.each([
  ['is a folder', (file: string) => mkdirSync(file)],
  [
    'is no SQLite file',
    (file: string) =>
      writeFileSync(file, 'this is certainly no database, and long enough to be read'.repeat(40)),
  ],
])('names RATINGS_FILE when it %s', async (_, make) => {
  const file = path.join(dir, 'ratings.db');
  make(file);
  await expect(openSqliteStore(file)).rejects.toThrow(ConfigFault);
  await expect(openSqliteStore(file)).rejects.toThrow(/^RATINGS_FILE cannot be opened/);
});

test('refuses a file that a newer version made', async () => {
  const file = path.join(dir, 'ratings.db');
  const newer = new Database(file);
  newer.pragma('user_version = 99');
  newer.close();
  await expect(openSqliteStore(file)).rejects.toThrow('newer version');
});
