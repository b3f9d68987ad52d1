import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'libsql';
import { ConfigFault } from '../../src/storage/config-fault';
import { StoreUnavailable } from '../../src/storage/rating-store';
import { openSqliteStore } from '../../src/storage/sqlite-store';
import { describeRatingStore, rating } from './contract';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'ringtrue-test-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describeRatingStore('SQLite', async () =>
  openSqliteStore(path.join(mkdtempSync(path.join(dir, 'store-')), 'ratings.db')),
);

/** Starts a process that records ratings of voters 0, 1, 2 … and prints each one's number when `record` has resolved. */
function startRecorder(file: string, name: string) {
  const script = `
    const { openSqliteStore } = require('./src/storage/sqlite-store.ts');
    const store = openSqliteStore(${JSON.stringify(file)});
    (async () => {
      for (let n = 0; n < 100000; n += 1) {
        await store.record({ event: 'event', session: 'KEYNOTE', voter: '${name}' + n, messageSid: '${name}' + n, score: 4, comment: null, at: n });
        require('node:fs').writeSync(1, n + '\\n');
      }
    })();`;
  const child = spawn(process.execPath, ['--import', 'tsx', '-e', script], {
    cwd: path.join(__dirname, '..', '..'),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk;
  });
  return {
    acknowledged: () => output.split('\n').length - 1,
    kill: () =>
      new Promise<void>((resolve) => {
        child.stdout.once('close', () => resolve());
        child.kill('SIGKILL');
      }),
  };
}

test('loses no acknowledged rating and doubles none when writers are killed at any moment', async () => {
  const file = path.join(dir, 'ratings.db');
  openSqliteStore(file).close();
  let acknowledged = 0;
  for (let round = 0; round < 3; round += 1) {
    const recorders = [startRecorder(file, `a${round}-`), startRecorder(file, `b${round}-`)];
    const begun = () => recorders.every((recorder) => recorder.acknowledged() > 5 + round * 7);
    while (!begun()) await new Promise((resolve) => setTimeout(resolve, 5));
    for (const recorder of recorders) {
      await recorder.kill();
      acknowledged += recorder.acknowledged();
    }
  }
  const store = openSqliteStore(file);
  try {
    const [tally] = await store.tally('event');
    // A rating may be stored that was killed before it could be acknowledged: one for each writer at most.
    expect(tally?.count).toBeGreaterThanOrEqual(acknowledged);
    expect(tally?.count).toBeLessThanOrEqual(acknowledged + 6);
    let rows = 0;
    for await (const _ of store.ratings('event')) rows += 1;
    expect(rows).toBe(tally?.count);
  } finally {
    await store.close();
  }
});

test('says that it is unavailable, and stores nothing, while another process holds the file', async () => {
  const file = path.join(dir, 'ratings.db');
  const store = openSqliteStore(file);
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
])('names RATINGS_FILE when it %s', (_, make) => {
  const file = path.join(dir, 'ratings.db');
  make(file);
  expect(() => openSqliteStore(file)).toThrow(ConfigFault);
  expect(() => openSqliteStore(file)).toThrow(/^RATINGS_FILE cannot be opened/);
});

test('refuses a file that a newer version made', () => {
  const file = path.join(dir, 'ratings.db');
  const newer = new Database(file);
  newer.pragma('user_version = 99');
  newer.close();
  expect(() => openSqliteStore(file)).toThrow('newer version');
});
