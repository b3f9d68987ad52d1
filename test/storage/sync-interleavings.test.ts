import type { RatingStore } from '../../src/storage/rating-store';
import { openSyncStore } from '../../src/storage/sync/sync-store';
import { type StartedSync, startSync } from '../stand-in/start-sync';
import { describeInterleavings, type OpenedStore } from './interleavings';
import { Killed } from './store-process';

let sync: StartedSync;
beforeAll(async () => {
  sync = await startSync();
});
afterAll(() => sync.close());

describeInterleavings('Twilio Sync', async () => openMortal());

/** A store as a process has it: killed, it sends nothing any more, and nobody hears what it had asked. */
function openMortal(): OpenedStore {
  let dead = false;
  let die = (): void => {};
  const killed = new Promise<never>((_, reject) => {
    die = () => reject(new Killed('the process was killed'));
  });
  killed.catch(() => {});
  const under = new Set<Promise<unknown>>();
  const { accountSid, authToken, connect } = sync;
  const store = openSyncStore({ deployed: true, accountSid, authToken }, (credentials) => {
    const client = connect(credentials);
    return {
      request: (options) => {
        if (dead) return new Promise(() => {});
        const request = client.request(options);
        const ended = request.catch(() => {}).finally(() => under.delete(ended));
        under.add(ended);
        return request;
      },
    };
  });
  const mortal = <A extends unknown[], R>(call: (...args: A) => Promise<R>) => {
    return (...args: A): Promise<R> => Promise.race([call.apply(store, args), killed]);
  };
  const lives: RatingStore = {
    record: mortal(store.record),
    delivered: mortal(store.delivered),
    tally: mortal(store.tally),
    comments: mortal(store.comments),
    moderate: mortal(store.moderate),
    settings: mortal(store.settings),
    changeSetting: mortal(store.changeSetting),
    mergeSetting: mortal(store.mergeSetting),
    noteUncounted: mortal(store.noteUncounted),
    uncounted: mortal(store.uncounted),
    ratings: (event, after) => store.ratings(event, after),
    ratingsOf: mortal(store.ratingsOf),
    erase: mortal(store.erase),
    purge: mortal(store.purge),
    close: () => store.close(),
  };
  return {
    ...lives,
    kill: async () => {
      dead = true;
      die();
      // What had gone out is still done.
      await Promise.all(under);
    },
  };
}
