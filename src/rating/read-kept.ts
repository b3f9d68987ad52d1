import type { RatingStore, StoredRating, UncountedText } from '../storage/rating-store';
import { explainUncounted } from './explain-refusal';

/** All that is kept of one voter, without the pseudonym. */
export interface Kept {
  ratings: Pick<StoredRating, 'session' | 'score' | 'comment' | 'commentState' | 'at'>[];
  uncounted: (Pick<UncountedText, 'text' | 'reason' | 'at'> & { explanation: string })[];
}

/** As many as a store keeps. */
const mostUncounted = 500;

/** Looks for what is kept of a voter: what somebody may ask to see, and why a text was not counted. */
export async function readKept(store: RatingStore, event: string, voter: string): Promise<Kept> {
  const [ratings, uncounted] = await Promise.all([
    store.ratingsOf(event, voter),
    store.uncounted(event, mostUncounted),
  ]);
  return {
    ratings: ratings.map(({ session, score, comment, commentState, at }) => ({
      session,
      score,
      comment,
      commentState,
      at,
    })),
    uncounted: uncounted
      .filter((one) => one.voter === voter)
      .map(({ text, reason, at }) => ({ text, reason, explanation: explainUncounted(reason), at })),
  };
}
