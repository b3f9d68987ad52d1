import { readKept } from '../../src/rating/read-kept';
import { json, plainText } from '../../src/twilio/answer';
import { organiserHandler } from '../../src/twilio/organiser-handler';
import { pseudonymOfNumber } from '../../src/twilio/voter';

/**
 * POST /organiser/kept `{ number }`: all that is kept of a phone number in this event, and why texts of it were not
 * counted. A POST, because a number in a URL would stand in every log on the way.
 */
export const handler = organiserHandler('change', async ({ fields, config, event, store }) => {
  const voter = pseudonymOfNumber(fields.number, { event: event.id, secret: config.voterSecret });
  if (voter === null) return plainText(400, 'Bad Request: number is not a phone number like +15551234567.');
  return json(await readKept(store, event.id, voter));
});
