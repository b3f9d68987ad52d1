import type { RatingStore, StoredRating, UncountedText } from '../storage/rating-store';
import { explainUncounted } from './explain-refusal';

/** All that is kept of one voter, without the pseudonym. */
export interface Kept {
  ratings: Pick<StoredRating, 'session' | 'score' | 'comment' | 'commentState' | 'at'>[];
  uncounted: (Pick<UncountedText, 'text' | 'reason' | 'at'> & { explanation: string })[];
  /** `false`: there was no time to look through all ratings. */
  complete: boolean;
}

/** As many as a store keeps. */
const mostUncounted = 500;

/**
 * Looks for what is kept of a voter: what somebody may ask to see, and why a text was not counted. Reads the whole event.
 * @param isOver whether the time for reading is over
 */
export async function readKept(
  store: RatingStore,
  event: string,
  voter: string,
  isOver: () => boolean,
): Promise<Kept> {
  const uncounted = (await store.uncounted(event, mostUncounted))
    .filter((one) => one.voter === voter)
    .map(({ text, reason, at }) => ({ text, reason, explanation: explainUncounted(reason), at }));
  const ratings: Kept['ratings'] = [];
  for await (const { voter: rater, session, score, comment, commentState, at } of store.ratings(event)) {
    if (rater === voter) ratings.push({ session, score, comment, commentState, at });
    if (isOver()) return { ratings, uncounted, complete: false };
  }
  return { ratings, uncounted, complete: true };
}
