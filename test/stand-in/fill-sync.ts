import type { NewRating, RatingStore } from '../../src/storage/rating-store';
import { emptyHead, type Head, looseBytes } from '../../src/storage/sync/sync-head';
import type { SyncItems } from '../../src/storage/sync/sync-items';
import { headName, mapName, settingsName, shardCount, shardOf } from '../../src/storage/sync/sync-names';
import { putAway } from '../../src/storage/sync/sync-put-away';
import { recordRating, ShardState } from '../../src/storage/sync/sync-state';
import { memoryItems } from './memory-items';
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
    return { items, state: stateOf(shard, emptyHead(), memoryItems(items)) };
  });
  let last = 0;
  for (const rating of ratings) {
    event = rating.event;
    last += 1;
    const shard = shards[shardOf(rating.voter)];
    if (!shard) continue;
    await recordRating(shard.state, rating, last.toString(36).padStart(4, '0').slice(-4));
    // Later than the store, which has 16 KiB for all: what is put away is the same, in fewer steps.
    if (shard.state.head.messages.length >= 200) await lighten(shard, leastLoose);
  }
  const service = await makeService(sync, store, event);
  for (const filled of shards) {
    const { shard } = filled.state;
    // Each somewhere between two times that something is put away.
    const loose = leastLoose + ((shard % 16) / 16) * (mostLoose - leastLoose);
    while (looseBytes(filled.state.head) > loose) await lighten(filled, loose);
    const {
      items,
      state: { head },
    } = filled;
    const document = made('ET', headName(event, shard), JSON.parse(JSON.stringify(head)));
    service.documents.set(document.sid, document);
    const map = { ...made('MP', mapName(event, shard), {}), items: new Map() };
    for (const [key, text] of items) map.items.set(key, textItem(key, text));
    service.maps.set(map.sid, map);
  }
}

// What an earlier state left is garbage to the next one.
async function lighten(filled: { state: ShardState }, loose: number): Promise<void> {
  const { shard, head, items } = filled.state;
  filled.state = stateOf(shard, head, items);
  await putAway(filled.state, loose);
}

function stateOf(shard: number, head: Head, items: SyncItems): ShardState {
  return new ShardState(shard, head, items, Number.POSITIVE_INFINITY);
}

async function makeService(sync: SyncStandIn, store: RatingStore, event: string) {
  await store.changeSetting(event, { keyword: 'ANY', state: null });
  for (const service of sync.services.values()) {
    for (const { uniqueName } of service.documents.values())
      if (uniqueName === settingsName(event)) return service;
  }
  throw new Error(`the store made no service for ${event}`);
}

/** What a head of the store has after and before something is put away, in bytes. */
const leastLoose = 1024;
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
