import type { Delivered, RatingStore } from '../storage/rating-store';
import { commentState } from './comment-state';
import { type RatingEvent, sessionsNow } from './rating-event';
import { type RefusalReason, readText } from './read-text';
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

/** Why a text is refused that may have counted before, when other sessions were open or in the event file. */
const passing = new Set<RefusalReason>([
  'closed',
  'paused',
  'not-open-yet',
  'nothing-open',
  'several-ratings',
  'which-session',
  'unknown-keyword',
]);

/**
 * Makes a text a rating and answers the reply, or `null` where nobody should be answered. The same text may be delivered
 * any number of times: it counts once, and once it did, each delivery gets the reply of that one, whatever is open by then.
 */
export async function takeRating(input: RatingText): Promise<string | null> {
  const { text, messageSid, voter, optOutType, event, store, now, isProfane } = input;
  if (optOutType !== null) return null;
  const sessions = sessionsNow(event, await store.settings(event.id), now);
  const reading = readText(text, sessions);
  switch (reading.kind) {
    case 'carrier-word':
      return null;
    case 'refused': {
      const did = passing.has(reading.reason) ? await store.delivered(event.id, { voter, messageSid }) : null;
      if (did === null)
        await store.noteUncounted(event.id, { voter, messageSid, text, reason: reading.reason, at: now });
      return (did && replyAgain(did, event)) ?? replyToRefusal(reading, event, sessions);
    }
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
      const again = recorded.duplicate ? replyAgain(recorded, event) : null;
      return again ?? replyToRating({ session, score }, recorded, event);
    }
  }
}

/** The reply that the message got when it counted; `null`: an older version counted it and did not write down for what. */
function replyAgain(did: Delivered, event: RatingEvent): string | null {
  const { session: keyword, score } = did;
  if (keyword === null || score === null) return null;
  const title = event.sessions.find((one) => one.keyword === keyword)?.title ?? keyword;
  return replyToRating({ session: { keyword, title }, score }, did, event);
}
