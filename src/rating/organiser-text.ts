import type { RatingStore } from '../storage/rating-store';
import { foldKeyword } from './find-keyword';
import { isOrganiserVerb, type OrganiserVerb, organiserVerbs } from './organiser-verbs';
import type { RatingEvent } from './rating-event';
import { readResults } from './read-results';

/** Twilio refuses replies over 1,600 characters and recommends 320. */
const longestReply = 320;

/**
 * Does what an organiser texted: `OPEN KEYNOTE`, `PAUSE KEYNOTE`, `CLOSE KEYNOTE`, `STATS`, `STATS KEYNOTE`. Answers the reply, or `null`
 * when the text is none of these: then it is an attendee's.
 * @param input.messageSid another delivery of a text is answered alike, and changes nothing
 */
export async function takeOrganiserText(
  text: string,
  {
    event,
    store,
    now,
    messageSid,
  }: { event: RatingEvent; store: RatingStore; now: number; messageSid?: string },
): Promise<string | null> {
  const command = readCommand(text);
  if (!command) return null;
  const { verb, word: second } = command;
  const session =
    second === undefined
      ? undefined
      : event.sessions.find(({ keyword }) => foldKeyword(keyword) === foldKeyword(second));
  const state = organiserVerbs[verb];
  if (state === null && second === undefined) return writeStats({ event, store, now });
  if (state === null) return session ? writeStats({ event, store, now }, session.keyword) : null;
  if (!session) return listed('Which session? ', keywords(event), ', ');
  await store.mergeSetting(event.id, { keyword: session.keyword, state }, messageSid);
  return `${session.keyword} is ${state} now.`;
}

/** Whether a text is an organiser's if its sender is one. */
export function isOrganiserText(text: string): boolean {
  return readCommand(text) !== null;
}

function readCommand(text: string): { verb: OrganiserVerb; word: string | undefined } | null {
  const [, first = '', word] = /^\s*(\p{L}+)(?:\s+(\S+?))?[\s.!]*$/u.exec(text.normalize('NFKC')) ?? [];
  const verb = first.toUpperCase();
  return isOrganiserVerb(verb) ? { verb, word } : null;
}

function keywords({ sessions }: RatingEvent): string[] {
  return sessions.map(({ keyword }) => keyword);
}

/** Of one session, or of all, those that are open first. */
async function writeStats(
  input: { event: RatingEvent; store: RatingStore; now: number },
  only?: string,
): Promise<string> {
  const { sessions } = await readResults({ ...input, all: true });
  const chosen = sessions.filter(({ keyword }) => only === undefined || keyword === only);
  const isOpen = ({ state }: { state: string }) => state === 'open';
  const lines = [...chosen.filter(isOpen), ...chosen.filter((session) => !isOpen(session))].map(
    ({ keyword, state, count, average }) =>
      average === null ? `${keyword} ${state}: 0` : `${keyword} ${state}: ${average.toFixed(1)} of ${count}`,
  );
  return listed('', lines, '\n');
}

/** As many parts as a reply has room for. */
function listed(before: string, parts: readonly string[], between: string): string {
  let text = before;
  for (const [index, part] of parts.entries()) {
    const longer = `${text}${index === 0 ? '' : between}${part}`;
    if (longer.length > longestReply - 20) return `${text}${between}${parts.length - index} more`;
    text = longer;
  }
  return text;
}
