import { readAhead } from './read-ahead';
import { SharedReading } from './shared-reading';
import { pause, type SyncClient } from './sync-client';
import { readHead } from './sync-head';
import { StaleHead, SyncItems } from './sync-items';
import { shardCount, shardOfName } from './sync-names';
import { SyncService } from './sync-service';
import { SyncSessionSettings } from './sync-session-settings';
import { SyncShard } from './sync-shard';
import { ShardState } from './sync-state';

/** How long the reading of an event's Documents may take, in milliseconds. */
const patience = 8000;

/** What one event has in Sync. */
export class SyncEvent {
  readonly settings: SyncSessionSettings;
  private readonly service: SyncService;
  private readonly items: SyncItems;
  private readonly shards = new Map<number, SyncShard>();
  private readonly heads: SharedReading<{ shard: number; data: unknown }[]>;

  constructor(
    client: SyncClient,
    private readonly id: string,
    serviceSid: string | undefined,
  ) {
    this.service = new SyncService(client, id, serviceSid);
    this.items = new SyncItems(this.service);
    this.settings = new SyncSessionSettings(this.service);
    this.heads = new SharedReading(() => this.readHeads());
  }

  /** One shard, to be changed. */
  shard(shard: number): SyncShard {
    const known = this.shards.get(shard) ?? new SyncShard(this.service, this.items, shard);
    this.shards.set(shard, known);
    return known;
  }

  /** Lets `work` read all shards; again when a shard was changed so much meanwhile that what was read leads nowhere. */
  async read<T>(work: (shards: ShardState[]) => T | Promise<T>, deadline: number): Promise<T> {
    for (let tries = 0; ; tries += 1) {
      const heads = await this.heads.get();
      try {
        return await work(
          heads.map(({ shard, data }) => new ShardState(shard, readHead(data), this.items, deadline)),
        );
      } catch (error) {
        if (!(error instanceof StaleHead) || Date.now() > deadline) throw error;
      }
      await pause(tries, deadline);
    }
  }

  /**
   * Lets `work` read one shard after the other, in the order of their numbers: as it was when the first was asked for, or newer.
   * @param first the number to begin with
   * @param inTime when the reading of a shard that begins now has to be over, in milliseconds since 1970
   */
  async *each<T>(
    work: (state: ShardState) => Promise<T>,
    first: number,
    inTime: () => number,
  ): AsyncIterable<T> {
    const heads = (await this.heads.get()).filter(({ shard }) => shard >= first);
    heads.sort((one, other) => one.shard - other.shard);
    yield* readAhead(heads, (head) => this.readOne(head, work, inTime()));
  }

  private async readOne<T>(
    { shard, data }: { shard: number; data: unknown },
    work: (state: ShardState) => Promise<T>,
    deadline: number,
  ): Promise<T> {
    try {
      return await work(new ShardState(shard, readHead(data), this.items, deadline));
    } catch (error) {
      if (!(error instanceof StaleHead)) throw error;
      // What changes nothing writes nothing.
      return this.shard(shard).change(work, deadline);
    }
  }

  /**
   * Looks whether what there is of the event can be used, and makes nothing.
   * @throws ConfigFault when its service was deleted, or a newer version of this program wrote into it
   */
  async inspect(deadline: number): Promise<void> {
    if (await this.service.isMade(deadline)) await this.read(() => {}, deadline);
  }

  /**
   * Makes the heads that are not there yet, one after the other: Twilio wants fewer than 20 new objects a second.
   * @param onShard called 192 times
   * @returns how many were made
   */
  async prepare(onShard: () => void): Promise<number> {
    const present = new Set((await this.heads.get()).map(({ shard }) => shard));
    for (let shard = 0; shard < shardCount; shard += 1) {
      if (!present.has(shard)) await this.shard(shard).change(touch, Date.now() + patience);
      onShard();
    }
    return shardCount - present.size;
  }

  /** Deletes items that no head names. */
  async forget(shard: number, keys: string[], deadline: number): Promise<void> {
    await Promise.all(keys.map((key) => this.items.remove(shard, key, deadline)));
  }

  private async readHeads(): Promise<{ shard: number; data: unknown }[]> {
    const documents = await this.service.documents(Date.now() + patience);
    // A page may repeat what the one before had, when something was made in between: what comes later is newer.
    const found = new Map<number, unknown>();
    for (const { unique_name, data } of documents) {
      const shard = shardOfName(this.id, unique_name);
      if (shard !== undefined && shard < shardCount) found.set(shard, data);
    }
    return [...found].map(([shard, data]) => ({ shard, data }));
  }
}

async function touch(state: ShardState): Promise<void> {
  state.changed = true;
}
