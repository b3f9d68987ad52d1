import { readPlain } from './plain-text';
import type { RatingEvent } from './rating-event';

/**
 * Whether a comment is shown at once or waits for an organiser: links, addresses, long numbers, the event's own words and
 * whatever `isProfane` says always wait. Full-width letters, digits of other scripts, accents and marks that cannot be seen hide
 * nothing.
 */
export function commentState(
  text: string,
  { moderation, heldWords }: Pick<RatingEvent, 'moderation' | 'heldWords'>,
  isProfane: (text: string) => boolean,
): 'approved' | 'held' {
  const plain = readPlain(text).text;
  if (moderation === 'all' || doubtful.test(plain)) return 'held';
  const folded = fold(plain);
  return heldWords.some((word) => folded.includes(fold(word))) || isProfane(plain) ? 'held' : 'approved';
}

function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase();
}

const endings =
  'com|net|org|io|ly|de|fr|es|jp|uk|eu|ru|cn|info|biz|app|dev|me|co|xyz|top|shop|link|site|online|club|live|tv|gg|cc|ai|store|click|page|blog|tech';
// A sentence ends with a dot and the next begins with "Es" or "Me": a dot with a blank behind it only is none of an address.
const dot =
  '(?:\\s?[.。．](?!\\s)|\\s[.。．]\\s|\\s?[([]\\s?(?:\\.|dot|punkt|point|punto)\\s?[)\\]]\\s?|\\sdot\\s)';
const doubtful = new RegExp(
  `https?:|hxxps?:|www\\.|[\\p{L}\\p{N}-]${dot}(?:${endings})(?![\\p{L}\\p{N}])|@|(?:\\d[\\s().-]?){7,}`,
  'iu',
);
