import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Score, SessionSetting } from '../rating/rating-event';
import { ConfigFault } from './config-fault';
import { type RatingPlace, readCursor, writeCursor } from './rating-cursor';
import {
  type CommentQuery,
  type CommentState,
  type NewRating,
  type RatingStore,
  type Recorded,
  type SessionTally,
  type StoredComment,
  type StoredRating,
  StoreUnavailable,
  type UncountedText,
} from './rating-store';
import { migrations } from './sqlite-schema';

/** What is needed of `libsql`, which has no types of its own for this. */
interface Database {
  prepare(sql: string): Statement;
  exec(sql: string): void;
  pragma(text: string): unknown;
  transaction<A extends unknown[], R>(work: (...args: A) => R): { immediate: (...args: A) => R };
  close(): void;
}
interface Statement {
  run(...values: unknown[]): { changes: number };
  get(...values: unknown[]): Row | undefined;
  all(...values: unknown[]): Row[];
}
type Row = Record<string, unknown>;

/** How long a write waits for those of other processes, in milliseconds. */
const writePatience = 4000;
const exportPage = 500;
const keptUncounted = 500;

/**
 * Ratings in one SQLite file: on the developer's machine, safe with several processes, durable when `record` returns.
 * @throws ConfigFault when the file cannot be opened, or a newer version of this program made it
 */
export function openSqliteStore(file: string): RatingStore {
  const database = openDatabase(path.resolve(file));
  return new SqliteStore(database);
}

function openDatabase(file: string): Database {
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    // Asked for only here: where SQLite is not the store, the package need not be installed.
    const Libsql: new (file: string) => Database = require('libsql');
    const database = new Libsql(file);
    database.pragma(`busy_timeout = ${writePatience}`);
    // Changing the mode needs the file alone, so a file that has it is left in peace.
    if (database.prepare('PRAGMA journal_mode').get()?.journal_mode !== 'wal')
      database.pragma('journal_mode = WAL');
    // In WAL mode only FULL survives a power loss: https://www.sqlite.org/pragma.html#pragma_synchronous
    database.pragma('synchronous = FULL');
    migrate(database);
    // From here on `write` waits itself, without blocking the process for long.
    database.pragma('busy_timeout = 50');
    return database;
  } catch (error) {
    if (error instanceof ConfigFault) throw error;
    if (/^SQLITE_(?:BUSY|LOCKED)/.test(codeOf(error)))
      throw new StoreUnavailable(`SQLite says ${codeOf(error)}`);
    throw new ConfigFault(
      `RATINGS_FILE cannot be opened as a SQLite file (${codeOf(error)}): check its path and rights.`,
    );
  }
}

function migrate(database: Database): void {
  const version = () => Number(database.prepare('PRAGMA user_version').get()?.user_version);
  if (version() > migrations.length) {
    throw new ConfigFault(
      'RATINGS_FILE was made by a newer version of ringtrue: update, or choose another file.',
    );
  }
  if (version() === migrations.length) return;
  database
    .transaction(() => {
      // Read again: another process may have been quicker.
      for (const step of migrations.slice(version())) database.exec(step);
      database.pragma(`user_version = ${migrations.length}`);
    })
    .immediate();
}

class SqliteStore implements RatingStore {
  constructor(private readonly database: Database) {}

  async record(rating: NewRating): Promise<Recorded> {
    return this.write(() => {
      const { event, messageSid, session, voter, score, comment, at } = rating;
      const seen = this.get(
        'SELECT kind, former FROM messages WHERE event = ? AND message_sid = ?',
        event,
        messageSid,
      );
      if (seen)
        return { kind: seen.kind as Recorded['kind'], former: seen.former as Score | null, duplicate: true };
      const key = [event, session, voter];
      const old = this.get('SELECT score FROM ratings WHERE event = ? AND session = ? AND voter = ?', ...key);
      const former = (old?.score ?? null) as Score | null;
      const kind = former === null ? 'recorded' : 'changed';
      this.run(
        `INSERT INTO ratings (event, session, voter, score, at, comment, comment_state, comment_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (event, session, voter) DO UPDATE SET score = excluded.score, at = excluded.at,
           comment = coalesce(excluded.comment, comment), comment_state = coalesce(excluded.comment_state, comment_state),
           comment_at = coalesce(excluded.comment_at, comment_at)`,
        ...[...key, score, at, comment?.text ?? null, comment?.state ?? null, comment ? at : null],
      );
      if (former !== null) this.count(event, session, former, -1);
      this.count(event, session, score, 1);
      this.run('INSERT INTO messages VALUES (?, ?, ?, ?)', event, messageSid, kind, former);
      return { kind, former, duplicate: false };
    });
  }

  async tally(event: string): Promise<SessionTally[]> {
    const rows = this.read(() => this.all('SELECT * FROM tallies WHERE event = ? ORDER BY session', event));
    return rows
      .map(({ session, n1, n2, n3, n4, n5 }) => {
        const histogram = [n1, n2, n3, n4, n5].map(Number) as SessionTally['histogram'];
        return {
          session: String(session),
          count: histogram.reduce((sum, n) => sum + n, 0),
          sum: histogram.reduce((sum, n, index) => sum + n * (index + 1), 0),
          histogram,
        };
      })
      .filter(({ count }) => count > 0);
  }

  async comments(event: string, { states, session, limit }: CommentQuery): Promise<StoredComment[]> {
    const rows = this.read(() =>
      this.all(
        `SELECT id, session, comment, score, comment_state, comment_at FROM ratings
         WHERE event = ? AND comment IS NOT NULL AND comment_state IN (${states.map(() => '?').join(', ')})
           AND (? IS NULL OR session = ?)
         ORDER BY comment_at DESC, id DESC LIMIT ?`,
        ...[event, ...states, session ?? null, session ?? null, limit],
      ),
    );
    return rows.map((row) => ({
      id: String(row.id),
      session: String(row.session),
      text: String(row.comment),
      score: row.score as Score,
      state: row.comment_state as CommentState,
      at: Number(row.comment_at),
    }));
  }

  async moderate(event: string, commentId: string, state: CommentState): Promise<boolean> {
    return this.write(() => {
      const sql = 'UPDATE ratings SET comment_state = ? WHERE event = ? AND id = ? AND comment IS NOT NULL';
      return this.run(sql, state, event, /^\d{1,15}$/.test(commentId) ? Number(commentId) : -1) > 0;
    });
  }

  async settings(event: string): Promise<SessionSetting[]> {
    const rows = this.read(() =>
      this.all('SELECT setting FROM settings WHERE event = ? ORDER BY session', event),
    );
    return rows.map(({ setting }) => JSON.parse(String(setting)) as SessionSetting);
  }

  async changeSetting(event: string, setting: SessionSetting): Promise<void> {
    await this.write(() =>
      this.run(
        'INSERT OR REPLACE INTO settings VALUES (?, ?, ?)',
        event,
        setting.keyword,
        JSON.stringify(setting),
      ),
    );
  }

  async noteUncounted(event: string, { voter, messageSid, text, reason, at }: UncountedText): Promise<void> {
    await this.write(() => {
      this.run(
        'INSERT OR IGNORE INTO uncounted (event, voter, message_sid, text, reason, at) VALUES (?, ?, ?, ?, ?, ?)',
        ...[event, voter, messageSid, text, reason, at],
      );
      this.run(
        `DELETE FROM uncounted WHERE event = ? AND id <=
           (SELECT id FROM uncounted WHERE event = ? ORDER BY id DESC LIMIT 1 OFFSET ?)`,
        ...[event, event, keptUncounted],
      );
    });
  }

  async uncounted(event: string, limit: number): Promise<UncountedText[]> {
    const rows = this.read(() =>
      this.all('SELECT * FROM uncounted WHERE event = ? ORDER BY id DESC LIMIT ?', event, limit),
    );
    return rows.map((row) => ({
      voter: String(row.voter),
      messageSid: String(row.message_sid),
      text: String(row.text),
      reason: String(row.reason),
      at: Number(row.at),
    }));
  }

  async *ratings(event: string, after?: string): AsyncIterable<StoredRating> {
    let last: RatingPlace = readCursor(after);
    for (;;) {
      const { at, id } = last;
      const rows = this.read(() =>
        this.all(
          'SELECT * FROM ratings WHERE event = ? AND (at, id) > (?, ?) ORDER BY at, id LIMIT ?',
          ...[event, at, id, exportPage],
        ),
      );
      for (const row of rows) {
        yield {
          session: String(row.session),
          voter: String(row.voter),
          score: row.score as Score,
          comment: row.comment as string | null,
          commentState: row.comment_state as CommentState | null,
          at: Number(row.at),
          cursor: writeCursor({ at: Number(row.at), id: Number(row.id) }),
        };
      }
      const end = rows.at(-1);
      if (!end || rows.length < exportPage) return;
      last = { at: Number(end.at), id: Number(end.id) };
    }
  }

  async erase(event: string, voter: string): Promise<number> {
    return this.write(() => {
      this.run('DELETE FROM uncounted WHERE event = ? AND voter = ?', event, voter);
      return this.remove(event, 'voter = ?', voter);
    });
  }

  async purge(event: string, before: number): Promise<number> {
    return this.write(() => {
      this.run('DELETE FROM uncounted WHERE event = ? AND at < ?', event, before);
      return this.remove(event, 'at < ?', before);
    });
  }

  async close(): Promise<void> {
    this.database.close();
  }

  private remove(event: string, condition: string, value: unknown): number {
    const gone = this.all(
      `DELETE FROM ratings WHERE event = ? AND ${condition} RETURNING session, score`,
      event,
      value,
    );
    for (const { session, score } of gone) this.count(event, String(session), score as Score, -1);
    return gone.length;
  }

  private count(event: string, session: string, score: Score, by: 1 | -1): void {
    this.run('INSERT OR IGNORE INTO tallies (event, session) VALUES (?, ?)', event, session);
    this.run(
      `UPDATE tallies SET n${score} = n${score} + ? WHERE event = ? AND session = ?`,
      by,
      event,
      session,
    );
  }

  private run(sql: string, ...values: unknown[]): number {
    return this.database.prepare(sql).run(...values).changes;
  }

  private get(sql: string, ...values: unknown[]): Row | undefined {
    return this.database.prepare(sql).get(...values);
  }

  private all(sql: string, ...values: unknown[]): Row[] {
    return this.database.prepare(sql).all(...values);
  }

  // Taking the write lock at the beginning makes the reads inside belong to the same state. SQLite's own waiting asks too
  // seldom to get a turn between writers that hardly pause, and it would block every other call meanwhile.
  private async write<R>(work: () => R): Promise<R> {
    const deadline = Date.now() + writePatience;
    for (;;) {
      try {
        return this.database.transaction(work).immediate();
      } catch (error) {
        if (codeOf(error).startsWith('SQLITE_BUSY') && Date.now() < deadline) {
          await new Promise((resolve) => setTimeout(resolve, 1 + Math.random() * 8));
        } else {
          throw translate(error);
        }
      }
    }
  }

  private read<R>(work: () => R): R {
    try {
      return work();
    } catch (error) {
      throw translate(error);
    }
  }
}

function translate(error: unknown): unknown {
  return passing.test(codeOf(error)) ? new StoreUnavailable(`SQLite says ${codeOf(error)}`) : error;
}

// Busy longer than the time-out, full disk, input/output error: https://www.sqlite.org/rescode.html
const passing = /^SQLITE_(?:BUSY|LOCKED|FULL|IOERR|READONLY|CANTOPEN)/;

function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : 'unknown';
}
