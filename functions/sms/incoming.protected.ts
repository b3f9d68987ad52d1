import { takeRating } from '../../src/rating/take-rating';
import { messageHandler } from '../../src/twilio/handler';

/** POST /sms/incoming: Twilio delivers a text; it becomes a rating, and the reply says what was counted. */
export const handler = messageHandler(({ message, voter, event, store, now }) =>
  takeRating({ ...message, text: message.body, voter, event, store, now }),
);
