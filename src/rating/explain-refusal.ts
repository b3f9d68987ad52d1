import type { RefusalReason } from './read-text';

const refusalExplanations: Record<RefusalReason, string> = {
  empty: 'It had no words: a photo alone is no rating.',
  reaction: 'A phone sent it by itself, because somebody reacted to a message.',
  'not-a-rating': 'No score from 1 to 5 can be made out in it.',
  'score-missing': 'It names a session, but no score that can be told from a count.',
  'score-out-of-range': 'Its number is no whole score from 1 to 5.',
  'several-ratings': 'It rates two sessions, and one text counts for one.',
  'which-session': 'Several sessions were open and it named none.',
  'unknown-keyword': 'Its first word is no keyword of this event.',
  'nothing-open': 'No session was open.',
  'not-open-yet': 'The session had not opened yet.',
  paused: 'The session was paused.',
  closed: 'The session was closed.',
};

/**
 * What an organiser is told about a text that was not counted.
 * @param reason as it is kept; empty for one that this version does not know
 */
export function explainUncounted(reason: string): string {
  return refusalExplanations[reason as RefusalReason] ?? '';
}
