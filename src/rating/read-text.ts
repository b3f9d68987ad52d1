import { isCarrierWord } from './carrier-words';
import { readPlain } from './plain-text';
import type { Score, SessionState } from './rating-event';
import { readScore } from './read-score';

/** What a session's state is now, for reading a text. */
export interface SessionNow {
  keyword: string;
  title: string;
  state: SessionState;
}

/** Why a text is not counted. */
export type RefusalReason =
  | 'empty'
  | 'reaction'
  | 'not-a-rating'
  | 'score-missing'
  | 'score-out-of-range'
  | 'which-session'
  | 'unknown-keyword'
  | 'nothing-open'
  | 'not-open-yet'
  | 'paused'
  | 'closed';

export type Reading =
  | { kind: 'rating'; session: SessionNow; score: Score; comment: string | null }
  /** Twilio answers it. */
  | { kind: 'carrier-word' }
  | {
      kind: 'refused';
      reason: RefusalReason;
      /** The session that was meant, or for an unknown keyword the nearest one. */
      session: SessionNow | null;
    };

/**
 * Reads what an attendee texted: `KEYNOTE 5 loved it`, `keynote5`, `5 keynote`, and with one session open `5`. Pure.
 * @param text as it arrived
 * @param sessions all sessions of the event, with their state now
 */
export function readText(text: string, sessions: readonly SessionNow[]): Reading {
  if (isCarrierWord(text)) return { kind: 'carrier-word' };
  const typed = readPlain(text.trim());
  const plain = typed.text;
  if (plain === '') return refuse('empty');
  if (reaction.test(plain)) return refuse('reaction');

  const start = trimOpening(plain);
  const leading = takeKeyword(start, sessions);
  const found = readScore(leading.rest);
  if (!found) {
    if (leading.session) return refuse('score-missing', leading.session);
    return readUnknown(start, sessions);
  }
  const behind = leading.rest.slice(found.length);
  const trailing = leading.session ? leading : takeKeyword(trimStart(behind), sessions);
  // A number that runs into a word is no score: `5pm`, `5th`; with a keyword it is: `5keynote`.
  if (!trailing.session && /^\p{L}/u.test(behind)) return refuse('not-a-rating');
  const session = trailing.session ?? onlyOpen(sessions);
  if (found.score === 'out-of-range') return refuse('score-out-of-range', session);
  if (!session) return refuse(sessions.some(isOpen) ? 'which-session' : 'nothing-open');
  if (session.state !== 'open') return refuse(reasonOfState[session.state], session);
  const comment = trimStart(leading.session ? behind : trailing.rest);
  return {
    kind: 'rating',
    session,
    score: found.score,
    comment: comment === '' ? null : cleanComment(typed.typedFrom(plain.length - comment.length)),
  };
}

const reasonOfState = { scheduled: 'not-open-yet', paused: 'paused', closed: 'closed' } as const;

// What phones send as a text when somebody reacts to a message, in the languages replies are written in.
const reaction =
  /^(?:(?:liked|loved|disliked|laughed at|emphasi[sz]ed|questioned|removed an? .{1,40} from|reacted .{1,20} to|\p{Extended_Pictographic}+\s*to|gefällt|hat|mit .{1,20} reagiert auf|a (?:aimé|adoré|ri à|réagi .{1,20} à)|n.a pas aimé|(?:no )?le (?:gust[óo]|encant[óo])|reaccionó .{1,20} a)\s+["“”«„]|["“”「].*["“”」]に.{1,20}しました$)/isu;

function takeKeyword(
  text: string,
  sessions: readonly SessionNow[],
): { session: SessionNow | null; rest: string } {
  const upper = text.toUpperCase();
  const session = [...sessions]
    .sort((a, b) => b.keyword.length - a.keyword.length)
    .find(({ keyword }) => upper.startsWith(keyword) && !/^\p{L}/u.test(text.slice(keyword.length)));
  return session
    ? { session, rest: trimStart(text.slice(session.keyword.length).replace(/^-(?=\d)/, '')) }
    : { session: null, rest: text };
}

// People put anything between keyword, score and comment. A minus belongs to its number.
function trimStart(text: string): string {
  return text.replace(/^(?:[\s,;:.!?)(="”“»*]|-(?!\d))+/u, '');
}

// `(5)`, `"keynote 5"`, `#keynote 5`, `Score: 5`. An equals sign stays: a formula is no rating.
function trimOpening(text: string): string {
  return text
    .replace(/^[\s,;:.!?)("'“”„«#*]+/u, '')
    .replace(
      /^(?:my\s+)?(?:score|rating|vote|note|nota|bewertung|評価|点数)\s*(?:is|ist|[:=])?\s*(?=[\d★⭐])/iu,
      '',
    );
}

function readUnknown(text: string, sessions: readonly SessionNow[]): Reading {
  const word = /^\p{L}(?:[\p{L}\p{N}]*\p{L})?/u.exec(text)?.[0] ?? '';
  const rest = trimStart(text.slice(word.length));
  if (word === '' || (rest !== '' && !readScore(rest))) return refuse('not-a-rating');
  const distances = sessions.map((session) => ({
    session,
    distance: editDistance(word.toUpperCase(), session.keyword),
  }));
  const [nearest] = distances.sort((a, b) => a.distance - b.distance);
  const close = nearest && nearest.distance <= Math.max(1, Math.floor(nearest.session.keyword.length / 3));
  return refuse('unknown-keyword', close ? nearest.session : null);
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, charA] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, charB] of [...b].entries()) {
      next.push(
        Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, (row[j] ?? 0) + (charA === charB ? 0 : 1)),
      );
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

// Not every store can hold a NUL or half a character, and no reader wants other control characters.
function cleanComment(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]|\p{Cs}/gu, '');
}

function onlyOpen(sessions: readonly SessionNow[]): SessionNow | null {
  const open = sessions.filter(isOpen);
  return open.length === 1 ? (open[0] ?? null) : null;
}

function isOpen({ state }: SessionNow): boolean {
  return state === 'open';
}

function refuse(reason: RefusalReason, session: SessionNow | null = null): Reading {
  return { kind: 'refused', reason, session };
}
