import type { Score } from './rating-event';

/** A score at the beginning of a text: its value, or that it is out of range, and how much of the text it takes. */
export interface ScoreFound {
  score: Score | 'out-of-range';
  length: number;
}

// A date, a time, a range or a sum is no score: `5:30`, `5/5/2026`, `1-5`, `1+1`.
const number = /^([-+−]?\d+(?:[.,]\d+)?)(?:\s*(?:\/|out of|of|von|sur|de|su)\s*(\d+))?(?![\d.,:/+-]*\d)/i;
const stars = /^[★⭐🌟✪]+/u;
const emptyStars = /^☆*/u;
const words: [RegExp, Score][] = [
  [/^(?:one|eins|une?(?=\s*(?:[.!,;]|$))|uno|一)(?![^\P{L}点つ])/iu, 1],
  [/^(?:two|zwei|zwo|deux|dos|二)(?![^\P{L}点つ])/iu, 2],
  [/^(?:three|drei|trois|tres(?!\s+(?:bien|bon|bonne|mauvais))|三)(?![^\P{L}点つ])/iu, 3],
  [/^(?:four|vier|quatre|cuatro|四)(?![^\P{L}点つ])/iu, 4],
  [/^(?:five|fünf|fuenf|cinq|cinco|五)(?![^\P{L}点つ])/iu, 5],
];
const outOf = /^\s*(?:\/|out of|of|von|sur|de)\s*(?:5|five|fünf|cinq|cinco)(?![\p{L}\d])/iu;
const unit =
  /^[\s-]*(?:stars?|sterne?n?|étoiles?|estrellas?|points?|punkte?|puntos?|pts?|点|つ星|つ|星|[★⭐🌟*])(?!\p{L})/iu;
// Something is counted or begins with a number, but nothing rated: `5 minutes late`, `one of the best`, `5%`.
const counted =
  /^\s*(?:minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?|times|people|persons?|speakers?|talks?|slides?|questions?|things?|more|other|of the|of my|of|minuten?|stunden?|tage?n?|jahre?|leute|personen|heures?|jours?|personnes|de (?:les|las|los|mis|mes)|des|minutos?|horas?|d[ií]as?|veces|personas|a\.?m\.?|p\.?m\.?|o'?clock|uhr|°|[%€$£])(?!\p{L})/iu;

/**
 * Reads the score that a text begins with: digits, `4/5`, `4 out of 5`, a word of the languages replies are written in,
 * stars. `10`, `0`, `-3`, `4.5` and `4/10` are numbers that are no score. `null`: the text begins with none.
 */
export function readScore(text: string): ScoreFound | null {
  const found = readNumber(text) ?? readStars(text) ?? readWord(text);
  if (!found || counted.test(text.slice(found.length))) return null;
  return {
    score: found.score,
    length: found.length + (unit.exec(text.slice(found.length))?.[0].length ?? 0),
  };
}

function readNumber(text: string): ScoreFound | null {
  const digits = number.exec(text);
  if (!digits) return null;
  const [whole, value = '', of] = digits;
  const fits = /^[1-5]$/.test(value) && (of === undefined || of === '5');
  const length =
    whole.length + (of === undefined ? (outOf.exec(text.slice(whole.length))?.[0].length ?? 0) : 0);
  return { score: fits ? (Number(value) as Score) : 'out-of-range', length };
}

function readStars(text: string): ScoreFound | null {
  const row = stars.exec(text)?.[0];
  if (!row) return null;
  const count = [...row].length;
  const rest = emptyStars.exec(text.slice(row.length))?.[0] ?? '';
  return { score: count <= 5 ? (count as Score) : 'out-of-range', length: row.length + rest.length };
}

function readWord(text: string): ScoreFound | null {
  for (const [word, score] of words) {
    const found = word.exec(text)?.[0];
    if (found === undefined) continue;
    return { score, length: found.length + (outOf.exec(text.slice(found.length))?.[0].length ?? 0) };
  }
  return null;
}
