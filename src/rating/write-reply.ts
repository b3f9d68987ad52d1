import type { Recorded } from '../storage/rating-store';
import type { Language, RatingEvent, Score } from './rating-event';
import type { Reading } from './read-text';
import { type ReplyTexts, replyTexts } from './reply-texts';

/** The reply to a rating that was written down. A redelivered message gets the same one again. */
export function replyToRating(
  { title, score }: { title: string; score: Score },
  { kind, former }: Pick<Recorded, 'kind' | 'former'>,
  language: Language,
): string {
  const texts = replyTexts[language];
  const session = shorten(title);
  if (kind === 'changed' && former !== null) return texts.changed(session, score, former);
  return texts.recorded(session, score);
}

/** The reply to a text that is not counted: one that helps. */
export function replyToRefusal(
  reading: Extract<Reading, { kind: 'refused' }>,
  event: RatingEvent,
): string | null {
  const texts: ReplyTexts = replyTexts[event.language];
  const keyword = reading.session?.keyword ?? event.sessions[0]?.keyword ?? '';
  const title = shorten(reading.session?.title ?? '');
  switch (reading.reason) {
    // An answer to a reaction would be reacted to again.
    case 'reaction':
      return null;
    case 'closed':
      return texts.closed(title);
    case 'paused':
      return texts.paused(title);
    case 'not-open-yet':
      return texts.notOpenYet(title);
    case 'nothing-open':
      return texts.nothingOpen;
    case 'score-out-of-range':
      return texts.outOfRange(keyword);
    case 'unknown-keyword':
      return reading.session ? texts.didYouMean(keyword) : texts.whichSession(keywords(event));
    case 'which-session':
      return texts.whichSession(keywords(event));
    case 'empty':
    case 'not-a-rating':
    case 'score-missing':
      return texts.howTo(keyword);
  }
}

/** The reply when a rating could not be written down. */
export function replyToTryLater(language: Language): string {
  return replyTexts[language].tryLater;
}

// A reply is one segment where it can be: a long title is cut rather than sent in two parts to everybody.
function shorten(title: string): string {
  return title.length <= 40 ? title : `${title.slice(0, 37).trimEnd()}...`;
}

function keywords({ sessions }: RatingEvent): string {
  const listed = sessions.slice(0, 6).map(({ keyword }) => keyword);
  return listed.join(', ') + (sessions.length > listed.length ? ', ...' : '');
}
