import { newSid } from '../phone/message-sid';
import type { PlannedPhone, PlannedText } from './plan-crowd';

/** Milliseconds from one to the next: all at once would be more than a service takes. */
const apart = 50;

/**
 * What attendees do who were told that a text of theirs could not be saved: they send it again, unless they have said something
 * else about that session since.
 */
export function planAgain(plan: readonly PlannedPhone[], unsaved: ReadonlySet<PlannedText>): PlannedPhone[] {
  const phones = plan.flatMap(({ number, texts }) => {
    const lastOfEach = new Map(texts.map((text) => [text.vote?.session, text]));
    const repeated = [...lastOfEach.values()].filter((text) => unsaved.has(text));
    if (repeated.length === 0) return [];
    const again = repeated.map((text) => ({ ...text, copies: [], messageSid: newSid('SM') }));
    return [{ number, texts: again }];
  });
  return phones.map((phone, place) => ({ ...phone, startsAt: place * apart }));
}
