import type { RatingEvent } from './rating-event';

/**
 * Whether a comment is shown at once or waits for an organiser: links, addresses, long numbers, the event's own words and
 * whatever `isProfane` says always wait.
 */
export function commentState(
  text: string,
  { moderation, heldWords }: Pick<RatingEvent, 'moderation' | 'heldWords'>,
  isProfane: (text: string) => boolean,
): 'approved' | 'held' {
  if (moderation === 'all' || doubtful.test(text)) return 'held';
  const words = text.normalize('NFKC').toLowerCase();
  return heldWords.some((word) => words.includes(word)) || isProfane(text) ? 'held' : 'approved';
}

const doubtful =
  /https?:|www\.|[\p{L}\p{N}-]\s?(?:\.|\(dot\)|\[dot\])\s?(?:com|net|org|io|ly|de|fr|es|jp|uk|eu|ru|cn|info|biz|app|dev|me|co|xyz|top|shop)(?![\p{L}\p{N}])|@|(?:\d[\s().-]?){7,}/iu;
