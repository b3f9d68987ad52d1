import type { Score } from './rating-event';

/** A score at the beginning of a text: its value, or that it is out of range, and how much of the text it takes. */
export interface ScoreFound {
  score: Score | 'out-of-range';
  length: number;
}

/** Stars that count, for a character class. Outlined ones stand for those that were not given. */
export const filledStars = '★⭐🌟✪✭✮✯';
const emptyStars = '☆✩✰';

const digits = /^[-+−–]?\d+(?:[.,]\d+)?/;
const starRow = new RegExp(`^[${filledStars}](?: ?[${filledStars}])*`, 'u');
const emptyRow = new RegExp(`^(?: ?[${emptyStars}])*`, 'u');
const starBeforeNumber = new RegExp(`^[${filledStars}${emptyStars}]\\s?[x×]?\\s?(?=\\d)`, 'u');

/** From nought to ten, in the languages that replies are written in. What is an article as well is below. */
const numberWords: readonly string[] = [
  'zero|null|zéro|cero',
  'one|eins|uno|une?|一',
  'two|zwei|zwo|deux|dos|二',
  'three|drei|trois|tres|三',
  'four|vier|quatre|cuatro|四',
  'five|fünf|fuenf|cinq|cinco|五',
  'six|sechs|seis|六',
  'seven|sieben|sept|siete|七',
  'eight|acht|huit|ocho|八',
  'nine|neun|neuf|nueve|九',
  'ten|zehn|dix|diez|十',
];
const wordPatterns = numberWords.map((words) => new RegExp(`^(?:${words})`, 'iu'));
const wordEnd = /^(?:\P{L}|$|点|つ|星|です|でした|だ(?!\p{L}))/u;
// `un` and `une` are articles, `très bien` is often written without its accent, three cheers are more than three.
const noNumber =
  /^(?:une?(?!\p{L})(?!\s*(?:[.!,;/]|$|étoiles?|etoiles?|points?|sur\b))|tres\s+(?:bien|bon|bonne|mauvais)|three\s+cheers)/iu;
const articleUnit = /^(?:ein|un|una)(?=\s+(?:stern|punkt|étoile|etoile|estrella|punto)(?!\p{L}))/iu;

const outOf = new RegExp(
  `^\\s*(?:[/\\\\⁄]|out\\s?of|of|von|aus|sur|de|su)\\s*(\\d+|(?:${numberWords.join('|')})(?!\\p{L}))`,
  'iu',
);
const unit =
  /^(?:[\s-]*(?:stars?|sterne?n?|étoiles?|etoiles?|estrellas?|points?|punkte?n?|puntos?|pts?)(?!\p{L})|\s*(?:点|つ星|つ|星)?(?:です|でした)|\s*(?:点(?:満点)?|つ星|つ|星)(?!中))/iu;

// A date, a time, a range or a sum is no score: `5:30`, `5/5/2026`, `1-5`, `1+1`.
const runsOn = /^[.,:;|/+\-–]*\d/;
// `4½`, `4 and a half`, `5 000`, `4 or 5`, `4 - 5`, `1 2 3`: numbers, and no whole ones from 1 to 5.
const noWholeNumber =
  /^(?:\s*(?:½|1\s*[/⁄]\s*2(?!\d)|(?:and a half|einhalb|und ein(?:e|en)? halbe[nrs]?|et demie?|y medi[oa])(?!\p{L})|半)|[ \u00a0\u202f']\d{3}(?!\d)|\s*(?:or|oder|ou|o|か)\s*\d|\s*(?:-|–|~|to|bis|à|a)\s*[1-5](?=\s*(?:$|[^\s\p{L}\p{N}]|stars?|sterne|étoiles|estrellas)))/iu;
/** `四点五`: 4.5. */
const japaneseFraction = /^[〇零一二三四五六七八九\d](?=\s*(?:点|です|でした|$|[^\s\p{L}\p{N}]))/u;
const nextNumber = /^\s+(\d)(?=\s*(?:$|[^\s\p{L}\p{N}])|\s+\d)/u;

/**
 * Reads the score that a text begins with: digits, `4/5`, `4 out of 5`, a word of the languages replies are written in,
 * stars. `10`, `0`, `-3`, `4.5`, `4/10` and `4 or 5` are numbers that are no score. `null`: the text begins with none.
 * @param mayFollow whether a text may stand directly behind a word: a keyword may
 */
export function readScore(
  text: string,
  mayFollow: (rest: string) => boolean = () => false,
): ScoreFound | null {
  return readNumber(text) ?? readStars(text) ?? readWord(text, mayFollow);
}

function readNumber(text: string): ScoreFound | null {
  // `5点中4点`: 4 of 5.
  const before = /^5\s*点(?:満点)?中の?\s*(?=\d)/.exec(text)?.[0] ?? '';
  const value = digits.exec(text.slice(before.length))?.[0];
  if (value === undefined || isList(text)) return null;
  return finish(
    text,
    before.length + value.length,
    /^[1-5](?:[.,]00?)?$/.test(value) ? Number.parseInt(value, 10) : null,
  );
}

// `1. The room was cold  2. No coffee`
function isList(text: string): boolean {
  const [, first, mark] = /^(\d)([.)])\s/.exec(text) ?? [];
  return first !== undefined && new RegExp(`\\s${Number(first) + 1}\\${mark}\\s`).test(text);
}

function readStars(text: string): ScoreFound | null {
  // `★4` is how one writes four stars.
  const mark = starBeforeNumber.exec(text)?.[0];
  if (mark !== undefined) {
    const found = readNumber(text.slice(mark.length));
    return found && { ...found, length: found.length + mark.length };
  }
  const row = starRow.exec(text)?.[0];
  if (row === undefined) return null;
  const count = [...row.replaceAll(' ', '')].length;
  const rest = emptyRow.exec(text.slice(row.length))?.[0] ?? '';
  return finish(text, row.length + rest.length, count);
}

function readWord(text: string, mayFollow: (rest: string) => boolean): ScoreFound | null {
  const article = articleUnit.exec(text)?.[0];
  if (article !== undefined) return finish(text, article.length, 1);
  if (noNumber.test(text)) return null;
  for (const [value, pattern] of wordPatterns.entries()) {
    const word = pattern.exec(text)?.[0];
    if (word === undefined) continue;
    const rest = text.slice(word.length);
    if (wordEnd.test(rest) || mayFollow(rest)) return finish(text, word.length, value);
  }
  return null;
}

/**
 * Takes what belongs to a number: `of 5`, `stars`, the same in stars.
 * @param value `null`: no whole number, or a sign before it
 */
function finish(text: string, length: number, value: number | null): ScoreFound | null {
  let end = length;
  let of: number | null = null;
  const takeOf = () => {
    const [whole = '', most] = outOf.exec(text.slice(end)) ?? [];
    if (most === undefined) return;
    end += whole.length;
    of = /^\d/.test(most) ? Number(most) : wordPatterns.findIndex((pattern) => pattern.test(most));
  };
  takeOf();
  if (runsOn.test(text.slice(end))) return null;
  end += unit.exec(text.slice(end))?.[0].length ?? 0;
  if (/点$/.test(text.slice(0, end)) && japaneseFraction.test(text.slice(end)))
    return { score: 'out-of-range', length: end };
  if (of === null) takeOf();
  end += repeated(text.slice(end), value);
  const rest = text.slice(end);
  const next = nextNumber.exec(rest)?.[1];
  const isWhole = value !== null && value >= 1 && value <= 5 && (of === null || of === 5);
  if (!isWhole || noWholeNumber.test(rest) || (next !== undefined && Number(next) !== value))
    return { score: 'out-of-range', length: end };
  return { score: value as Score, length: end };
}

// `5 ⭐⭐⭐⭐⭐`, `⭐⭐⭐⭐⭐ 5/5`: the same once more. One star is a unit: `5 ⭐`.
function repeated(rest: string, value: number | null): number {
  const blank = /^\s*\(?\s*/.exec(rest)?.[0].length ?? 0;
  const row = starRow.exec(rest.slice(blank))?.[0];
  if (row !== undefined) {
    const count = [...row.replaceAll(' ', '')].length;
    return count === 1 || count === value ? blank + row.length : 0;
  }
  const again = /^([1-5])(?:\s*\/\s*5)?(?![\d.,:/-]*\d|\s*\p{L})/u.exec(rest.slice(blank));
  return again && Number(again[1]) === value ? blank + again[0].length : 0;
}
