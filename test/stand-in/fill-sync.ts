import type { NewRating } from '../../src/storage/rating-store';
import { emptyHead, looseBytes } from '../../src/storage/sync/sync-head';
import type { SyncItems } from '../../src/storage/sync/sync-items';
import { headName, mapName, shardCount, shardOf } from '../../src/storage/sync/sync-names';
import { putAway } from '../../src/storage/sync/sync-put-away';
import { recordRating, ShardState } from '../../src/storage/sync/sync-state';
import type { SyncStandIn } from './sync-api';
import { newSid } from './twilio-account';

/**
 * Brings many ratings of one event into the stand-in as the store would have, without a call for each. The event's service
 * must be there, and nothing else of it.
 */
export async function fillSync(sync: SyncStandIn, ratings: Iterable<NewRating>): Promise<void> {
  const service = [...sync.services.values()].find(({ uniqueName }) => uniqueName !== 'default');
  if (!service) throw new Error('there is no service to fill');
  let event = '';
  const shards = Array.from({ length: shardCount }, (_, shard) => {
    const items = new Map<string, object>();
    return { items, state: new ShardState(shard, emptyHead(), memoryItems(items), Number.POSITIVE_INFINITY) };
  });
  let last = 0;
  for (const rating of ratings) {
    event = rating.event;
    last += 1;
    const state = shards[shardOf(rating.voter)]?.state;
    if (!state) continue;
    await recordRating(state, rating, last.toString(36).padStart(4, '0').slice(-4));
    if (last % 8 === 0 && looseBytes(state.head) > 3072) await putAway(state, 1024);
  }
  for (const { items, state } of shards) {
    const { shard, head } = state;
    const document = made('ET', headName(event, shard), JSON.parse(JSON.stringify(head)));
    service.documents.set(document.sid, document);
    const map = { ...made('MP', mapName(event, shard), {}), items: new Map() };
    for (const [key, data] of items) map.items.set(key, { ...made('', null, data), key });
    service.maps.set(map.sid, map);
  }
}

function made(prefix: string, uniqueName: string | null, data: object) {
  const now = new Date();
  return { sid: newSid(prefix), uniqueName, revision: 1, data, expires: null, made: now, updated: now };
}

function memoryItems(items: Map<string, object>): SyncItems {
  let last = 0;
  const memory: Pick<SyncItems, 'read' | 'write' | 'remove'> = {
    read: async <T>(_shard: number, key: string) => items.get(key) as T,
    write: async (_shard, data) => {
      last += 1;
      const key = last.toString(36).padStart(8, '0');
      items.set(key, JSON.parse(JSON.stringify(data)));
      return key;
    },
    remove: async (_shard, key) => {
      items.delete(key);
    },
  };
  return memory as SyncItems;
}
