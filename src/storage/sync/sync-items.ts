import { randomBytes } from 'node:crypto';
import { StoreUnavailable } from '../rating-store';
import { pause } from './sync-client';
import { mapName } from './sync-names';
import type { SyncObject, SyncService } from './sync-service';

/** A head names an item that is not there (any more): it is not the newest one, or Sync is behind. Read again. */
export class StaleHead extends StoreUnavailable {}

/** Items stay as they are for ever, so a process need not read one twice: so many, of 12 KiB at most. */
const remembered = 1000;

/** What a shard has put away: items of its Map, each written once under a key of its own. */
export class SyncItems {
  private readonly known = new Map<string, unknown>();

  constructor(private readonly service: SyncService) {}

  /** @throws StaleHead when there is none */
  async read<T>(shard: number, key: string, deadline: number): Promise<T> {
    const name = `${shard} ${key}`;
    const known = this.known.get(name);
    if (known !== undefined) return known as T;
    const answer = await this.service.call<SyncObject>({
      method: 'get',
      path: `${this.path(shard)}/${key}`,
      deadline,
    });
    if (answer.kind !== 'done') throw new StaleHead('Twilio Sync does not show an item that was written');
    this.remember(name, answer.body.data);
    return answer.body.data as T;
  }

  /** @returns the key of the new item */
  async write(shard: number, data: object, deadline: number): Promise<string> {
    for (let tries = 0; ; tries += 1) {
      const key = randomBytes(6).toString('base64url');
      const answer = await this.service.call({
        method: 'post',
        path: this.path(shard),
        form: { Key: key, Data: JSON.stringify(data) },
        deadline,
      });
      if (answer.kind === 'done') {
        this.remember(`${shard} ${key}`, data);
        return key;
      }
      // A key that is there already may be ours, with a lost answer: another one is as good, and what is left is garbage.
      if (answer.kind === 'missing') await this.makeMap(shard, deadline);
      await pause(tries, deadline);
    }
  }

  async remove(shard: number, key: string, deadline: number): Promise<void> {
    this.known.delete(`${shard} ${key}`);
    await this.service.call({ method: 'delete', path: `${this.path(shard)}/${key}`, deadline });
  }

  keys(shard: number, deadline: number): Promise<string[]> {
    return this.service.keys(mapName(this.service.event, shard), deadline);
  }

  private async makeMap(shard: number, deadline: number): Promise<void> {
    const form = { UniqueName: mapName(this.service.event, shard) };
    const answer = await this.service.call({ method: 'post', path: 'Maps', form, deadline });
    if (answer.kind === 'missing') throw this.service.gone();
  }

  private path(shard: number): string {
    return `Maps/${mapName(this.service.event, shard)}/Items`;
  }

  private remember(name: string, data: unknown): void {
    this.known.set(name, data);
    for (const oldest of this.known.keys()) {
      if (this.known.size <= remembered) break;
      this.known.delete(oldest);
    }
  }
}
