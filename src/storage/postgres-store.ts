import type { Sql } from 'postgres';
import type { Score, SessionSetting } from '../rating/rating-event';
import { ConfigFault } from './config-fault';
import { migrations } from './postgres-schema';
import { postgresOptions } from './postgres-url';
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

type Row = Record<string, unknown>;

/** How long a call may take, in milliseconds: less than half of what Twilio gives a webhook's answer. */
const callTimeout = 3500;
const exportPage = 500;
const keptUncounted = 500;

/**
 * Ratings in PostgreSQL 13 or later, in the schema `ringtrue`, which is made on first use. One round trip for each
 * rating; works through a pooler in transaction mode, as nothing is kept in a session.
 * @throws ConfigFault naming DATABASE_URL; StoreUnavailable when the server cannot be reached now
 */
export async function openPostgresStore(databaseUrl: string): Promise<RatingStore> {
  const options = postgresOptions(databaseUrl);
  // Asked for only here: another store need not pay for loading it.
  const connect: typeof import('postgres') = require('postgres');
  const store = new PostgresStore(() => connect(databaseUrl, options));
  try {
    await store.migrate();
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

class PostgresStore implements RatingStore {
  private sql: Sql;

  constructor(private readonly connect: () => Sql) {
    this.sql = connect();
  }

  /** Brings the schema to this program's version. Two at once take turns, and the second finds all done. */
  async migrate(): Promise<void> {
    const version = await this.version();
    if (version === migrations.length) return;
    if (version > migrations.length) {
      throw new ConfigFault(
        'DATABASE_URL names a database that a newer version of ringtrue made: update, or choose another one.',
      );
    }
    const steps = migrations.map(
      (step, index) =>
        `IF version <= ${index} THEN EXECUTE ${quoted(step)}; UPDATE ringtrue.schema_version SET version = ${index + 1}; END IF;`,
    );
    // One message, and therefore one transaction, for poolers.
    await this.call(
      this.sql.unsafe(`DO $migrate$ DECLARE version integer; BEGIN
        PERFORM pg_advisory_xact_lock(hashtext('ringtrue.migrate'));
        CREATE SCHEMA IF NOT EXISTS ringtrue;
        CREATE TABLE IF NOT EXISTS ringtrue.schema_version (version integer NOT NULL);
        SELECT v.version INTO version FROM ringtrue.schema_version v;
        IF version IS NULL THEN INSERT INTO ringtrue.schema_version VALUES (0); version := 0; END IF;
        ${steps.join('\n')} END $migrate$`),
    );
  }

  async record({ comment, ...rating }: NewRating): Promise<Recorded> {
    const given = { ...rating, comment: comment?.text ?? null, commentState: comment?.state ?? null };
    const [row] = await this.call(this.sql.unsafe(`SELECT * FROM ringtrue.record(${jsonLiteral(given)})`));
    if (!row) throw new Error('ringtrue.record answered nothing');
    return {
      kind: row.kind as Recorded['kind'],
      former: row.former as Score | null,
      duplicate: row.duplicate as boolean,
    };
  }

  async tally(event: string): Promise<SessionTally[]> {
    const rows = await this.call(this.sql`
      SELECT session, sum(n[1]) n1, sum(n[2]) n2, sum(n[3]) n3, sum(n[4]) n4, sum(n[5]) n5
      FROM ringtrue.tallies WHERE event = ${event} GROUP BY session ORDER BY session COLLATE "C"`);
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
    const { sql } = this;
    const rows = await this.call(sql`
      SELECT id, session, comment, score, comment_state, comment_at FROM ringtrue.ratings
      WHERE event = ${event} AND comment IS NOT NULL AND comment_state IN ${sql(states)}
        ${session === undefined ? sql`` : sql`AND session = ${session}`}
      ORDER BY comment_at DESC, id DESC LIMIT ${limit}`);
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
    if (!/^\d{1,15}$/.test(commentId)) return false;
    const rows = await this.call(this.sql`
      UPDATE ringtrue.ratings SET comment_state = ${state}
      WHERE event = ${event} AND id = ${commentId} AND comment IS NOT NULL RETURNING id`);
    return rows.length > 0;
  }

  async settings(event: string): Promise<SessionSetting[]> {
    const rows = await this.call(this.sql`
      SELECT setting FROM ringtrue.settings WHERE event = ${event} ORDER BY session COLLATE "C"`);
    return rows.map(({ setting }) => JSON.parse(String(setting)) as SessionSetting);
  }

  async changeSetting(event: string, setting: SessionSetting): Promise<void> {
    await this.call(this.sql`
      INSERT INTO ringtrue.settings VALUES (${event}, ${setting.keyword}, ${JSON.stringify(setting)})
      ON CONFLICT (event, session) DO UPDATE SET setting = excluded.setting`);
  }

  async noteUncounted(event: string, { voter, messageSid, text, reason, at }: UncountedText): Promise<void> {
    const { sql } = this;
    await this.call(sql`
      INSERT INTO ringtrue.uncounted (event, voter, message_sid, text, reason, at)
      VALUES (${event}, ${voter}, ${messageSid}, ${storable(text)}, ${reason}, ${at}) ON CONFLICT DO NOTHING`);
    await this.call(sql`
      DELETE FROM ringtrue.uncounted WHERE event = ${event} AND id <=
        (SELECT id FROM ringtrue.uncounted WHERE event = ${event} ORDER BY id DESC LIMIT 1 OFFSET ${keptUncounted})`);
  }

  async uncounted(event: string, limit: number): Promise<UncountedText[]> {
    const rows = await this.call(this.sql`
      SELECT voter, message_sid, text, reason, at FROM ringtrue.uncounted
      WHERE event = ${event} ORDER BY id DESC LIMIT ${limit}`);
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
      const rows = await this.call(this.sql`
        SELECT * FROM ringtrue.ratings WHERE event = ${event} AND (at, id) > (${last.at}, ${last.id})
        ORDER BY at, id LIMIT ${exportPage}`);
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
    const [row] = await this.call(this.sql`SELECT ringtrue.remove(${event}, ${voter}, NULL) AS removed`);
    return Number(row?.removed);
  }

  async purge(event: string, before: number): Promise<number> {
    const [row] = await this.call(this.sql`SELECT ringtrue.remove(${event}, NULL, ${before}) AS removed`);
    return Number(row?.removed);
  }

  async close(): Promise<void> {
    await this.sql.end({ timeout: 1 });
  }

  private async version(): Promise<number> {
    const [row] = await this.call(this.sql.unsafe("SELECT to_regclass('ringtrue.schema_version') AS made"));
    if (!row?.made) return 0;
    const [made] = await this.call(this.sql.unsafe('SELECT version FROM ringtrue.schema_version'));
    return Number(made?.version ?? 0);
  }

  /** Waits for an answer, but not longer than `callTimeout`; what happened to the call then is for a repetition to find out. */
  private async call(query: PromiseLike<unknown>): Promise<Row[]> {
    const { sql } = this;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        this.replace(sql);
        reject(new StoreUnavailable('PostgreSQL did not answer in time'));
      }, callTimeout);
    });
    try {
      return (await Promise.race([query, timeout])) as Row[];
    } catch (error) {
      throw named(error);
    } finally {
      clearTimeout(timer);
    }
  }

  // Connections that went silent stay so for minutes: what comes next must not queue behind them.
  private replace(silent: Sql): void {
    if (this.sql !== silent) return;
    this.sql = this.connect();
    silent.end({ timeout: 0 }).catch(() => {});
  }
}

/** What to change, by PostgreSQL's or the system's code. https://www.postgresql.org/docs/15/errcodes-appendix.html */
const faults: Record<string, string> = {
  '28000': 'the server refuses this user: check user name and password',
  '28P01': 'the server refuses the password: check user name and password',
  '3D000': 'there is no such database: check its name',
  '42501': 'the user may not do this: let it create the schema ringtrue, or use the user who made it',
  ENOTFOUND: 'its host name is not known: check the host',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the server shows a certificate of another name: check the host',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not signed by a public authority',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is not signed by a public authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not signed by a public authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is not signed by a public authority',
  CERT_HAS_EXPIRED: 'its certificate has expired',
};

// Connections, resources, operators, conflicts that a repetition solves, and the system's own errors.
const passing = /^(?:08|53|57|58|40|55P03|25006|E[A-Z]+$|CONNECT|CONNECTION_)/;

function named(error: unknown): unknown {
  if (error instanceof StoreUnavailable) return error;
  const { code } = error as { code?: unknown };
  if (typeof code !== 'string') return error;
  const fault = faults[code];
  if (fault) return new ConfigFault(`DATABASE_URL cannot be used, ${fault}.`);
  if (passing.test(code)) {
    return new StoreUnavailable(`PostgreSQL, which DATABASE_URL names, cannot be used now (${code})`);
  }
  return error;
}

// The driver sends values apart from the statement in a second round trip unless the statement is prepared, which poolers
// in transaction mode forbid. Hexadecimal digits cannot end a literal.
function jsonLiteral(value: Record<string, unknown>): string {
  const json = JSON.stringify(value, (_, part) => (typeof part === 'string' ? storable(part) : part));
  return `convert_from(decode('${Buffer.from(json).toString('hex')}', 'hex'), 'UTF8')::jsonb`;
}

/** PostgreSQL keeps neither NUL nor half a surrogate pair in a text: each becomes U+FFFD. */
function storable(text: string): string {
  return Buffer.from(text.replaceAll('\0', '\ufffd')).toString();
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
