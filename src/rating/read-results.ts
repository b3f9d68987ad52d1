import type { RatingStore, SessionTally, StoredComment } from '../storage/rating-store';
import { type RatingEvent, type SessionSetting, type SessionState, sessionsNow } from './rating-event';

/** What the results page shows, and anybody may know. */
export interface Results {
  event: Pick<RatingEvent, 'title' | 'language' | 'minimumAnswers'>;
  sessions: SessionResult[];
}

export interface SessionResult {
  keyword: string;
  title: string;
  state: SessionState;
  count: number;
  /** The event shows no figures of this session (yet): there are none in here either. */
  hidden: boolean;
  /** What hidden results wait for: the end of the session, or an organiser; `null` for those that are shown. */
  waitsFor: 'close' | 'organiser' | null;
  /** `null` without ratings. */
  average: number | null;
  median: number | null;
  /** Where the average of all attendees lies in 19 of 20 cases; `null` below the event's minimum of answers. */
  interval: { low: number; high: number } | null;
  histogram: Record<'1' | '2' | '3' | '4' | '5', number>;
  /** Approved ones, newest first. */
  comments: { text: string /** Milliseconds since 1970. */; at: number }[];
}

const shownComments = 20;
/** Read at once for all sessions. */
const readComments = 200;

/**
 * Reads the results of an event: every session of its file, in the file's order, rated or not.
 * @param all with those that the event does not show to everybody
 */
export async function readResults({
  event,
  store,
  now,
  all = false,
}: {
  event: RatingEvent;
  store: RatingStore;
  now: number;
  all?: boolean;
}): Promise<Results> {
  const { title, language, minimumAnswers } = event;
  const [tallies, settings, { comments }] = await Promise.all([
    store.tally(event.id),
    store.settings(event.id),
    readPublicComments(event, store),
  ]);
  return {
    event: { title, language, minimumAnswers },
    sessions: sessionsNow(event, settings, now).map((session) => {
      const setting = settings.find(({ keyword }) => keyword === session.keyword);
      const waitsFor = all ? null : findObstacle(event, setting, session.state);
      const hidden = waitsFor !== null;
      const tally = hidden ? undefined : tallies.find((one) => one.session === session.keyword);
      const shown = hidden ? [] : comments.filter((comment) => comment.session === session.keyword);
      return {
        ...session,
        hidden,
        waitsFor,
        ...summarise(tally, minimumAnswers),
        comments: shown.slice(0, shownComments).map(({ text, at }) => ({ text, at })),
      };
    }),
  };
}

/**
 * The newest approved comments, newest first: all that the results page shows of any session, and some more.
 * @returns `complete`: there are no others
 */
export async function readPublicComments(
  event: RatingEvent,
  store: RatingStore,
): Promise<{ comments: StoredComment[]; complete: boolean }> {
  const comments = await store.comments(event.id, {
    states: ['approved'],
    limit: readComments + 1,
    ofEach: { sessions: event.sessions.map(({ keyword }) => keyword), limit: shownComments },
  });
  return { comments, complete: comments.length <= readComments };
}

function findObstacle(
  { results }: RatingEvent,
  setting: SessionSetting | undefined,
  state: SessionState,
): SessionResult['waitsFor'] {
  if (setting?.results === 'shown' || (results === 'always' && !setting?.results)) return null;
  if (setting?.results === 'hidden' || results === 'organiser') return 'organiser';
  return state === 'closed' ? null : 'close';
}

function summarise(
  tally: SessionTally | undefined,
  minimumAnswers: number,
): Pick<SessionResult, 'count' | 'average' | 'median' | 'interval' | 'histogram'> {
  const [n1, n2, n3, n4, n5] = tally?.histogram ?? [0, 0, 0, 0, 0];
  const histogram = { '1': n1, '2': n2, '3': n3, '4': n4, '5': n5 };
  if (!tally || tally.count === 0)
    return { count: 0, average: null, median: null, interval: null, histogram };
  const { count } = tally;
  const average = tally.sum / count;
  const interval = count < minimumAnswers ? null : averageInterval(average, count);
  return { count, average, median: median(tally), interval, histogram };
}

/**
 * Wilson's interval at 95 %, of the average brought to 0..1. Scores between two bounds vary at most as much as a yes or
 * no, so it is rather too wide than too narrow, and it stays sound when everybody gave the same score.
 * Source: https://en.wikipedia.org/wiki/Binomial_proportion_confidence_interval#Wilson_score_interval
 */
export function averageInterval(average: number, count: number): { low: number; high: number } {
  const z = 1.96;
  const share = (average - 1) / 4;
  const shrink = 1 + z ** 2 / count;
  const centre = (share + z ** 2 / (2 * count)) / shrink;
  const reach = (z / shrink) * Math.sqrt((share * (1 - share)) / count + (z / (2 * count)) ** 2);
  return { low: 1 + 4 * Math.max(0, centre - reach), high: 1 + 4 * Math.min(1, centre + reach) };
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
