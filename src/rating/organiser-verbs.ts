/** What an organiser's text may begin with, and the state it sets; `STATS` only asks. */
export const organiserVerbs = { OPEN: 'open', PAUSE: 'paused', CLOSE: 'closed', STATS: null } as const;

export type OrganiserVerb = keyof typeof organiserVerbs;

/** @param word in upper case */
export function isOrganiserVerb(word: string): word is OrganiserVerb {
  return Object.hasOwn(organiserVerbs, word);
}
