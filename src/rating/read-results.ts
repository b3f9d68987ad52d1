import type { RatingStore, SessionTally } from '../storage/rating-store';
import { type RatingEvent, type SessionState, sessionState } from './rating-event';

/** What the results page shows, and anybody may know. */
export interface Results {
  event: { title: string };
  sessions: SessionResult[];
}

export interface SessionResult {
  keyword: string;
  title: string;
  state: SessionState;
  count: number;
  /** `null` without ratings. */
  average: number | null;
  median: number | null;
  histogram: Record<'1' | '2' | '3' | '4' | '5', number>;
  /** Approved ones, newest first. */
  comments: { text: string /** Milliseconds since 1970. */; at: number }[];
}

const shownComments = 20;

/** Reads the public results of an event: every session of its file, in the file's order, rated or not. */
export async function readResults({
  event,
  store,
  now,
}: {
  event: RatingEvent;
  store: RatingStore;
  now: number;
}): Promise<Results> {
  const [tallies, settings, comments] = await Promise.all([
    store.tally(event.id),
    store.settings(event.id),
    store.comments(event.id, { states: ['approved'], limit: 200 }),
  ]);
  return {
    event: { title: event.title },
    sessions: event.sessions.map((session) => {
      const { keyword, title } = session;
      const setting = settings.find((one) => one.keyword === keyword);
      return {
        keyword,
        title,
        state: sessionState(session, setting, now),
        ...summarise(tallies.find((tally) => tally.session === keyword)),
        comments: comments
          .filter((comment) => comment.session === keyword)
          .slice(0, shownComments)
          .map(({ text, at }) => ({ text, at })),
      };
    }),
  };
}

function summarise(
  tally: SessionTally | undefined,
): Pick<SessionResult, 'count' | 'average' | 'median' | 'histogram'> {
  const [n1, n2, n3, n4, n5] = tally?.histogram ?? [0, 0, 0, 0, 0];
  const histogram = { '1': n1, '2': n2, '3': n3, '4': n4, '5': n5 };
  if (!tally || tally.count === 0) return { count: 0, average: null, median: null, histogram };
  return { count: tally.count, average: tally.sum / tally.count, median: median(tally), histogram };
}

function median({ histogram, count }: SessionTally): number {
  const scoreAt = (place: number) => {
    let passed = 0;
    return (
      histogram.findIndex((n) => {
        passed += n;
        return passed > place;
      }) + 1
    );
  };
  return (scoreAt(Math.floor((count - 1) / 2)) + scoreAt(Math.floor(count / 2))) / 2;
}
