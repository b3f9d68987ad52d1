import { eventTexts } from './event-texts';
import { isOneSegment } from './one-segment';
import type { RatingEvent, ReplyName } from './rating-event';
import type { RefusalReason, SessionNow } from './read-text';
import { replyTexts } from './reply-texts';
import { replyToRating, replyToRefusal, replyToTryLater } from './write-reply';

/** A reply as an attendee of this event gets it. */
export interface SampleReply {
  reply: ReplyName;
  /** BCP 47. */
  locale: string;
  text: string;
}

const ofSessions: [ReplyName, RefusalReason][] = [
  ['howTo', 'score-missing'],
  ['outOfRange', 'score-out-of-range'],
  ['oneEach', 'several-ratings'],
  ['didYouMean', 'unknown-keyword'],
  ['closed', 'closed'],
  ['paused', 'paused'],
  ['notOpenYet', 'not-open-yet'],
];

/** Every reply of an event, once for each of its languages, about the session with which it is longest. */
export function everyReply(event: RatingEvent): SampleReply[] {
  const sessions = event.sessions.map(
    ({ keyword, title }): SessionNow => ({ keyword, title, state: 'open' }),
  );
  const longest = new Map<string, SampleReply>();
  const add = (reply: ReplyName, keyword: string | null, text: string | null) => {
    const { locale } = eventTexts(event, keyword, 'replies', replyTexts);
    const former = longest.get(`${reply} ${locale}`);
    if (text !== null && (!former || isLonger(text, former.text)))
      longest.set(`${reply} ${locale}`, { reply, locale, text });
  };
  const refusal = (reason: RefusalReason, session: SessionNow | null, all: SessionNow[]) =>
    replyToRefusal({ kind: 'refused', reason, session }, event, all);
  for (const session of sessions) {
    const { keyword } = session;
    add('recorded', keyword, replyToRating({ session, score: 5 }, { kind: 'recorded', former: null }, event));
    add('changed', keyword, replyToRating({ session, score: 5 }, { kind: 'changed', former: 3 }, event));
    for (const [reply, reason] of ofSessions) add(reply, keyword, refusal(reason, session, sessions));
  }
  add('whichSession', null, refusal('which-session', null, sessions));
  add('nothingOpen', null, refusal('nothing-open', null, []));
  add('tryLater', null, replyToTryLater(event));
  return [...longest.values()];
}

function isLonger(text: string, than: string): boolean {
  if (isOneSegment(text) !== isOneSegment(than)) return !isOneSegment(text);
  return text.length > than.length;
}
