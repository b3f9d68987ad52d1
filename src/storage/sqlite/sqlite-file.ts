import { statSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { TableRow } from '../table-row';
import { patience, patiently, pause } from './patiently';
import { type Database, openDatabase } from './sqlite-database';
import { isBusy, isPassing, unavailable } from './sqlite-fault';

// Closing one would delete the log of the file that has its name now: https://www.sqlite.org/howtocorrupt.html
const abandoned: Database[] = [];

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
  private identity: string;
  private following: Promise<void> | undefined;
  private waiting: Write[] = [];
  private writing = false;

  private constructor(
    private readonly file: string,
    private database: Database,
  ) {
    this.identity = identify(file);
  }

  /** @throws ConfigFault naming RATINGS_FILE; StoreUnavailable when the disk is full or others do not let go of the file */
  static async open(file: string): Promise<SqliteFile> {
    return new SqliteFile(file, await openDatabase(file));
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
  async read<R>(work: () => R): Promise<R> {
    try {
      return await patiently(() => (this.hasMoved() ? this.follow().then(work) : work()));
    } catch (error) {
      throw unavailable(error);
    }
  }

  /**
   * Takes what was deleted out of the log as well, where older states of a page stand. Others' transactions
   * and a full disk may put it off: what was deleted is deleted all the same.
   */
  forgetDeleted(): void {
    try {
      this.database.pragma('wal_checkpoint(TRUNCATE)');
    } catch (error) {
      if (!isPassing(error)) throw unavailable(error);
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

  // Waiting for the disk is most of what a write costs, so those that came meanwhile share the next transaction.
  private async writeWaiting(): Promise<void> {
    this.writing = true;
    while (this.waiting.length > 0) {
      await nextTurn();
      if (this.hasMoved()) await this.followOrRefuse();
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
      const outcomes = this.transact(() => writes.map(({ work }) => this.attempt(work)));
      writes.forEach(({ settle }, at) => {
        const outcome = outcomes[at] as Outcome;
        settle('error' in outcome ? { error: unavailable(outcome.error) } : outcome);
      });
    } catch (error) {
      if (isBusy(error)) return error;
      this.refuse(writes, error);
    }
    return undefined;
  }

  private refuse(writes: readonly Write[], error: unknown): void {
    const fault = unavailable(error);
    for (const { settle } of writes) settle({ error: fault });
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

  private hasMoved(): boolean {
    return identify(this.file) !== this.identity;
  }

  private async followOrRefuse(): Promise<void> {
    try {
      await this.follow();
    } catch (error) {
      this.refuse(this.waiting.splice(0), error);
    }
  }

  // Who deletes or replaces the file begins anew. SQLite would go on writing to the one that nobody can find any more.
  private follow(): Promise<void> {
    this.following ??= this.openAnew().finally(() => {
      this.following = undefined;
    });
    return this.following;
  }

  private async openAnew(): Promise<void> {
    const next = await openDatabase(this.file);
    abandoned.push(this.database);
    this.database = next;
    this.identity = identify(this.file);
  }
}

function identify(file: string): string {
  try {
    const { dev, ino } = statSync(file, { bigint: true });
    return `${dev} ${ino}`;
  } catch {
    return 'gone';
  }
}
