import type { NewRating, RatingStore } from '../../src/storage/rating-store';
import { emptyHead, looseBytes } from '../../src/storage/sync/sync-head';
import type { SyncItems } from '../../src/storage/sync/sync-items';
import { headName, mapName, settingsName, shardCount, shardOf } from '../../src/storage/sync/sync-names';
import { putAway } from '../../src/storage/sync/sync-put-away';
import { recordRating, ShardState } from '../../src/storage/sync/sync-state';
import type { SyncStandIn } from './sync-api';
import { newSid } from './twilio-account';

/**
 * Brings many ratings of an event, of which nothing is there yet, into the stand-in as the store would have, without a call
 * for each.
 */
export async function fillSync(
  sync: SyncStandIn,
  store: RatingStore,
  ratings: Iterable<NewRating>,
): Promise<void> {
  let event = '';
  const shards = Array.from({ length: shardCount }, (_, shard) => {
    const items = new Map<string, string>();
    return { items, state: new ShardState(shard, emptyHead(), memoryItems(items), Number.POSITIVE_INFINITY) };
  });
  let last = 0;
  for (const rating of ratings) {
    event = rating.event;
    last += 1;
    const state = shards[shardOf(rating.voter)]?.state;
    if (!state) continue;
    await recordRating(state, rating, last.toString(36).padStart(4, '0').slice(-4));
    // Later than the store, which has 16 KiB for all: what is put away is the same, in fewer steps.
    if (last % 8 === 0 && looseBytes(state.head) > 16_384) await putAway(state, 1024);
  }
  const service = await makeService(sync, store, event);
  for (const { items, state } of shards) {
    while (looseBytes(state.head) > mostLoose) await putAway(state, 1024);
    const { shard, head } = state;
    const document = made('ET', headName(event, shard), JSON.parse(JSON.stringify(head)));
    service.documents.set(document.sid, document);
    const map = { ...made('MP', mapName(event, shard), {}), items: new Map() };
    for (const [key, text] of items) map.items.set(key, textItem(key, text));
    service.maps.set(map.sid, map);
  }
}

async function makeService(sync: SyncStandIn, store: RatingStore, event: string) {
  await store.changeSetting(event, { keyword: 'ANY', state: null });
  for (const service of sync.services.values()) {
    for (const { uniqueName } of service.documents.values())
      if (uniqueName === settingsName(event)) return service;
  }
  throw new Error(`the store made no service for ${event}`);
}

/** What a head may have left when the store has written it, in bytes. */
const mostLoose = 3072;

// A million ratings as objects would have the collector of garbage in every measurement.
function textItem(key: string, text: string) {
  let kept = text;
  return Object.defineProperty({ ...made('', null, {}), key }, 'data', {
    get: () => JSON.parse(kept),
    set: (data) => {
      kept = JSON.stringify(data);
    },
    enumerable: true,
  });
}

function made(prefix: string, uniqueName: string | null, data: object) {
  const now = new Date();
  return { sid: newSid(prefix), uniqueName, revision: 1, data, expires: null, made: now, updated: now };
}

function memoryItems(items: Map<string, string>): SyncItems {
  let last = 0;
  const memory: Pick<SyncItems, 'read' | 'write' | 'remove'> = {
    read: async <T>(_shard: number, key: string) => JSON.parse(items.get(key) ?? 'null') as T,
    write: async (_shard, data) => {
      last += 1;
      const key = last.toString(36).padStart(8, '0');
      items.set(key, JSON.stringify(data));
      return key;
    },
    remove: async (_shard, key) => {
      items.delete(key);
    },
  };
  return memory as SyncItems;
}
