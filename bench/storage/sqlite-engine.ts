import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'libsql';
import { openSqliteStore } from '../../src/storage/sqlite/sqlite-store';
import type { BenchEngine } from './bench-engine';

export async function startSqlite(): Promise<BenchEngine> {
  const dir = mkdtempSync(path.join(tmpdir(), 'ringtrue-bench-'));
  const file = path.join(dir, 'ratings.db');
  const store = await openSqliteStore(file);
  const raw = new Database(path.join(dir, 'raw.db'));
  raw.pragma('journal_mode = WAL');
  raw.pragma('synchronous = FULL');
  raw.exec('CREATE TABLE raw (voter TEXT PRIMARY KEY, score INTEGER) WITHOUT ROWID');
  const insert = raw.prepare('INSERT INTO raw VALUES (?, ?)');
  return {
    name: 'SQLite',
    store,
    raw: {
      name: 'one prepared insert and its commit',
      insert: async (index) => insert.run(`voter-${index}`, 5),
    },
    prepare: async () => {},
    trips: null,
    callsToStandIn: null,
    sizes: [1_000, 100_000, 1_000_000],
    fill: async (event, count) => {
      const database = new Database(file);
      database.exec(`
        BEGIN;
        WITH RECURSIVE series(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM series WHERE i < ${count})
        INSERT INTO ratings (event, session, voter, score, at, comment, comment_state, comment_at)
          SELECT '${event}', iif(i % 2, 'KEYNOTE', 'WORKSHOP'), 'filled-' || i, 1 + i * 7919 % 5, i,
            iif(i % 3, NULL, 'comment ' || i), iif(i % 3, NULL, 'approved'), iif(i % 3, NULL, i) FROM series;
        INSERT INTO messages SELECT event, 'filled-' || at, 'recorded', NULL, session, score FROM ratings WHERE event = '${event}';
        INSERT INTO tallies SELECT event, session, sum(score = 1), sum(score = 2), sum(score = 3), sum(score = 4), sum(score = 5)
          FROM ratings WHERE event = '${event}' GROUP BY session;
        COMMIT;
        ANALYZE`);
      database.close();
    },
    close: async () => {
      await store.close();
      raw.close();
      rmSync(dir, { recursive: true });
    },
  };
}
