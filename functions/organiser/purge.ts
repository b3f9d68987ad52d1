import { json, plainText } from '../../src/twilio/answer';
import { organiserHandler } from '../../src/twilio/organiser-handler';

/** POST /organiser/purge `{ days }`: deletes ratings, comments and uncounted texts older than that; 0 deletes all. */
export const handler = organiserHandler('change', async ({ fields: { days }, event, store, now }) => {
  if (typeof days !== 'number' || !Number.isInteger(days) || days < 0 || days > 3650)
    return plainText(400, 'Bad Request: days is no whole number from 0 to 3650.');
  return json({ purged: await store.purge(event.id, days === 0 ? now + 1 : now - days * 86_400_000) });
});
