import type { NewRating, RatingStore } from '../../src/storage/rating-store';

/** A store that is measured, beside the least that its place could take for a rating. */
export interface BenchEngine {
  name: string;
  store: RatingStore;
  /** Does for an event what is done before it begins. */
  prepare: (event: string) => Promise<void>;
  /** Stores one row and makes it durable, in the quickest way that the place has; `null` where there is none beside the store. */
  raw: { name: string; insert: (index: number) => Promise<unknown> } | null;
  /** Round trips or calls that one rating takes on average, and how many are promised; `null`: there is no line. */
  trips: { most: number; perRating: () => Promise<number> } | null;
  /** How many calls went to a stand-in, whose time says nothing; `null`: the place is a real one. */
  callsToStandIn: (() => number) | null;
  /** Numbers of ratings over which results are read. */
  sizes: number[];
  /** Makes an event with so many ratings, a third of them with a comment. */
  fill: (event: string, count: number) => Promise<void>;
  close: () => Promise<void>;
}

/** A voter of its own for each index: the usual case, and the most work. */
export function benchRating(event: string, index: number): NewRating {
  return {
    event,
    session: index % 2 ? 'KEYNOTE' : 'WORKSHOP',
    voter: `voter-${index}`,
    messageSid: `SM${index}`,
    score: 4,
    comment: index % 3 ? null : { text: `comment ${index}`, state: 'approved' },
    at: Date.now(),
  };
}
