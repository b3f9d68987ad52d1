import { isOrganiserText, takeOrganiserText } from '../rating/organiser-text';
import { takeRating } from '../rating/take-rating';
import type { MessageCall } from './handler';
import { isProfane } from './profanity';
import { senderNumber } from './voter';

/** What a text does: an organiser's from an allow-listed phone changes a session, any other is a rating. */
export async function takeText(call: MessageCall): Promise<string | null> {
  const { message, voter, event, store, now, config } = call;
  // In this order, so that a list with a fault stands in nobody's way but of those who may be on it.
  if (isOrganiserText(message.body) && config.organiserNumbers.includes(senderNumber(message.from))) {
    const reply = await takeOrganiserText(message.body, {
      event,
      store,
      now,
      messageSid: message.messageSid,
    });
    if (reply !== null) return reply;
  }
  return takeRating({ ...message, text: message.body, voter, event, store, now, isProfane });
}
