import type { RatingStore } from '../storage/rating-store';
import { commentState } from './comment-state';
import { type RatingEvent, sessionsNow } from './rating-event';
import { readText } from './read-text';
import { replyToRating, replyToRefusal } from './write-reply';

/** One text of one voter. */
export interface RatingText {
  text: string;
  messageSid: string;
  voter: string;
  /** Twilio's own word that this was STOP, START or HELP in any language; `null` where it says nothing. */
  optOutType: string | null;
  event: RatingEvent;
  store: RatingStore;
  now: number;
  /** Says which comments wait for an organiser besides those with links. */
  isProfane: (text: string) => boolean;
}

/**
 * Makes a text a rating and answers the reply, or `null` where nobody should be answered. The same text may be delivered
 * any number of times: it counts once, and each delivery gets the reply of the first.
 */
export async function takeRating(input: RatingText): Promise<string | null> {
  const { text, messageSid, voter, optOutType, event, store, now, isProfane } = input;
  if (optOutType !== null) return null;
  const sessions = sessionsNow(event, await store.settings(event.id), now);
  const reading = readText(text, sessions);
  switch (reading.kind) {
    case 'carrier-word':
      return null;
    case 'refused':
      await store.noteUncounted(event.id, { voter, messageSid, text, reason: reading.reason, at: now });
      return replyToRefusal(reading, event, sessions);
    case 'rating': {
      const { session, score, comment } = reading;
      const recorded = await store.record({
        event: event.id,
        session: session.keyword,
        voter,
        messageSid,
        score,
        comment: comment === null ? null : { text: comment, state: commentState(comment, event, isProfane) },
        at: now,
      });
      return replyToRating({ session, score }, recorded, event);
    }
  }
}
