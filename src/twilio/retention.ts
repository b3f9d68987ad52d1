import type { RatingEvent } from '../rating/rating-event';
import type { RatingStore } from '../storage/rating-store';

const day = 86_400_000;
const pause = 3_600_000;

const lastTime = new Map<string, number>();

/**
 * Deletes what is older than the event's `keepDays`, at most once an hour in a process. Twilio's platform starts nothing
 * by itself, so this happens when somebody asks for something.
 */
export async function forgetOld(event: RatingEvent, store: RatingStore, now: number): Promise<void> {
  if (event.keepDays === null || now - (lastTime.get(event.id) ?? 0) < pause) return;
  lastTime.set(event.id, now);
  const gone = await store.purge(event.id, now - event.keepDays * day);
  if (gone > 0) console.log(`deleted ${gone} ratings older than ${event.keepDays} days`);
}
