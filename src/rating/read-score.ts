import type { Score } from './rating-event';

/** A score at the beginning of a text: its value, or that it is out of range, and how much of the text it takes. */
export interface ScoreFound {
  score: Score | 'out-of-range';
  length: number;
}

const number = /^([-+−]?\d+(?:[.,]\d+)?)(?:\s*(?:\/|out of)\s*(\d+))?(?![\d.,]*\d)/i;
const stars = /^(?:[★⭐🌟✪]\ufe0f?)+/u;
const emptyStars = /^(?:☆\ufe0f?)*/u;
const words: [RegExp, Score][] = [
  [/^one(?!\p{L})/iu, 1],
  [/^two(?!\p{L})/iu, 2],
  [/^three(?!\p{L})/iu, 3],
  [/^four(?!\p{L})/iu, 4],
  [/^five(?!\p{L})/iu, 5],
];

/**
 * Reads the score that a text begins with: digits, `4/5`, `4 out of 5`, a word, stars. `10`, `0`, `-3`, `4.5` and `4/10` are
 * numbers that are no score. `null`: the text begins with none.
 */
export function readScore(text: string): ScoreFound | null {
  const digits = number.exec(text);
  if (digits) {
    const [whole, value = '', of] = digits;
    const fits = /^[1-5]$/.test(value) && (of === undefined || of === '5');
    return { score: fits ? (Number(value) as Score) : 'out-of-range', length: whole.length };
  }
  const row = stars.exec(text)?.[0];
  if (row) {
    const count = [...row.replaceAll('\ufe0f', '')].length;
    const rest = emptyStars.exec(text.slice(row.length))?.[0] ?? '';
    return { score: count <= 5 ? (count as Score) : 'out-of-range', length: row.length + rest.length };
  }
  for (const [word, score] of words) {
    const found = word.exec(text)?.[0];
    if (found) return { score, length: found.length };
  }
  return null;
}
