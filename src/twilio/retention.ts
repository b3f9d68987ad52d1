import type { RatingEvent } from '../rating/rating-event';
import { ConfigFault } from '../storage/config-fault';
import { type RatingStore, StoreUnavailable } from '../storage/rating-store';

const day = 86_400_000;
const pause = 3_600_000;
/** How long a call may be kept waiting for it, in milliseconds; what is left then goes on beside it, or an hour later. */
const patience = 1000;

const lastTime = new Map<string, number>();

/**
 * Deletes what is older than the event's `keepDays`, at most once an hour in a process. Twilio's platform starts nothing
 * by itself, so this happens when somebody asks for something.
 */
export async function forgetOld(event: RatingEvent, store: RatingStore, now: number): Promise<void> {
  if (event.keepDays === null || now - (lastTime.get(event.id) ?? 0) < pause) return;
  lastTime.set(event.id, now);
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, patience);
  });
  await Promise.race([purge(event.id, store, now - event.keepDays * day), enough]);
  clearTimeout(timer);
}

// Whoever asked for something else must not pay for it when this fails.
async function purge(event: string, store: RatingStore, before: number): Promise<void> {
  try {
    const gone = await store.purge(event, before);
    if (gone > 0) console.log(`deleted ${gone} ratings that were too old to be kept`);
  } catch (error) {
    if (error instanceof StoreUnavailable) console.log(`old ratings could not be deleted: ${error.message}`);
    else
      console.error(
        'old ratings could not be deleted:',
        error instanceof ConfigFault ? error.message : error,
      );
  }
}
