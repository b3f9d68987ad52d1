import { ConfigFault } from '../config-fault';
import { StoreUnavailable } from '../rating-store';
import { pause } from './sync-client';
import { emptyHead, type Head, itemsOf, looseBytes, readHead, sizeOf } from './sync-head';
import { StaleHead, type SyncItems } from './sync-items';
import { headName } from './sync-names';
import { putAway } from './sync-put-away';
import type { SyncObject, SyncService } from './sync-service';
import { ShardState } from './sync-state';

/** Bytes of rows in a head above which some are put away, and what is left then. The larger, the fewer writes Sync takes. */
const mostLoose = 3072;
const leftLoose = 1024;
/** Items that nothing names any more, which a head keeps until something is put away. */
const mostGarbage = 32;
/** Bytes of a head; Sync takes 16 KiB. */
const largestHead = 15_000;
/** How long putting away may keep a rating from its answer, in milliseconds. */
const patience = 2000;

/** Between two tries when somebody else was quicker, in milliseconds: Sync is well, and one of those who try gets through. */
const longestPause = 400;

interface Task {
  work: (state: ShardState) => Promise<unknown>;
  deadline: number;
  settled: boolean;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

interface Known {
  head: Head;
  /** `null`: there is no Document yet. */
  revision: string | null;
}

/**
 * Changes one shard: reads its head, lets callers change it, replaces it if nobody else did meanwhile, and begins anew if
 * somebody did. What this process wants of the same shard at the same time shares one reading and one writing.
 */
export class SyncShard {
  private waiting: Task[] = [];
  private busy = false;

  constructor(
    private readonly service: SyncService,
    private readonly items: SyncItems,
    private readonly shard: number,
  ) {}

  /**
   * @param work may run several times, each time on the state as it is then; what it throws is thrown, and nothing changed
   * @returns what `work` answered on the state that was written
   */
  change<T>(work: (state: ShardState) => Promise<T>, deadline: number): Promise<T> {
    return new Promise((resolve, reject) => {
      const late = () => task.reject(new StoreUnavailable('Twilio Sync took too long'));
      const timer = setTimeout(late, deadline - Date.now()).unref();
      const settle = (answer: () => void) => {
        clearTimeout(timer);
        task.settled = true;
        answer();
      };
      const task: Task = {
        work,
        deadline,
        settled: false,
        resolve: (value) => settle(() => resolve(value as T)),
        reject: (error) => settle(() => reject(error)),
      };
      this.waiting.push(task);
      if (!this.busy) void this.run();
    });
  }

  private async run(): Promise<void> {
    this.busy = true;
    let known: Known | undefined;
    while (this.waiting.length > 0) known = await this.settle(this.waiting.splice(0), known);
    this.busy = false;
  }

  /** Brings tasks to an end, and never throws. @returns the head, when it was written just now */
  private async settle(tasks: Task[], known: Known | undefined): Promise<Known | undefined> {
    let start = known;
    let lost: ShardState | undefined;
    let forgets = false;
    for (let tries = 0; ; tries += 1) {
      const open = tasks.filter(({ settled }) => !settled);
      if (open.length === 0) return undefined;
      const deadline = Math.max(...open.map((task) => task.deadline));
      try {
        const from = start ?? (await this.read(deadline));
        start = undefined;
        await this.discard(lost, from.head, deadline);
        lost = undefined;
        const state = new ShardState(this.shard, structuredClone(from.head), this.items, deadline);
        const results = await runAll(open, state);
        if (!results) continue;
        const written = state.changed ? await this.write(state, from.revision) : from;
        forgets ||= state.forgets;
        if (written) {
          const before = looseBytes(from.head);
          const end =
            state.changed || forgets ? await this.lighten(written, { before, forgets, deadline }) : undefined;
          open.forEach((task, index) => {
            task.resolve(results[index]);
          });
          return end;
        }
        lost = state;
      } catch (error) {
        if (!(error instanceof StaleHead)) {
          for (const task of open) task.reject(error);
          return undefined;
        }
      }
      await pause(tries, deadline, longestPause);
    }
  }

  async read(deadline: number): Promise<Known> {
    const answer = await this.service.call<SyncObject>({ method: 'get', path: this.path, deadline });
    if (answer.kind !== 'done') return { head: emptyHead(), revision: null };
    return { head: readHead(answer.body.data), revision: answer.body.revision };
  }

  /** @returns `undefined` when somebody else was quicker */
  private async write(state: ShardState, revision: string | null): Promise<Known | undefined> {
    const { head, deadline } = state;
    if (sizeOf(head) > largestHead) await putAway(state, leftLoose);
    head.serial += 1;
    const Data = JSON.stringify(head);
    const answer = await this.service.call<SyncObject>(
      revision === null
        ? {
            method: 'post',
            path: 'Documents',
            form: { UniqueName: headName(this.service.event, this.shard), Data },
            deadline,
          }
        : { method: 'post', path: this.path, form: { Data }, ifMatch: revision, deadline },
    );
    if (answer.kind === 'missing' && revision === null) throw this.service.gone();
    return answer.kind === 'done' ? { head, revision: answer.body.revision } : undefined;
  }

  // Whoever made the head too large puts something away, and now and then somebody else, should that have failed. What was
  // asked for is done by then: a fault here is nobody's.
  private async lighten(
    written: Known,
    { before, forgets, deadline }: { before: number; forgets: boolean; deadline: number },
  ): Promise<Known | undefined> {
    const end = Date.now() + patience;
    if (end > deadline) return written;
    const hasMuch = looseBytes(written.head) > mostLoose && (before <= mostLoose || Math.random() <= 0.25);
    const isHeavy = hasMuch || written.head.garbage.length > mostGarbage;
    if (!isHeavy && !forgets) return written;
    const state = new ShardState(this.shard, structuredClone(written.head), this.items, end);
    try {
      if (!isHeavy) {
        await state.removeGarbage();
        return written;
      }
      return await this.putAway(state, written.revision);
    } catch (error) {
      if (error instanceof StoreUnavailable || error instanceof ConfigFault) return undefined;
      throw error;
    }
  }

  /** @returns `undefined` when somebody else was quicker, and what was written for it is gone */
  private async putAway(state: ShardState, revision: string | null): Promise<Known | undefined> {
    for (let tries = 0; ; tries += 1) {
      try {
        if (tries === 0) {
          await putAway(state, leftLoose);
          const lighter = await this.write(state, revision);
          if (lighter) return lighter;
        }
        await this.discard(state, (await this.read(state.deadline)).head, state.deadline);
        return undefined;
      } catch (error) {
        if (!(error instanceof StaleHead)) throw error;
      }
      await pause(tries, state.deadline, longestPause);
    }
  }

  /**
   * Deletes the items of an attempt that was too late. It may have been its own write that made it so, with a lost answer:
   * only in a head that came after the attempt is what it does not name nobody's.
   */
  private async discard(lost: ShardState | undefined, head: Head, deadline: number): Promise<void> {
    // The attempt has counted its own replacement already.
    if (!lost || lost.written.length === 0 || head.serial < lost.head.serial) return;
    const state = new ShardState(this.shard, head, this.items, deadline);
    const named = [...(await itemsOf(head, (key) => state.item(key))), ...head.garbage];
    const dead = lost.written.filter((key) => !named.includes(key));
    await Promise.all(dead.map((key) => this.items.remove(this.shard, key, deadline)));
  }

  private get path(): string {
    return `Documents/${headName(this.service.event, this.shard)}`;
  }
}

/** @returns `undefined` when one failed for a reason of its own: the others begin anew without it */
async function runAll(tasks: Task[], state: ShardState): Promise<unknown[] | undefined> {
  const results: unknown[] = [];
  for (const task of tasks) {
    try {
      results.push(await task.work(state));
    } catch (error) {
      if (error instanceof StoreUnavailable || error instanceof ConfigFault) throw error;
      task.reject(error);
      return undefined;
    }
  }
  return results;
}
