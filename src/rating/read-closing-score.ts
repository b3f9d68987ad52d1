import { sessionNouns } from './phrases';
import { filledStars, readScore, type ScoreFound } from './read-score';

const japanese = '[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}ー]';
const wordBeginnings = new RegExp(
  `(?<=[\\s.,!;:(–—。、-])(?=[\\p{L}\\p{N}${filledStars}])|(?<=${japanese})(?=[\\d${filledStars}])`,
  'gu',
);
const glued = new RegExp(`${japanese}$`, 'u');
const nothingMore =
  /^[\s.!…)"”»*。！]*(?:[,\s]*(?:thanks|thank you|thx|danke|merci|gracias|ありがとう(?:ございま(?:す|した))?)[\s.!…。！]*)?$/iu;
const stars = new RegExp(`^[${filledStars}☆✩✰ ]+$`, 'u');
const date = /(?:^|\s)(?:on|am|vom|bis|le|du|el|del|until|by|since|seit)\s$/iu;
/** A line, or a sentence that ended before: not `no. 5`. */
const sentenceBefore = /(?:\n|[!。]|[\p{L}\d)]{4}\.)\s*$/u;
const pauseBefore = /(?:[,:;–—]|\s-)\s*$/u;
/** `Great 5`, `loved it 5`: a judgement, and nothing that could be numbered. */
const judgementBefore = new RegExp(
  "^(?:[\\p{L}'’]+\\s+){0,3}(?:" +
    '(?:great|good|excellent|amazing|awesome|fantastic|brilliant|perfect|ok|okay|nice|boring|bad|poor|terrible|awful|(?:loved|liked|hated|enjoyed)(?: it)?|' +
    'super|toll(?:e[rs]?)?|klasse|prima|gut(?:e[rs]?)?|schlecht|langweilig|génial|parfait|bien|bonne?|bof|mauvais|nul|excelente|genial|bueno|buena|gran|malo|aburrido|perfecto)' +
    // What is numbered has its number right behind it: `Great session 5`.
    `(?:\\s+${sessionNouns}\\s*[,:!–-])?|${sessionNouns}\\s+(?:géniale?|parfaite?|excellente?|excelente|genial|buena)\\s*[,:!–-])` +
    '[\\s!.,:]*$',
  'iu',
);
const judgementBeforeJapanese =
  /(?:最高|良かった|よかった|良い|いい|素晴らし(?:い|かった)|すばらし(?:い|かった)|面白(?:い|かった)|おもしろ(?:い|かった)|楽し(?:い|かった))(?:です|でした)?[ねよ]?[\s!.,:。、]*$/u;

/**
 * A score at the end of a text: `Great talk, 5/5`, `Loved it ★★★★★`, `Meh ★★☆☆☆`, `Loved it. 5`. A bare number may be a time or a room, so
 * something has to part it from what was said, or a judgement stands before it; a star or two are often an ornament.
 * @param led whether the text begins with a keyword
 * @returns the score and where it begins
 */
export function readClosingScore(
  text: string,
  { led }: { led: boolean },
): { score: ScoreFound['score']; from: number } | null {
  for (const { index: from } of text.matchAll(wordBeginnings)) {
    const rest = text.slice(from);
    const found = readScore(rest);
    if (!found || !nothingMore.test(rest.slice(found.length))) continue;
    const written = rest.slice(0, found.length);
    const before = text.slice(0, from);
    // `5;4`, `5-4`
    if (/\d[.,;:–—-]$/.test(before)) continue;
    if (stars.test(written)) {
      if ([...written.replaceAll(' ', '')].length !== 5) continue;
    } else if (/^\p{L}+$|^[\d.,+-]+$/u.test(written)) {
      const isParted =
        sentenceBefore.test(before) || isJudged(before, found.score) || (led && pauseBefore.test(before));
      if (!isParted || found.score === 'out-of-range') continue;
    } else if (date.test(before) || (glued.test(before) && !isJudged(before, found.score))) continue;
    return { score: found.score, from };
  }
  return null;
}

// `Good 1` is a good one, and `loved it 2` loved it, too.
function isJudged(before: string, score: ScoreFound['score']): boolean {
  return (
    score !== 'out-of-range' &&
    score > 2 &&
    (judgementBefore.test(before) || judgementBeforeJapanese.test(before))
  );
}
