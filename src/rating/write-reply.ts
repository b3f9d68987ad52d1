import type { Recorded } from '../storage/rating-store';
import { eventTexts } from './event-texts';
import { fillIn } from './fill-in';
import { fitTitle, isOneSegment } from './one-segment';
import type { RatingEvent, ReplyName, replyNames, Score } from './rating-event';
import type { Reading, SessionNow } from './read-text';
import { replyTexts } from './reply-texts';

/** The reply to a rating that was written down, when it was and when its message is delivered again. */
export function replyToRating(
  { session, score }: { session: Pick<SessionNow, 'keyword' | 'title'>; score: Score },
  { kind, former }: Pick<Recorded, 'kind' | 'former'>,
  event: RatingEvent,
): string {
  const about = { event, session };
  if (kind === 'changed' && former !== null && former !== score)
    return write('changed', about, { score, former });
  return write('recorded', about, { score });
}

/**
 * The reply to a text that is not counted: one that helps. `null` where nobody wants one.
 * @param sessions all of the event, with their state now
 */
export function replyToRefusal(
  { reason, session }: Extract<Reading, { kind: 'refused' }>,
  event: RatingEvent,
  sessions: readonly SessionNow[],
): string | null {
  const open = sessions.filter(({ state }) => state === 'open');
  const about = { event, session };
  const keyword = session?.keyword ?? open[0]?.keyword ?? '';
  switch (reason) {
    // An answer to a reaction would be reacted to again.
    case 'reaction':
      return null;
    case 'closed':
      return write('closed', about, {});
    case 'paused':
      return write('paused', about, {});
    case 'not-open-yet':
      return write('notOpenYet', about, {});
    case 'nothing-open':
      return write('nothingOpen', about, {});
    case 'unknown-keyword':
      if (session) return write('didYouMean', about, { keyword });
      // Where there is no choice, the keyword was not what was missing.
      return open.length === 1 ? write('howTo', about, { keyword }) : whichSession(event, open);
    case 'which-session':
      return whichSession(event, open);
    case 'score-out-of-range':
      return keyword === '' ? write('nothingOpen', about, {}) : write('outOfRange', about, { keyword });
    case 'several-ratings':
      return write('oneEach', about, { keyword });
    case 'empty':
    case 'not-a-rating':
    case 'score-missing':
      return keyword === '' ? write('nothingOpen', about, {}) : write('howTo', about, { keyword });
  }
}

/** The reply when a rating could not be written down, be it because the event's file cannot be read (`null`). */
export function replyToTryLater(event: RatingEvent | null): string {
  return write('tryLater', { event, session: null }, {});
}

type Values<Name extends ReplyName> = Record<
  Exclude<(typeof replyNames)[Name][number], 'title'>,
  string | number
>;

// A reply is one segment where it can be: a long title is cut rather than sent in two parts to everybody.
function write<Name extends ReplyName>(
  name: Name,
  { event, session }: { event: RatingEvent | null; session: Pick<SessionNow, 'keyword' | 'title'> | null },
  values: Values<Name>,
): string {
  const template = eventTexts(event, session?.keyword ?? null, 'replies', replyTexts).texts[name];
  return fitTitle((title) => fillIn(template, { ...values, title }), session?.title ?? '');
}

/** Lists the sessions that are open, as many as one segment has room for. */
function whichSession(event: RatingEvent, open: readonly SessionNow[]): string {
  if (open.length === 0) return write('nothingOpen', { event, session: null }, {});
  const list = (length: number) => {
    const keywords = open.slice(0, length).map(({ keyword }) => keyword);
    return write(
      'whichSession',
      { event, session: null },
      { keywords: keywords.join(', ') + (length < open.length ? ', ...' : '') },
    );
  };
  for (let length = open.length; length > 1; length -= 1) {
    const text = list(length);
    if (isOneSegment(text)) return text;
  }
  return list(1);
}
