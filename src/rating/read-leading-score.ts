import { isCount } from './count-words';
import { findKeyword } from './find-keyword';
import {
  endsSentence,
  skipAfterKeyword,
  skipBeforeComment,
  skipConnector,
  skipMarks,
  skipVerb,
} from './phrases';
import { readCorrection } from './read-correction';
import { readScore, type ScoreFound } from './read-score';

/** A score at the beginning of a text, with the session whose keyword stands beside it. */
export interface Leading<T> {
  score: ScoreFound['score'];
  named: T | null;
  /** What stands behind score and keyword. */
  rest: string;
}

/**
 * Reads the score that a text begins with, its keyword before or after it. `null`: it begins with none, or with a count.
 * @param inSentence whether what a sentence begins with was dropped before it
 */
export function readLeadingScore<T extends { keyword: string }>(
  text: string,
  sessions: readonly T[],
  { inSentence }: { inSentence: boolean },
): Leading<T> | null {
  const keyword = findKeyword(text, sessions);
  if (keyword) return scoreBehind(text.slice(keyword.length), keyword.session);
  const score = readScore(text, (rest) => findKeyword(rest, sessions) !== null);
  if (!score) return null;
  const rest = text.slice(score.length);
  const trailing = trailingKeyword(rest, sessions);
  if (trailing) {
    const isTwo = isOtherScore(trailing.rest, score.score);
    return { score: isTwo ? 'out-of-range' : score.score, ...trailing };
  }
  if (isCount(text, score, { led: false }) || isGlued(rest)) return null;
  return inSentence && !endsSentence(rest) ? null : { score: score.score, named: null, rest };
}

function scoreBehind<T>(text: string, named: T): Leading<T> | null {
  const direct = skipAfterKeyword(text);
  const score = readScore(direct);
  if (score) {
    const rest = direct.slice(score.length);
    return isCount(direct, score, { led: true }) ? null : { score: score.score, named, rest };
  }
  const told = skipVerb(direct);
  const inSentence = readScore(told);
  const rest = told.slice(inSentence?.length ?? 0);
  if (!inSentence || isCount(told, inSentence, { led: true })) return null;
  if (!endsSentence(rest)) return null;
  return { score: inSentence.score, named, rest };
}

function trailingKeyword<T extends { keyword: string }>(
  text: string,
  sessions: readonly T[],
): { named: T; rest: string } | null {
  for (const rest of [skipMarks(text), skipConnector(skipMarks(text))]) {
    const found = findKeyword(rest, sessions);
    if (found) return { named: found.session, rest: rest.slice(found.length) };
  }
  return null;
}

/** `5, workshop 4`: the scores of two sessions, or one session's twice. */
function isOtherScore(rest: string, score: ScoreFound['score']): boolean {
  const text = skipAfterKeyword(rest);
  const other = readCorrection(rest) === null ? readScore(text) : null;
  return other !== null && other.score !== score && skipBeforeComment(text.slice(other.length)) === '';
}

// A number that runs into a word is no score: `5pm`, `5th`. Japanese is written without blanks.
function isGlued(rest: string): boolean {
  return /^\p{L}/u.test(rest) && !/^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(rest);
}

const between = /[\n,;.&+/|][\s,;.&+/|]*|(?<!\p{L})(?:and|und|et|y)(?!\p{L})/giu;

/**
 * The session that a comment rates besides: `Workshop 5` behind `Keynote 4`, also after other words and a mark. `null`: none.
 * @param named the session that the text rates first
 */
export function ratedBesides<T extends { keyword: string }>(
  comment: string,
  named: T,
  sessions: readonly T[],
): T | null {
  const others = sessions.filter((session) => session !== named);
  const begins = [0, ...[...comment.matchAll(between)].map(({ index, 0: mark }) => index + mark.length)];
  for (const begin of begins) {
    const also = readLeadingScore(skipConnector(skipMarks(comment.slice(begin))), others, {
      inSentence: false,
    });
    if (also?.named) return also.named;
  }
  return null;
}
