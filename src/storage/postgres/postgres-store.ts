import type { SessionSetting, SettingChange } from '../../rating/rating-event';
import { keptMessages, mergeSetting } from '../merge-setting';
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
import { commentOf, deliveredOf, ratingOf, readCommentId, tallies, uncountedOf } from '../table-row';
import { migrate } from './migrate-postgres';
import { literal, PostgresConnection } from './postgres-connection';

const exportPage = 500;
const purgePage = 1000;
const keptUncounted = 500;

/**
 * Ratings in PostgreSQL 13 or later, in the schema `ringtrue`, which is made on first use. One round trip for each
 * call; works through a pooler in transaction mode, as nothing is kept in a session.
 * @param connections at most so many: the server has some 100 for all processes together
 * @throws ConfigFault naming DATABASE_URL; StoreUnavailable when the server cannot be reached now
 */
export async function openPostgresStore(databaseUrl: string, connections = 4): Promise<RatingStore> {
  const connection = PostgresConnection.to(databaseUrl, { connections });
  try {
    await migrate(connection);
    return new PostgresStore(connection);
  } catch (error) {
    await connection.close();
    throw error;
  }
}

class PostgresStore implements RatingStore {
  constructor(private readonly database: PostgresConnection) {}

  async record({ comment, ...rating }: NewRating): Promise<Recorded> {
    const given = { ...rating, comment: comment?.text ?? null, commentState: comment?.state ?? null };
    const [row] = await this.database.call(`SELECT * FROM ringtrue.record_rating(${jsonLiteral(given)})`);
    if (!row) throw new Error('ringtrue.record_rating answered nothing');
    const did = deliveredOf(row);
    if (row.duplicate) return { ...did, duplicate: true };
    return { kind: did.kind, former: did.former, duplicate: false };
  }

  async delivered(
    event: string,
    { messageSid }: Pick<NewRating, 'voter' | 'messageSid'>,
  ): Promise<Delivered | null> {
    const [row] = await this.database.ask`
      SELECT kind, former, session, score FROM ringtrue.messages
      WHERE event = ${event} AND message_sid = ${messageSid}`;
    return row ? deliveredOf(row) : null;
  }

  async tally(event: string): Promise<SessionTally[]> {
    const rows = await this.database.ask`
      SELECT session, sum(n[1]) n1, sum(n[2]) n2, sum(n[3]) n3, sum(n[4]) n4, sum(n[5]) n5
      FROM ringtrue.tallies WHERE event = ${event} GROUP BY session ORDER BY session COLLATE "C"`;
    return tallies(rows);
  }

  comments(event: string, query: CommentQuery): Promise<StoredComment[]> {
    return newestOfEach(query, (one) => this.newestComments(event, one));
  }

  private async newestComments(
    event: string,
    { states, session, limit }: CommentQuery,
  ): Promise<StoredComment[]> {
    if (states.length === 0) return [];
    const only = session === undefined ? '' : `AND session = ${literal(session)}`;
    // For each state apart: the newest ones stand together in the index, and nothing has to be sorted.
    const newest = states.map(
      (state) => `(SELECT id, session, comment, score, comment_state, comment_at FROM ringtrue.ratings
        WHERE event = ${literal(event)} AND comment IS NOT NULL AND comment_state = ${literal(state)} ${only}
        ORDER BY comment_at DESC, id DESC LIMIT ${literal(limit)})`,
    );
    const rows = await this.database.call(
      `SELECT * FROM (${newest.join(' UNION ALL ')}) newest ORDER BY comment_at DESC, id DESC LIMIT ${literal(limit)}`,
    );
    return rows.map(commentOf);
  }

  async moderate(event: string, commentId: string, state: CommentState): Promise<boolean> {
    const comment = readCommentId(commentId);
    if (!comment) return false;
    const rows = await this.database.ask`
      UPDATE ringtrue.ratings SET comment_state = ${state}
      WHERE event = ${event} AND id = ${comment.id} AND comment_at = ${comment.at} RETURNING id`;
    return rows.length > 0;
  }

  async settings(event: string): Promise<SessionSetting[]> {
    const rows = await this.database.ask`
      SELECT setting FROM ringtrue.settings WHERE event = ${event} ORDER BY session COLLATE "C"`;
    return rows.map(({ setting }) => JSON.parse(String(setting)) as SessionSetting);
  }

  async changeSetting(event: string, setting: SessionSetting): Promise<void> {
    await this.database.ask`
      INSERT INTO ringtrue.settings VALUES (${event}, ${setting.keyword}, ${JSON.stringify(setting)})
      ON CONFLICT (event, session) DO UPDATE SET setting = excluded.setting`;
  }

  // The row that is there is locked and read by the statement that changes it.
  async mergeSetting(event: string, change: SettingChange, messageSid?: string): Promise<void> {
    const taken = Object.entries(change).filter(([, value]) => value === undefined);
    const names = literal(JSON.stringify(taken.map(([name]) => name)));
    const first = JSON.stringify(mergeSetting(undefined, change, messageSid));
    const message = literal(JSON.stringify(messageSid === undefined ? [] : [messageSid]));
    const messages = "coalesce(s.setting::jsonb->'messages', '[]')";
    const remember = `|| jsonb_build_object('messages', CASE
      WHEN jsonb_array_length(${messages}) < ${keptMessages} THEN ${messages} ELSE ${messages} - 0 END || ${message}::jsonb)`;
    await this.database.call(
      `INSERT INTO ringtrue.settings AS s VALUES (${literal(event)}, ${literal(change.keyword)}, ${literal(first)})
       ON CONFLICT (event, session) DO UPDATE SET setting =
         (s.setting::jsonb - ARRAY(SELECT jsonb_array_elements_text(${names}))
           || ${literal(JSON.stringify(change))}::jsonb ${messageSid === undefined ? '' : remember})::text
       ${messageSid === undefined ? '' : `WHERE NOT ${messages} @> ${message}::jsonb`}`,
    );
  }

  async noteUncounted(event: string, { voter, messageSid, text, reason, at }: UncountedText): Promise<void> {
    // Rows that another call is deleting are left to it: two that wait for each other would end one another.
    await this.database.ask`
      SELECT ringtrue.lock_message(${event}, ${messageSid});
      INSERT INTO ringtrue.uncounted (event, voter, message_sid, text, reason, at)
      SELECT ${event}, ${voter}, ${messageSid}, ${text}, ${reason}, ${at}
      WHERE NOT EXISTS (SELECT FROM ringtrue.messages WHERE event = ${event} AND message_sid = ${messageSid})
      ON CONFLICT DO NOTHING;
      DELETE FROM ringtrue.uncounted WHERE id IN
        (SELECT id FROM ringtrue.uncounted WHERE event = ${event} ORDER BY id DESC OFFSET ${keptUncounted}
         FOR UPDATE SKIP LOCKED)`;
  }

  async uncounted(event: string, limit: number): Promise<UncountedText[]> {
    const rows = await this.database.ask`
      SELECT voter, message_sid, text, reason, at FROM ringtrue.uncounted
      WHERE event = ${event} ORDER BY id DESC LIMIT ${limit}`;
    return rows.map(uncountedOf);
  }

  async *ratings(event: string, after?: string): AsyncIterable<StoredRating> {
    let last: RatingPlace = readCursor(after);
    for (;;) {
      const rows = await this.database.ask`
        SELECT * FROM ringtrue.ratings WHERE event = ${event} AND (at, id) > (${last.at}, ${last.id})
        ORDER BY at, id LIMIT ${exportPage}`;
      yield* rows.map(ratingOf);
      const end = rows.at(-1);
      if (!end || rows.length < exportPage) return;
      last = { at: Number(end.at), id: Number(end.id) };
    }
  }

  async ratingsOf(event: string, voter: string): Promise<StoredRating[]> {
    const rows = await this.database.ask`
      SELECT * FROM ringtrue.ratings WHERE event = ${event} AND voter = ${voter} ORDER BY at, id`;
    return rows.map(ratingOf);
  }

  async erase(event: string, voter: string): Promise<number> {
    const [row] = await this.database.ask`SELECT ringtrue.remove(${event}, ${voter}, NULL) AS removed`;
    return Number(row?.removed);
  }

  // In parts, none of which takes longer than a call may. How many ratings went tells nothing of what is left: those that the part
  // was cut for may have been changed, or deleted by another call, before it came to them.
  async purge(event: string, before: number): Promise<number> {
    let purged = 0;
    for (;;) {
      const [row] = await this.database.ask`
        WITH part AS MATERIALIZED (SELECT least(${before}, (SELECT at + 1 FROM ringtrue.ratings
          WHERE event = ${event} ORDER BY at, id OFFSET ${purgePage - 1} LIMIT 1)) AS before)
        SELECT before, ringtrue.remove(${event}, NULL, before) AS removed FROM part`;
      purged += Number(row?.removed);
      if (Number(row?.before) === before) return purged;
    }
  }

  async close(): Promise<void> {
    await this.database.close();
  }
}

function jsonLiteral(value: Record<string, unknown>): string {
  const clean = (_: string, part: unknown) => (typeof part === 'string' ? storable(part) : part);
  return `${literal(JSON.stringify(value, clean))}::jsonb`;
}
