import type { NewRating } from '../../src/storage/rating-store';
import { prepareSync } from '../../src/storage/sync/sync-store';
import { fillSync } from '../../test/stand-in/fill-sync';
import { startSync } from '../../test/stand-in/start-sync';
import { type BenchEngine, benchRating } from './bench-engine';

/** The stand-in for Twilio Sync, with its limits on and no latency of its own: what is measured is our side and the calls. */
export async function startSyncEngine(): Promise<BenchEngine> {
  const sync = await startSync();
  const store = sync.open();
  const { accountSid, authToken, connect } = sync;
  // The Documents, of which Twilio takes fewer than 20 new ones a second, are made before an event.
  const prepare = async (event: string): Promise<void> => {
    sync.limits.enforced = false;
    await prepareSync({ deployed: true, accountSid, authToken }, event, () => {}, connect);
    sync.limits.enforced = true;
  };
  return {
    name: 'Twilio Sync (stand-in)',
    store,
    prepare,
    raw: null,
    trips: {
      most: 2.5,
      perRating: async () => {
        await prepare('watched');
        const ratings = 400;
        await store.settings('watched');
        const before = sync.calls.length;
        for (let index = 0; index < ratings; index += 1) await store.record(benchRating('watched', index));
        return (sync.calls.length - before) / ratings;
      },
    },
    callsToStandIn: () => sync.calls.length,
    sizes: [1_000, 100_000, 1_000_000],
    fill: async (event, count) => {
      sync.limits.enforced = false;
      await fillSync(sync, store, benchRatings(event, count));
      sync.limits.enforced = true;
    },
    close: async () => {
      await store.close();
      await sync.close();
    },
  };
}

function* benchRatings(event: string, count: number): Iterable<NewRating> {
  for (let index = 0; index < count; index += 1) {
    if (index > 0 && index % 100_000 === 0) console.error(`  ${index} of ${count} ratings are there`);
    yield benchRating(event, index);
  }
}
