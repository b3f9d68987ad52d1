import { json, plainText } from '../../src/twilio/answer';
import { organiserHandler } from '../../src/twilio/organiser-handler';
import { pseudonymOfNumber } from '../../src/twilio/voter';

/** POST /organiser/erase `{ number }`: deletes all that is kept of a phone number in this event. */
export const handler = organiserHandler('change', async ({ fields, config, event, store }) => {
  const voter = pseudonymOfNumber(fields.number, { event: event.id, secret: config.voterSecret });
  if (voter === null) return plainText(400, 'Bad Request: number is not a phone number like +15551234567.');
  return json({ erased: await store.erase(event.id, voter) });
});
