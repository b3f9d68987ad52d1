import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Score, SessionSetting, SettingChange } from '../../rating/rating-event';
import { mergeSetting } from '../merge-setting';
import { newestOfEach } from '../newest-of-each';
import { type RatingPlace, readCursor } from '../rating-cursor';
import type {
  CommentQuery,
  CommentState,
  Delivered,
  NewRating,
  RatingStore,
  Recorded,
  SessionTally,
  StoredComment,
  StoredRating,
  UncountedText,
} from '../rating-store';
import { storable } from '../storable';
import {
  commentOf,
  deliveredOf,
  ratingOf,
  readCommentId,
  type TableRow,
  tallies,
  uncountedOf,
} from '../table-row';
import { SqliteFile } from './sqlite-file';

const exportPage = 500;
const purgePage = 1000;
const keptUncounted = 500;

/**
 * Ratings in one SQLite file: on the developer's machine, safe with several processes, durable when `record` returns.
 * @throws ConfigFault when the file cannot be opened, or a newer version of this program made it; StoreUnavailable
 */
export async function openSqliteStore(file: string): Promise<RatingStore> {
  return new SqliteStore(await SqliteFile.open(path.resolve(file)));
}

class SqliteStore implements RatingStore {
  constructor(private readonly file: SqliteFile) {}

  async record(rating: NewRating): Promise<Recorded> {
    return this.file.write(() => {
      const { event, messageSid, session, voter, score, comment, at } = rating;
      const seen = this.file.get(
        'SELECT kind, former, session, score FROM messages WHERE event = ? AND message_sid = ?',
        event,
        messageSid,
      );
      if (seen) return { ...deliveredOf(seen), duplicate: true };
      const key = [event, session, voter];
      const old = this.file.get(
        'SELECT score FROM ratings WHERE event = ? AND session = ? AND voter = ?',
        ...key,
      );
      const former = (old?.score ?? null) as Score | null;
      const kind = former === null ? 'recorded' : 'changed';
      this.file.run(
        `INSERT INTO ratings (event, session, voter, score, at, comment, comment_state, comment_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (event, session, voter) DO UPDATE SET score = excluded.score, at = excluded.at,
           comment = coalesce(excluded.comment, comment), comment_state = coalesce(excluded.comment_state, comment_state),
           comment_at = coalesce(excluded.comment_at, comment_at)`,
        ...[
          ...key,
          score,
          at,
          comment ? storable(comment.text) : null,
          comment?.state ?? null,
          comment ? at : null,
        ],
      );
      if (former !== null) this.count(event, session, former, -1);
      this.count(event, session, score, 1);
      this.file.run(
        'INSERT INTO messages (event, message_sid, kind, former, session, score) VALUES (?, ?, ?, ?, ?, ?)',
        ...[event, messageSid, kind, former, session, score],
      );
      this.file.run('DELETE FROM uncounted WHERE event = ? AND message_sid = ?', event, messageSid);
      return { kind, former, duplicate: false };
    });
  }

  async delivered(
    event: string,
    { messageSid }: Pick<NewRating, 'voter' | 'messageSid'>,
  ): Promise<Delivered | null> {
    const row = await this.file.read(() =>
      this.file.get(
        'SELECT kind, former, session, score FROM messages WHERE event = ? AND message_sid = ?',
        event,
        messageSid,
      ),
    );
    return row ? deliveredOf(row) : null;
  }

  async tally(event: string): Promise<SessionTally[]> {
    const rows = await this.file.read(() =>
      this.file.all('SELECT * FROM tallies WHERE event = ? ORDER BY session', event),
    );
    return tallies(rows);
  }

  comments(event: string, query: CommentQuery): Promise<StoredComment[]> {
    return newestOfEach(query, (one) => this.newestComments(event, one));
  }

  private async newestComments(
    event: string,
    { states, session, limit }: CommentQuery,
  ): Promise<StoredComment[]> {
    // For each state apart: the newest ones stand together in the index, and nothing has to be sorted.
    const sql = `SELECT id, session, comment, score, comment_state, comment_at FROM ratings
       WHERE event = ? AND comment IS NOT NULL AND comment_state = ? AND (? IS NULL OR session = ?)
       ORDER BY comment_at DESC, id DESC LIMIT ?`;
    const rows = await this.file.read(() =>
      states.flatMap((state) =>
        this.file.all(sql, ...[event, state, session ?? null, session ?? null, limit]),
      ),
    );
    return rows
      .sort(
        (one, other) =>
          Number(other.comment_at) - Number(one.comment_at) || Number(other.id) - Number(one.id),
      )
      .slice(0, limit)
      .map(commentOf);
  }

  async moderate(event: string, commentId: string, state: CommentState): Promise<boolean> {
    const comment = readCommentId(commentId);
    if (!comment) return false;
    return this.file.write(() => {
      const sql = 'UPDATE ratings SET comment_state = ? WHERE event = ? AND id = ? AND comment_at = ?';
      return this.file.run(sql, state, event, comment.id, comment.at) > 0;
    });
  }

  async settings(event: string): Promise<SessionSetting[]> {
    const rows = await this.file.read(() =>
      this.file.all('SELECT setting FROM settings WHERE event = ? ORDER BY session', event),
    );
    return rows.map(({ setting }) => JSON.parse(String(setting)) as SessionSetting);
  }

  async changeSetting(event: string, setting: SessionSetting): Promise<void> {
    await this.file.write(() => this.putSetting(event, setting));
  }

  async mergeSetting(event: string, change: SettingChange, messageSid?: string): Promise<void> {
    await this.file.write(() => {
      const sql = 'SELECT setting FROM settings WHERE event = ? AND session = ?';
      const row = this.file.get(sql, event, change.keyword);
      const former = row && (JSON.parse(String(row.setting)) as SessionSetting);
      this.putSetting(event, mergeSetting(former, change, messageSid));
    });
  }

  async noteUncounted(event: string, { voter, messageSid, text, reason, at }: UncountedText): Promise<void> {
    await this.file.write(() => {
      this.file.run(
        `INSERT OR IGNORE INTO uncounted (event, voter, message_sid, text, reason, at) SELECT ?, ?, ?, ?, ?, ?
         WHERE NOT EXISTS (SELECT 1 FROM messages WHERE event = ? AND message_sid = ?)`,
        ...[event, voter, messageSid, storable(text), reason, at, event, messageSid],
      );
      this.file.run(
        `DELETE FROM uncounted WHERE event = ? AND id <=
           (SELECT id FROM uncounted WHERE event = ? ORDER BY id DESC LIMIT 1 OFFSET ?)`,
        ...[event, event, keptUncounted],
      );
    });
  }

  async uncounted(event: string, limit: number): Promise<UncountedText[]> {
    const rows = await this.file.read(() =>
      this.file.all('SELECT * FROM uncounted WHERE event = ? ORDER BY id DESC LIMIT ?', event, limit),
    );
    return rows.map(uncountedOf);
  }

  async *ratings(event: string, after?: string): AsyncIterable<StoredRating> {
    let last: RatingPlace = readCursor(after);
    for (;;) {
      const { at, id } = last;
      const rows = await this.file.read(() =>
        this.file.all(
          'SELECT * FROM ratings WHERE event = ? AND (at, id) > (?, ?) ORDER BY at, id LIMIT ?',
          ...[event, at, id, exportPage],
        ),
      );
      yield* rows.map(ratingOf);
      const end = rows.at(-1);
      if (!end || rows.length < exportPage) return;
      last = { at: Number(end.at), id: Number(end.id) };
    }
  }

  async ratingsOf(event: string, voter: string): Promise<StoredRating[]> {
    const sql = 'SELECT * FROM ratings WHERE event = ? AND voter = ? ORDER BY at, id';
    const rows = await this.file.read(() => this.file.all(sql, event, voter));
    return rows.map(ratingOf);
  }

  async erase(event: string, voter: string): Promise<number> {
    const erased = await this.file.write(() => {
      this.file.run('DELETE FROM uncounted WHERE event = ? AND voter = ?', event, voter);
      const gone = this.file.all(
        'DELETE FROM ratings WHERE event = ? AND voter = ? RETURNING session, score',
        event,
        voter,
      );
      return this.uncount(event, gone);
    });
    this.file.forgetDeleted();
    return erased;
  }

  // In parts, between which other calls have their turn.
  async purge(event: string, before: number): Promise<number> {
    let purged = 0;
    for (;;) {
      const removed = await this.file.write(() => {
        this.file.run('DELETE FROM uncounted WHERE event = ? AND at < ?', event, before);
        const gone = this.file.all(
          `DELETE FROM ratings WHERE id IN
             (SELECT id FROM ratings WHERE event = ? AND at < ? ORDER BY at LIMIT ?) RETURNING session, score`,
          ...[event, before, purgePage],
        );
        if (gone.length < purgePage) this.forgetComments(event, before);
        return this.uncount(event, gone);
      });
      purged += removed;
      if (removed < purgePage) {
        this.file.forgetDeleted();
        return purged;
      }
      await setImmediate();
    }
  }

  async close(): Promise<void> {
    await this.file.close();
  }

  private putSetting(event: string, setting: SessionSetting): void {
    const sql = 'INSERT OR REPLACE INTO settings VALUES (?, ?, ?)';
    this.file.run(sql, event, setting.keyword, JSON.stringify(setting));
  }

  /** Comments that are older although their ratings are not. The index has them by state. */
  private forgetComments(event: string, before: number): void {
    this.file.run(
      `UPDATE ratings SET comment = NULL, comment_state = NULL, comment_at = NULL
       WHERE event = ? AND comment IS NOT NULL AND comment_state IN ('approved', 'held', 'hidden') AND comment_at < ?`,
      event,
      before,
    );
  }

  private uncount(event: string, gone: TableRow[]): number {
    for (const { session, score } of gone) this.count(event, String(session), score as Score, -1);
    return gone.length;
  }

  private count(event: string, session: string, score: Score, by: 1 | -1): void {
    this.file.run('INSERT OR IGNORE INTO tallies (event, session) VALUES (?, ?)', event, session);
    this.file.run(
      `UPDATE tallies SET n${score} = n${score} + ? WHERE event = ? AND session = ?`,
      by,
      event,
      session,
    );
  }
}
