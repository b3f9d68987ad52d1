import type { Sql } from 'postgres';
import { StoreUnavailable } from '../rating-store';
import { storable } from '../storable';
import type { TableRow } from '../table-row';
import { isCut, postgresFault } from './postgres-fault';
import { postgresOptions } from './postgres-url';

export type Value = string | number | null;

/** How long a call may take, in milliseconds: less than half of what Twilio gives a webhook's answer. */
const callTimeout = 3500;

/** So many milliseconds before that the server gives a statement up, so that nothing waits there for a caller who has left. */
const answerMargin = 500;

/**
 * Asks PostgreSQL, in one round trip for each statement and without anything that a pooler in transaction mode forbids: the
 * driver sends values apart from the statement in a second one unless it is prepared, so values are written into it.
 */
export class PostgresConnection {
  private sql: Sql;

  private constructor(
    private readonly connect: () => Sql,
    private readonly timeout: number,
  ) {
    this.sql = connect();
  }

  /**
   * Does not connect before the first question.
   * @param options at most so many connections; milliseconds that a call may take
   * @throws ConfigFault naming DATABASE_URL
   */
  static to(
    databaseUrl: string,
    { connections, timeout = callTimeout }: { connections: number; timeout?: number },
  ): PostgresConnection {
    const options = postgresOptions(databaseUrl, connections);
    // Asked for only here: another store need not pay for loading it.
    const driver: typeof import('postgres') = require('postgres');
    return new PostgresConnection(() => driver(options), timeout);
  }

  /**
   * @example ask`SELECT setting FROM ringtrue.settings WHERE event = ${event}`
   * @throws ConfigFault, StoreUnavailable; then what happened to the call is for a repetition to find out
   */
  ask(parts: TemplateStringsArray, ...values: Value[]): Promise<TableRow[]> {
    return this.call(String.raw({ raw: parts }, ...values.map(literal)));
  }

  /**
   * Sends a statement as it is, which must not hold anything from outside.
   * @param serverTimeout milliseconds after which the server gives it up
   */
  async call(statement: string, serverTimeout = this.timeout - answerMargin): Promise<TableRow[]> {
    const { sql } = this;
    const message = `${termsWithin(serverTimeout)} ${statement}`;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        this.replace(sql);
        reject(new StoreUnavailable('PostgreSQL, which DATABASE_URL names, did not answer in time'));
      }, this.timeout);
    });
    try {
      return await Promise.race([this.sendAgainIfCut(sql, message), late]);
    } catch (error) {
      throw postgresFault(error);
    } finally {
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    await this.sql.end({ timeout: 1 });
  }

  // A Function's process sleeps between two calls, and servers and poolers end connections that sleep. Each statement here
  // can be repeated: a MessageSid counts once, and what is deleted stays so.
  private async sendAgainIfCut(sql: Sql, message: string): Promise<TableRow[]> {
    try {
      return await send(sql, message);
    } catch (error) {
      if (!isCut(error) || this.sql !== sql) throw error;
      return await send(sql, message);
    }
  }

  // Connections that went silent stay so for minutes: what comes next must not queue behind them.
  private replace(silent: Sql): void {
    if (this.sql !== silent) return;
    this.sql = this.connect();
    silent.end({ timeout: 0 }).catch(() => {});
  }
}

async function send(sql: Sql, message: string): Promise<TableRow[]> {
  const results: readonly unknown[] = await sql.unsafe(message);
  // The driver gives one result after the other, and those without columns as one that is empty.
  const last = results.at(-1);
  return Array.isArray(last) ? last : [];
}

/**
 * What a message begins with. All statements of one message are one transaction, and what is set in it ends with it: poolers in
 * transaction mode allow that, and refuse the same among the parameters of a connection. A database, a user or a pooler may have
 * another default isolation, under which texts at the same moment refuse one another (40001).
 * https://www.postgresql.org/docs/15/protocol-flow.html#PROTOCOL-FLOW-MULTI-STATEMENT
 */
function termsWithin(timeout: number): string {
  return `SET TRANSACTION ISOLATION LEVEL READ COMMITTED; SET LOCAL statement_timeout = ${timeout};`;
}

/**
 * A value as a constant of SQL. What is no letter, digit or plain sign is written as the number of its character, so that
 * nothing can end the text, whatever the server takes a backslash for. A constant, and no call that decodes one: with a call
 * the planner knows neither how many rows to expect nor in which order an index has them.
 * https://www.postgresql.org/docs/15/sql-syntax-lexical.html#SQL-SYNTAX-STRINGS-ESCAPE
 */
export function literal(value: Value): string {
  if (value === null) return 'NULL';
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new TypeError('Only whole numbers are stored');
    return `(${value})`;
  }
  const plain = storable(value).replace(/[^\w .,:{}[\]"-]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\U${code.toString(16).padStart(8, '0')}`;
  });
  return `E'${plain}'`;
}
