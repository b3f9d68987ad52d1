import { json, plainText } from '../../src/twilio/answer';
import { organiserHandler } from '../../src/twilio/organiser-handler';
import { voterPseudonym } from '../../src/twilio/voter';

/** POST /organiser/erase `{ number }`: deletes all that is kept of a phone number in this event. */
export const handler = organiserHandler('change', async ({ fields, config, event, store }) => {
  const number = typeof fields.number === 'string' ? fields.number.replace(/[\s().-]/g, '') : '';
  if (!/^\+[1-9]\d{6,14}$/.test(number))
    return plainText(400, 'Bad Request: number is not a phone number like +15551234567.');
  const voter = voterPseudonym(number, { event: event.id, secret: config.voterSecret });
  return json({ erased: await store.erase(event.id, voter) });
});
