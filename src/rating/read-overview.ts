import type { CommentState, RatingStore, StoredComment } from '../storage/rating-store';
import { explainUncounted } from './explain-refusal';
import type { RatingEvent, SessionState } from './rating-event';
import { readPublicComments, readResults, type SessionResult } from './read-results';

/** What the organiser's page shows. Holds no pseudonym of a voter. */
export interface Overview {
  event: Pick<RatingEvent, 'title' | 'moderation' | 'results' | 'keepDays'>;
  sessions: (Omit<SessionResult, 'comments' | 'hidden' | 'waitsFor'> & {
    /** What an organiser set it to; `null`: the times decide. */
    held: Exclude<SessionState, 'scheduled'> | null;
    opensAt: number | null;
    closesAt: number | null;
    /** What an organiser decided about its results; `null`: as the event says. */
    results: 'shown' | 'hidden' | null;
  })[];
  /** Newest first, those that wait for a decision before all others. */
  comments: StoredComment[];
  /** States of which there are more comments than stand here. What everybody can read stands here in any case. */
  cut: CommentState[];
  uncounted: { text: string; reason: string; explanation: string; at: number }[];
}

const shownComments = 200;
const shownUncounted = 100;

export async function readOverview(input: {
  event: RatingEvent;
  store: RatingStore;
  now: number;
}): Promise<Overview> {
  const { event, store } = input;
  const read = (state: CommentState) =>
    store.comments(event.id, { states: [state], limit: shownComments + 1 });
  const [{ sessions }, settings, held, approved, hidden, uncounted] = await Promise.all([
    readResults({ ...input, all: true }),
    store.settings(event.id),
    read('held'),
    readPublicComments(event, store),
    read('hidden'),
    store.uncounted(event.id, shownUncounted),
  ]);
  const { title, moderation, results, keepDays } = event;
  const decided = [...approved.comments, ...hidden.slice(0, shownComments)].sort(
    (one, other) => other.at - one.at,
  );
  return {
    event: { title, moderation, results, keepDays },
    sessions: sessions.map(({ comments: _, hidden: _hidden, waitsFor: _waitsFor, ...result }) => {
      const session = event.sessions.find(({ keyword }) => keyword === result.keyword);
      const setting = settings.find(({ keyword }) => keyword === result.keyword);
      return {
        ...result,
        held: setting?.state ?? null,
        opensAt: setting?.opensAt === undefined ? (session?.opensAt ?? null) : setting.opensAt,
        closesAt: setting?.closesAt === undefined ? (session?.closesAt ?? null) : setting.closesAt,
        results: setting?.results ?? null,
      };
    }),
    comments: [...held.slice(0, shownComments), ...decided],
    cut: [
      ...(held.length > shownComments ? (['held'] as const) : []),
      ...(approved.complete ? [] : (['approved'] as const)),
      ...(hidden.length > shownComments ? (['hidden'] as const) : []),
    ],
    uncounted: uncounted.map(({ text, reason, at }) => ({
      text,
      reason,
      explanation: explainUncounted(reason),
      at,
    })),
  };
}
