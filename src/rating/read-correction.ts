import { isCount } from './count-words';
import { skipBeforeComment } from './phrases';
import { readScore, type ScoreFound } from './read-score';

const arrow = '(?:[-=–]?>|→|➡|⇒)';
// `no 1` and `no. 5` are numbers of something.
const word =
  '(?:no(?!\\.|\\s+1)|sorry|actually|oops|wait|i\\s+mean|(?:i\\s+)?meant|make\\s+(?:it|that)|change(?:\\s+(?:it|that))?\\s+to|correction|edit|' +
  'nein|doch|quatsch|sondern|ich\\s+meinte?|korrektur|non|en\\s+fait|pardon|plut[oô]t|je\\s+veux\\s+dire|' +
  'perd[oó]n|digo|mejor|en\\s+realidad|quiero\\s+decir|いや|やっぱり|すみません)(?![a-zà-ÿ])';
const corrects = new RegExp(
  `^\\s*(?:${arrow}\\s*|[\\s,.;:!?…(–—-]+(?:${word}[\\s,.;:!?…–—-]*)+(?:(?:an?|eine?|une?)\\s+)?)`,
  'iu',
);

/**
 * The score that takes back the one before it: `4, actually 5`, `4 -> 5`, `4 sorry 5`. `null`: what follows is not only that.
 * @param rest what stands behind the first score
 */
export function readCorrection(rest: string): ScoreFound['score'] | null {
  const lead = corrects.exec(rest)?.[0];
  if (lead === undefined) return null;
  const corrected = rest.slice(lead.length);
  const second = readScore(corrected);
  if (!second || isCount(corrected, second, { led: true })) return null;
  return skipBeforeComment(corrected.slice(second.length)) === '' ? second.score : null;
}
