import { mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import { ConfigFault } from '../config-fault';
import { type SchemaState, StoreUnavailable } from '../rating-store';
import type { TableRow } from '../table-row';
import { unexpectedFault } from '../unexpected-fault';
import { migrations } from './sqlite-schema';

/** What is needed of `libsql`, which has no types of its own for this. */
interface Database {
  prepare(sql: string): Statement;
  exec(sql: string): void;
  pragma(text: string): unknown;
  readonly inTransaction: boolean;
  close(): void;
}
interface Statement {
  run(...values: unknown[]): { changes: number };
  get(...values: unknown[]): TableRow | undefined;
  all(...values: unknown[]): TableRow[];
}
// Closing one would delete the log of the file that has its name now: https://www.sqlite.org/howtocorrupt.html
const abandoned: Database[] = [];

/** How long a call waits for those of other processes, in milliseconds. */
const patience = 4000;

/** One call of `write` on its way into the file. */
interface Write {
  work: () => unknown;
  /** On the clock of `performance.now()`. */
  deadline: number;
  settle: (outcome: Outcome) => void;
}

type Outcome = { result: unknown } | { error: unknown };

/**
 * One SQLite file that several processes may have open: in WAL mode, brought to this program's schema, and durable when
 * a write has returned, after a power loss too.
 */
export class SqliteFile {
  private database: Database;
  private identity: string;
  private waiting: Write[] = [];
  private writing = false;

  /** @throws ConfigFault naming RATINGS_FILE; StoreUnavailable when the disk is full or others do not let go of the file */
  constructor(private readonly file: string) {
    this.database = openDatabase(file);
    this.identity = identify(file);
  }

  /**
   * Runs `work` in a transaction, which waits for those of other processes, and resolves when it is on the disk. Nothing of it
   * is kept when it throws. `work` may run again, and must not call `write`.
   * @throws StoreUnavailable when the file is busy for too long or damaged, or the disk full or failing
   */
  write<R>(work: () => R): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      const settle = (outcome: Outcome): void =>
        'error' in outcome ? reject(outcome.error) : resolve(outcome.result as R);
      this.waiting.push({ work, deadline: performance.now() + patience, settle });
      if (!this.writing) void this.writeWaiting();
    });
  }

  /** @throws StoreUnavailable as `write` does */
  read<R>(work: () => R): Promise<R> {
    return this.patiently(work);
  }

  /**
   * Takes what was deleted out of the log as well, where older states of a page stand. Others' transactions
   * and a full disk may put it off: what was deleted is deleted all the same.
   */
  forgetDeleted(): void {
    try {
      this.database.pragma('wal_checkpoint(TRUNCATE)');
    } catch (error) {
      if (!passingCodes.test(codeOf(error))) throw unavailable(error);
    }
  }

  run(sql: string, ...values: unknown[]): number {
    return this.database.prepare(sql).run(...values).changes;
  }

  get(sql: string, ...values: unknown[]): TableRow | undefined {
    return this.database.prepare(sql).get(...values);
  }

  all(sql: string, ...values: unknown[]): TableRow[] {
    return this.database.prepare(sql).all(...values);
  }

  /** What waits to be written has its turn before. */
  close(): void {
    const last = this.waiting.splice(0);
    const busy = this.writeTogether(last);
    if (busy !== undefined) for (const { settle } of last) settle({ error: unavailable(busy) });
    this.database.close();
  }

  // SQLite's own waiting asks too seldom to get a turn between writers that hardly pause, and it would block every other
  // call meanwhile. A clock that a scenario sets has no say in it.
  private async patiently<R>(work: () => R): Promise<R> {
    const deadline = performance.now() + patience;
    for (;;) {
      try {
        this.followFile();
        return work();
      } catch (error) {
        if (!isBusy(error) || performance.now() > deadline) throw unavailable(error);
        await pause();
      }
    }
  }

  // Waiting for the disk is most of what a write costs, so those that came meanwhile share the next transaction.
  private async writeWaiting(): Promise<void> {
    this.writing = true;
    while (this.waiting.length > 0) {
      await nextTurn();
      const writes = this.waiting;
      this.waiting = [];
      const busy = this.writeTogether(writes);
      if (busy === undefined) continue;
      const now = performance.now();
      const patient = writes.filter(({ deadline }) => deadline >= now);
      for (const { deadline, settle } of writes) if (deadline < now) settle({ error: unavailable(busy) });
      this.waiting.unshift(...patient);
      await pause();
    }
    this.writing = false;
  }

  /** Settles the writes, or none of them and answers the error when others had the file. */
  private writeTogether(writes: readonly Write[]): unknown {
    try {
      this.followFile();
      const outcomes = this.transact(() => writes.map(({ work }) => this.attempt(work)));
      writes.forEach(({ settle }, at) => {
        const outcome = outcomes[at] as Outcome;
        settle('error' in outcome ? { error: unavailable(outcome.error) } : outcome);
      });
    } catch (error) {
      if (isBusy(error)) return error;
      const fault = unavailable(error);
      for (const { settle } of writes) settle({ error: fault });
    }
    return undefined;
  }

  // Taking the write lock at the beginning makes the reads inside belong to the same state.
  private transact<R>(work: () => R): R {
    this.database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.database.exec('COMMIT');
      return result;
    } catch (error) {
      // A full disk has ended the transaction already, and failing to end it again would hide that.
      if (this.database.inTransaction) this.database.exec('ROLLBACK');
      throw error;
    }
  }

  /** Runs one of the writes in a transaction: when it throws, the others' stay. */
  private attempt(work: () => unknown): Outcome {
    this.database.exec('SAVEPOINT one');
    try {
      const result = work();
      this.database.exec('RELEASE one');
      return { result };
    } catch (error) {
      if (isBusy(error) || !this.database.inTransaction) throw error;
      this.database.exec('ROLLBACK TO one');
      this.database.exec('RELEASE one');
      return { error };
    }
  }

  // Who deletes or replaces the file begins anew. SQLite would go on writing to the one that nobody can find any more.
  private followFile(): void {
    if (identify(this.file) === this.identity) return;
    const next = openDatabase(this.file);
    abandoned.push(this.database);
    this.database = next;
    this.identity = identify(this.file);
  }
}

function pause(): Promise<void> {
  return wait(1 + Math.random() * 8);
}

/**
 * Looks whether a file can be used, and neither makes nor changes one: `to` is what opening would bring it to.
 * @throws ConfigFault, StoreUnavailable as opening it would
 */
export function inspectSqliteFile(file: string): SchemaState {
  const place = path.resolve(file);
  let database: Database | undefined;
  try {
    if (!statSync(place, { throwIfNoEntry: false })) return { from: 0, to: migrations.length };
    database = connect(place);
    const version = readVersion(database);
    refuseNewer(version);
    return { from: version, to: migrations.length };
  } catch (error) {
    throw explain(error);
  } finally {
    database?.close();
  }
}

function openDatabase(file: string): Database {
  let database: Database | undefined;
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    database = connect(file);
    // Changing the mode needs the file alone, so a file that has it is left in peace.
    if (database.prepare('PRAGMA journal_mode').get()?.journal_mode !== 'wal')
      database.pragma('journal_mode = WAL');
    // In WAL mode only FULL survives a power loss: https://www.sqlite.org/pragma.html#pragma_synchronous
    database.pragma('synchronous = FULL');
    // What was deleted is overwritten: an erased comment must not be found in the file's free pages.
    database.pragma('secure_delete = ON');
    migrate(database);
    // From here on `SqliteFile` waits itself, and lets other calls go on meanwhile.
    database.pragma('busy_timeout = 0');
    return database;
  } catch (error) {
    database?.close();
    throw explain(error);
  }
}

function connect(file: string): Database {
  // Asked for only here: where SQLite is not the store, the package need not be installed.
  const Libsql: new (file: string) => Database = require('libsql');
  const database = new Libsql(file);
  database.pragma(`busy_timeout = ${patience}`);
  return database;
}

function migrate(database: Database): void {
  if (readVersion(database) === migrations.length) return;
  database.exec('BEGIN IMMEDIATE');
  try {
    // Read again: another process may have been quicker.
    const version = readVersion(database);
    refuseNewer(version);
    for (const step of migrations.slice(version)) database.exec(step);
    database.pragma(`user_version = ${migrations.length}`);
    database.exec('COMMIT');
  } catch (error) {
    if (database.inTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function readVersion(database: Database): number {
  return Number(database.prepare('PRAGMA user_version').get()?.user_version);
}

function refuseNewer(version: number): void {
  if (version <= migrations.length) return;
  throw new ConfigFault(
    'RATINGS_FILE was made by a newer version of ringtrue: update, or choose another file.',
  );
}

function identify(file: string): string {
  try {
    const { dev, ino } = statSync(file, { bigint: true });
    return `${dev} ${ino}`;
  } catch {
    return 'gone';
  }
}

/** Makes of an error while opening what is wrong: with the configuration, or with the moment. */
function explain(error: unknown): Error {
  if (error instanceof ConfigFault) return error;
  if (passingCodes.test(codeOf(error)) && !/READONLY|CANTOPEN/.test(codeOf(error))) return awayNow(error);
  return new ConfigFault(
    `RATINGS_FILE cannot be opened as a SQLite file (${codeOf(error)}): check its path and rights.`,
  );
}

function unavailable(error: unknown): unknown {
  const code = codeOf(error);
  if (passingCodes.test(code)) return awayNow(error);
  if (!code.startsWith('SQLITE_')) return error;
  return unexpectedFault(`SQLite, whose file RATINGS_FILE names, cannot be used (${code})`, error);
}

function awayNow(error: unknown): StoreUnavailable {
  return new StoreUnavailable(`SQLite, whose file RATINGS_FILE names, cannot be used now (${codeOf(error)})`);
}

// Busy longer than the time-out, full disk, input/output error: https://www.sqlite.org/rescode.html
const passingCodes = /^(?:SQLITE_(?:BUSY|LOCKED|FULL|IOERR|READONLY|CANTOPEN)|ENOSPC|EDQUOT|EIO)/;

function isBusy(error: unknown): boolean {
  return /^SQLITE_(?:BUSY|LOCKED)/.test(codeOf(error));
}

function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : 'unknown';
}
