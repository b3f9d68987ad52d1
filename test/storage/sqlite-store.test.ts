import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildSync } from 'esbuild';
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

const recorder = path.join(mkdtempSync(path.join(tmpdir(), 'ringtrue-recorder-')), 'recorder.js');

beforeAll(() => {
  buildSync({
    stdin: {
      contents: `
        import { openSqliteStore } from './src/storage/sqlite-store';
        const [, , file, name] = process.argv;
        const store = openSqliteStore(file);
        (async () => {
          for (let at = 0; at < 100_000; at += 1) {
            const rating = { event: 'event', session: 'KEYNOTE', voter: name + at, messageSid: name + at, score: 4, comment: null, at };
            await store.record(rating);
            await new Promise((resolve) => process.stdout.write(at + '\\n', resolve));
          }
        })();`,
      resolveDir: path.join(__dirname, '..', '..'),
    },
    outfile: recorder,
    bundle: true,
    platform: 'node',
    external: ['libsql'],
  });
});
afterAll(() => rmSync(path.dirname(recorder), { recursive: true, force: true }));

/** Starts a process that records ratings of ever new voters and prints a line when each `record` has resolved. */
function startRecorder(file: string, name: string) {
  const child = spawn(process.execPath, [recorder, file, name], {
    env: { ...process.env, NODE_PATH: path.join(__dirname, '..', '..', 'node_modules') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let acknowledged = 0;
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return {
    acknowledged: () => acknowledged,
    /** Resolves when it has acknowledged so many ratings, rejects when it ends before. */
    reaches: (count: number) =>
      new Promise<void>((resolve, reject) => {
        child.stdout.on('data', (chunk: Buffer) => {
          acknowledged += chunk.toString().split('\n').length - 1;
          if (acknowledged >= count) resolve();
        });
        child.once('exit', () => reject(new Error(`the recorder ended after ${acknowledged} ratings`)));
      }),
    kill: () => {
      child.kill('SIGKILL');
      return closed;
    },
  };
}

test('loses no acknowledged rating and doubles none when writers are killed at any moment', async () => {
  const file = path.join(dir, 'ratings.db');
  await openSqliteStore(file).close();
  let acknowledged = 0;
  for (let round = 0; round < 3; round += 1) {
    const recorders = [startRecorder(file, `a${round}-`), startRecorder(file, `b${round}-`)];
    try {
      await Promise.all(recorders.map(({ reaches }) => reaches(5 + round * 7)));
    } finally {
      await Promise.all(recorders.map(({ kill }) => kill()));
    }
    acknowledged += recorders.reduce((sum, one) => sum + one.acknowledged(), 0);
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
}, 60_000);

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
