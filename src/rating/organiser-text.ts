import type { RatingStore } from '../storage/rating-store';
import type { RatingEvent } from './rating-event';
import { readResults } from './read-results';

const verbs = { OPEN: 'open', PAUSE: 'paused', CLOSE: 'closed' } as const;

/**
 * Does what an organiser texted: `OPEN KEYNOTE`, `PAUSE KEYNOTE`, `CLOSE KEYNOTE`, `STATS`. Answers the reply, or `null`
 * when the text is none of these: then it is an attendee's.
 */
export async function takeOrganiserText(
  text: string,
  { event, store, now }: { event: RatingEvent; store: RatingStore; now: number },
): Promise<string | null> {
  const [, verb = '', keyword = ''] = /^\s*(open|pause|close|stats)(?:\s+(\S+))?\s*$/i.exec(text) ?? [];
  const command = verb.toUpperCase();
  if (command === 'STATS' && keyword === '') return writeStats({ event, store, now });
  if (command !== 'OPEN' && command !== 'PAUSE' && command !== 'CLOSE') return null;
  const session = event.sessions.find((one) => one.keyword === keyword.normalize('NFC').toUpperCase());
  if (!session) return `Which session? ${event.sessions.map((one) => one.keyword).join(', ')}`;
  const settings = await store.settings(event.id);
  const former = settings.find((setting) => setting.keyword === session.keyword);
  await store.changeSetting(event.id, { ...former, keyword: session.keyword, state: verbs[command] });
  return `${session.keyword} is ${verbs[command]} now.`;
}

async function writeStats(input: { event: RatingEvent; store: RatingStore; now: number }): Promise<string> {
  const { sessions } = await readResults({ ...input, all: true });
  return sessions
    .map(({ keyword, state, count, average }) =>
      average === null ? `${keyword} ${state}: 0` : `${keyword} ${state}: ${average.toFixed(1)} of ${count}`,
    )
    .join('\n');
}
