import { filledStars, readScore, type ScoreFound } from './read-score';

const wordBeginnings = /(?<=[\s.,!;:(–—-])(?=[\p{L}\p{N}★⭐🌟✪✭✮✯])/gu;
const nothingMore = /^[\s.!…)"”»*。！]*$/;
const stars = new RegExp(`^[${filledStars}☆✩✰ ]+$`, 'u');
const date = /(?:^|\s)(?:on|am|vom|bis|le|du|el|del|until|by|since|seit)\s$/iu;
/** A line, or a sentence that ended before: not `no. 5`. */
const sentenceBefore = /(?:\n|[!。]|[\p{L}\d)]{4}\.)\s*$/u;
const pauseBefore = /(?:[,:;–—]|\s-)\s*$/u;
/** `Great 5`, `loved it 5`: a judgement, and nothing that could be numbered. */
const judgementBefore =
  /^(?:[\p{L}'’]+\s+){0,3}(?:great|good|excellent|amazing|awesome|fantastic|brilliant|perfect|ok|okay|nice|boring|bad|poor|terrible|awful|(?:loved|liked|hated|enjoyed)(?: it)?|super|toll|klasse|prima|gut|schlecht|langweilig|génial|parfait|bien|bof|mauvais|nul|excelente|genial|bueno|malo|aburrido|perfecto)[\s!.,]*$/iu;

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
    } else if (date.test(before)) continue;
    return { score: found.score, from };
  }
  return null;
}

// `Good 1` is a good one, and `loved it 2` loved it, too.
function isJudged(before: string, score: ScoreFound['score']): boolean {
  return score !== 'out-of-range' && score > 2 && judgementBefore.test(before);
}
