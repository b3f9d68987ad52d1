import type { RatingEvent } from './rating-event';

/** Whether a comment is shown at once or waits for an organiser: links and addresses always wait. */
export function commentState(text: string, { moderation }: RatingEvent): 'approved' | 'held' {
  return moderation === 'all' || doubtful.test(text) ? 'held' : 'approved';
}

const doubtful = /https?:|www\.|\p{L}\.(?:com|net|org|io|ly|de|fr|es|jp|info|biz)\b|@|\d{6,}/iu;
