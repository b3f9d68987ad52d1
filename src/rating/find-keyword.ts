import { filledStars, readScore } from './read-score';

/**
 * A keyword as it is compared: upper case, without the accents that phones and people leave out.
 * @param text NFC or not
 */
export function foldKeyword(text: string): string {
  return text
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .toUpperCase();
}

/** The session whose keyword a text begins with, the longest one, and how much of the text it takes. */
export function findKeyword<T extends { keyword: string }>(
  text: string,
  sessions: readonly T[],
): { session: T; length: number } | null {
  let best: { session: T; length: number } | null = null;
  for (const session of sessions) {
    const length = keywordLength(text, foldKeyword(session.keyword));
    if (length > (best?.length ?? 0) && mayEnd(text.slice(length))) best = { session, length };
  }
  return best;
}

// Folding changes lengths: `Straße` is STRASSE.
function keywordLength(text: string, keyword: string): number {
  let length = 0;
  let folded = '';
  for (const character of text) {
    if (folded.length >= keyword.length) break;
    folded += foldKeyword(character);
    length += character.length;
  }
  return folded === keyword ? length : 0;
}

// `KEYNOTEfive` and `基調講演は5` are glued, `KEYNOTES` is another word.
function mayEnd(rest: string): boolean {
  if (!/^\p{L}/u.test(rest)) return true;
  return readScore(rest) !== null || new RegExp(`^[はがのに]\\s*[\\d${filledStars}]`, 'u').test(rest);
}

/**
 * The sessions whose keywords are words of a text, wherever they stand, but for those it only compares with (`better than the workshop`).
 * @returns with each whether the text, or a part of it, ends there or goes on with a number
 */
export function mentionedKeywords<T extends { keyword: string }>(
  text: string,
  sessions: readonly T[],
): { session: T; isLast: boolean }[] {
  const folded = foldKeyword(text);
  return sessions.flatMap((session) => {
    const keyword = foldKeyword(session.keyword);
    const word = new RegExp(`(?<!${letter})${keyword}(?!${letter})`, 'gu');
    const found = [...folded.matchAll(word)].filter(({ index }) => !comparing.test(folded.slice(0, index)));
    if (found.length === 0) return [];
    const isLast = found.some(({ index }) =>
      /^\s*(?:$|[^\s\p{L}'’-])/u.test(folded.slice(index + keyword.length)),
    );
    return [{ session, isLast }];
  });
}

// Japanese has no blanks between its words.
const letter = '(?![\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}])[\\p{L}\\p{N}]';
const comparing =
  /(?<!\p{L})(?:THAN|UNLIKE|NOT|BUT|AFTER|BEFORE|ALS|WIE|NICHT|ABER|NACH|VOR|QUE|MAIS|PAS|APRES|AVANT|PERO|NO|DESPUES|ANTES)\s+(?:(?:THE|THIS|DER|DIE|DAS|DEM|DEN|BEIM|LA|LE|LES|EL|LOS|LAS|AU|DE|DEL|FOR|IN|FUR)\s+)*$/u;

/**
 * The session whose keyword is nearest to a word that is none: a typing error or two. `null` when none is near, or two are as near.
 * @param surely only a long keyword, and a single error
 */
export function nearestKeyword<T extends { keyword: string }>(
  word: string,
  sessions: readonly T[],
  { surely = false } = {},
): T | null {
  const near = sessions
    .map((session) => {
      const keyword = foldKeyword(session.keyword);
      const errors = keyword.length < 4 ? 0 : Math.max(1, Math.floor(keyword.length / 3));
      const most = surely ? (keyword.length < 6 ? 0 : 1) : errors;
      return { session, distance: editDistance(foldKeyword(word), keyword), most };
    })
    .filter(({ distance, most }) => distance <= most)
    .sort((a, b) => a.distance - b.distance);
  const [first, second] = near;
  return first && first.distance !== second?.distance ? first.session : null;
}

function editDistance(a: string, b: string): number {
  const letters = [...b];
  let row = Array.from({ length: letters.length + 1 }, (_, index) => index);
  for (const [i, charA] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, charB] of letters.entries()) {
      next.push(
        Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, (row[j] ?? 0) + (charA === charB ? 0 : 1)),
      );
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
