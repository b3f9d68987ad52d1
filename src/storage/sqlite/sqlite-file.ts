import { setImmediate as nextTurn } from 'node:timers/promises';
import { StoreUnavailable } from '../rating-store';
import type { TableRow } from '../table-row';
import { hasMoved, leave, leaveForGood, type OpenFile, openFile } from './open-file';
import { patience, patiently, pause } from './patiently';
import type { Database } from './sqlite-database';
import { isBusy, isPassing, unavailable } from './sqlite-fault';

/** One call of `write` on its way into the file. */
interface Write {
  work: () => unknown;
  /** On the clock of `performance.now()`. */
  deadline: number;
  settle: (outcome: Outcome) => void;
}

/** Why writes are not settled yet: others had the file, or it is not the one that has the name. */
type PutOff = { busy: unknown } | 'moved';

type Outcome = { result: unknown } | { error: unknown };

/**
 * One SQLite file that several processes may have open: in WAL mode, brought to this program's schema, and durable when
 * a write has returned, after a power loss too.
 */
export class SqliteFile {
  /** Another file has the name: nothing is written before it is open. */
  private astray = false;
  private following: Promise<void> | undefined;
  private waiting: Write[] = [];
  private writing = false;

  private constructor(private open: OpenFile) {}

  private get database(): Database {
    return this.open.database;
  }

  /** @throws ConfigFault naming RATINGS_FILE; StoreUnavailable when the disk is full or others do not let go of the file */
  static async open(file: string): Promise<SqliteFile> {
    return new SqliteFile(await openFile(file));
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
      return await patiently(() => (this.isAstray() ? this.follow().then(work) : work()));
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

  /**
   * What waits to be written has its turn before.
   * @throws StoreUnavailable when the file was replaced, and others do not let go of the former one
   */
  async close(): Promise<void> {
    const last = this.waiting.splice(0);
    const putOff = last.length > 0 ? this.writeTogether(last) : undefined;
    if (putOff !== undefined) this.refuse(last, reasonOf(putOff));
    await this.following?.catch(() => {});
    if (!hasMoved(this.open)) return this.database.close();
    try {
      await leaveForGood(this.open);
    } catch (error) {
      throw unavailable(error);
    }
  }

  // Waiting for the disk is most of what a write costs, so those that came meanwhile share the next transaction.
  private async writeWaiting(): Promise<void> {
    this.writing = true;
    while (this.waiting.length > 0) {
      await nextTurn();
      const writes = this.waiting;
      this.waiting = [];
      const putOff = this.writeTogether(writes);
      if (putOff === undefined) continue;
      this.waiting.unshift(...writes);
      await (putOff === 'moved' ? this.followOrRefuse() : this.waitOrRefuse(putOff.busy));
    }
    this.writing = false;
  }

  /** Settles the writes, or none of them. */
  private writeTogether(writes: readonly Write[]): PutOff | undefined {
    if (this.astray) return 'moved';
    try {
      const outcomes = this.transact(() => writes.map(({ work }) => this.attempt(work)));
      // Asked afterwards, so that nothing is acknowledged that stands in a file which nobody finds.
      if (this.isAstray()) return 'moved';
      writes.forEach(({ settle }, at) => {
        const outcome = outcomes[at] as Outcome;
        settle('error' in outcome ? { error: unavailable(outcome.error) } : outcome);
      });
    } catch (error) {
      if (isBusy(error)) return { busy: error };
      if (this.isAstray()) return 'moved';
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

  private async followOrRefuse(): Promise<void> {
    try {
      await this.follow();
    } catch (error) {
      this.refuse(this.waiting.splice(0), error);
    }
  }

  private waitOrRefuse(busy: unknown): Promise<void> {
    const now = performance.now();
    const late = this.waiting.filter(({ deadline }) => deadline < now);
    this.waiting = this.waiting.filter(({ deadline }) => deadline >= now);
    this.refuse(late, busy);
    return pause();
  }

  private isAstray(): boolean {
    this.astray ||= hasMoved(this.open);
    return this.astray;
  }

  // Who deletes or replaces the file begins anew. SQLite would go on writing to the one that nobody can find any more.
  private follow(): Promise<void> {
    this.following ??= this.openAnew().finally(() => {
      this.following = undefined;
    });
    return this.following;
  }

  private async openAnew(): Promise<void> {
    await patiently(() => leave(this.open));
    if (hasMoved(this.open)) this.open = await openFile(this.open.file);
    this.astray = false;
  }
}

function reasonOf(putOff: PutOff): unknown {
  return putOff === 'moved'
    ? new StoreUnavailable('RATINGS_FILE was replaced while it was in use.')
    : putOff.busy;
}
