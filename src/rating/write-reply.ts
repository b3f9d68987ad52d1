import type { Recorded } from '../storage/rating-store';
import type { RatingEvent, ReplyName, replyNames, Score } from './rating-event';
import type { Reading } from './read-text';
import { replyTexts } from './reply-texts';

/** The reply to a rating that was written down. A redelivered message gets the same one again. */
export function replyToRating(
  { title, score }: { title: string; score: Score },
  { kind, former }: Pick<Recorded, 'kind' | 'former'>,
  event: RatingEvent,
): string {
  if (kind === 'changed' && former !== null && former !== score)
    return write('changed', event, { title, score, former });
  return write('recorded', event, { title, score });
}

/** The reply to a text that is not counted: one that helps. */
export function replyToRefusal(
  reading: Extract<Reading, { kind: 'refused' }>,
  event: RatingEvent,
): string | null {
  const title = reading.session?.title ?? '';
  const keyword = reading.session?.keyword ?? event.sessions[0]?.keyword ?? '';
  switch (reading.reason) {
    // An answer to a reaction would be reacted to again.
    case 'reaction':
      return null;
    case 'closed':
      return write('closed', event, { title });
    case 'paused':
      return write('paused', event, { title });
    case 'not-open-yet':
      return write('notOpenYet', event, { title });
    case 'nothing-open':
      return write('nothingOpen', event, {});
    case 'score-out-of-range':
      return write('outOfRange', event, { keyword });
    case 'unknown-keyword':
      if (reading.session) return write('didYouMean', event, { keyword });
      return write('whichSession', event, { keywords: keywords(event) });
    case 'which-session':
      return write('whichSession', event, { keywords: keywords(event) });
    case 'empty':
    case 'not-a-rating':
    case 'score-missing':
      return write('howTo', event, { keyword });
  }
}

/** The reply when a rating could not be written down. */
export function replyToTryLater(event: RatingEvent): string {
  return write('tryLater', event, {});
}

type Values<Name extends ReplyName> = Record<(typeof replyNames)[Name][number], string | number>;

function write<Name extends ReplyName>(name: Name, event: RatingEvent, values: Values<Name>): string {
  const template = event.replies[name] ?? replyTexts[event.language][name];
  const filled = new Map(Object.entries<string | number>(values));
  return template.replace(/\{(\w+)\}/g, (_, key: string) => {
    const value = filled.get(key) ?? '';
    return key === 'title' ? shorten(String(value)) : String(value);
  });
}

// A reply is one segment where it can be: a long title is cut rather than sent in two parts to everybody.
function shorten(title: string): string {
  return title.length <= 40 ? title : `${title.slice(0, 37).trimEnd()}...`;
}

function keywords({ sessions }: RatingEvent): string {
  const listed = sessions.slice(0, 6).map(({ keyword }) => keyword);
  return listed.join(', ') + (sessions.length > listed.length ? ', ...' : '');
}
