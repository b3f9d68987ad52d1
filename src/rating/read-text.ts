import { asksToStop, isCarrierWord } from './carrier-words';
import { findKeyword, mentionedKeywords, nearestKeyword } from './find-keyword';
import {
  skipAfterKeyword,
  skipBeforeComment,
  skipConnector,
  skipMarks,
  skipOpening,
  skipSentence,
} from './phrases';
import { readPlain } from './plain-text';
import type { Score, SessionState } from './rating-event';
import { isReaction } from './reaction';
import { readClosingScore } from './read-closing-score';
import { readCorrection } from './read-correction';
import { type Leading, ratedBesides, readLeadingScore } from './read-leading-score';
import { readScore, type ScoreFound } from './read-score';

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
  | 'several-ratings'
  | 'which-session'
  | 'unknown-keyword'
  | 'nothing-open'
  | 'not-open-yet'
  | 'paused'
  | 'closed';

export type Reading =
  | { kind: 'rating'; session: SessionNow; score: Score; comment: string | null }
  /** Twilio answers it, or the sender wants no answer. */
  | { kind: 'carrier-word' }
  | {
      kind: 'refused';
      reason: RefusalReason;
      /** The session that was meant, or for an unknown keyword the nearest one. */
      session: SessionNow | null;
    };

/** A score in a text, the keyword beside it, and where the comment stands in the plain text. */
interface Found {
  score: ScoreFound['score'];
  named: SessionNow | null;
  comment: { from: number; to: number };
}

/**
 * Reads what an attendee texted: `KEYNOTE 5 loved it`, `keynote5`, `5 keynote`, and with one session open `5`. Pure.
 * @param text as it arrived
 * @param sessions all sessions of the event, with their state now
 */
export function readText(text: string, sessions: readonly SessionNow[]): Reading {
  if (isCarrierWord(text) || asksToStop(text)) return { kind: 'carrier-word' };
  const typed = readPlain(text);
  const plain = typed.text.trimEnd();
  if (plain === '') return refuse('empty');
  if (isReaction(plain.trim())) return refuse('reaction');

  const start = skipOpening(plain);
  const found = findScore(plain, start, sessions);
  if (!found) {
    const named = findKeyword(start, sessions) ?? findKeyword(skipSentence(start), sessions);
    return named ? refuse('score-missing', named.session) : readUnknown(start, sessions);
  }
  const comment = cleanComment(typed.typed(found.comment.from, found.comment.to));
  const said = plain.slice(found.comment.from, found.comment.to);
  const besides = found.named && ratedBesides(said, found.named, sessions);
  if (found.named && besides) return refuseSeveral([found.named, besides]);
  const session = found.named ?? spokenOf(plain, sessions);
  if (found.score === 'out-of-range') return refuse('score-out-of-range', session);
  if (!found.named) {
    const meant = misspelt(comment, session, sessions);
    if (meant) return refuse('unknown-keyword', meant);
  }
  if (!session) return refuse(sessions.some(isOpen) ? 'which-session' : 'nothing-open');
  if (session.state !== 'open') return { kind: 'refused', reason: reasonOfState[session.state], session };
  return { kind: 'rating', session, score: found.score, comment: comment === '' ? null : comment };
}

const reasonOfState = { scheduled: 'not-open-yet', paused: 'paused', closed: 'closed' } as const;

function findScore(plain: string, start: string, sessions: readonly SessionNow[]): Found | null {
  const plainly = readLeadingScore(start, sessions, { inSentence: false });
  if (plainly) return place(plainly, plain);
  const sentence = readLeadingScore(skipSentence(start), sessions, { inSentence: true });
  if (sentence) return place(sentence, plain);
  return findClosing(plain, start, sessions);
}

function findClosing(plain: string, start: string, sessions: readonly SessionNow[]): Found | null {
  const told = skipSentence(start);
  const keyword = findKeyword(told, sessions);
  const said = keyword ? skipBeforeComment(told.slice(keyword.length)) : start;
  const closing = readClosingScore(plain, { led: keyword !== null });
  const from = plain.length - said.length;
  if (!closing || closing.from < from) return null;
  return { score: closing.score, named: keyword?.session ?? null, comment: { from, to: closing.from } };
}

function place({ score, named, rest }: Leading<SessionNow>, plain: string): Found {
  const corrected = readCorrection(rest);
  if (corrected !== null)
    return { score: corrected, named, comment: { from: plain.length, to: plain.length } };
  return { score, named, comment: { from: plain.length - skipBeforeComment(rest).length, to: plain.length } };
}

/** `Loved the workshop, 5 stars` is for WORKSHOP, even while another session is the only open one. */
function spokenOf(plain: string, sessions: readonly SessionNow[]): SessionNow | null {
  const only = onlyOpen(sessions);
  const mentioned = mentionedKeywords(plain, sessions);
  const [first] = mentioned;
  if (!first || mentioned.some(({ session }) => session === only)) return only;
  if (mentioned.length > 1) return null;
  // Amid a comment a keyword may be just a word: where there is a choice, that is asked.
  return isOpen(first.session) && !first.isLast ? null : first.session;
}

/** `5 WRKSHOP` is meant for WORKSHOP, even while another session is the only open one. */
function misspelt(
  comment: string,
  session: SessionNow | null,
  sessions: readonly SessionNow[],
): SessionNow | null {
  const [, word = '', more = ''] = /^(\p{L}[\p{L}\p{N}]+)(.*)$/su.exec(skipConnector(comment)) ?? [];
  const near = nearestKeyword(word, sessions, { surely: /[\p{L}\p{N}]/u.test(more) });
  return near === session ? null : near;
}

function readUnknown(text: string, sessions: readonly SessionNow[]): Reading {
  const [whole = '', word = '', next = ''] =
    /^(\p{L}[\p{L}\p{N}]*\p{L})(?:[\s-]+(\p{L}+))?/u.exec(text) ?? [];
  if (word === '') return refuse('not-a-rating');
  const hasScore = (length: number) => readScore(skipAfterKeyword(text.slice(length))) !== null;
  const isAlone = skipMarks(text.slice(word.length).trim()) === '';
  const near = nearestKeyword(word, sessions);
  if (near && (isAlone || hasScore(word.length))) return refuse('unknown-keyword', near);
  // `KEY NOTE 5`
  const joined = next === '' ? null : nearestKeyword(word + next, sessions);
  if (joined && hasScore(whole.length)) return refuse('unknown-keyword', joined);
  return refuse(hasScore(word.length) ? 'unknown-keyword' : 'not-a-rating');
}

// Not every store can hold a NUL or half a character, and no reader wants other control characters.
function cleanComment(text: string): string {
  return text
    .replace(/[^\P{Cc}\n\t]|\p{Cs}/gu, '')
    .replace(/[\s,;:(–—-]+$/u, '')
    .trim();
}

function onlyOpen(sessions: readonly SessionNow[]): SessionNow | null {
  const open = sessions.filter(isOpen);
  return open.length === 1 ? (open[0] ?? null) : null;
}

function isOpen({ state }: SessionNow): boolean {
  return state === 'open';
}

// Whoever means a session that is not open is told that first: a score would not help.
function refuse(reason: RefusalReason, session: SessionNow | null = null): Reading {
  const state = session?.state ?? 'open';
  return { kind: 'refused', reason: state === 'open' ? reason : reasonOfState[state], session };
}

// The example in the answer is one that would count.
function refuseSeveral(rated: [SessionNow, SessionNow]): Reading {
  return refuse('several-ratings', rated.find(isOpen) ?? rated[0]);
}
