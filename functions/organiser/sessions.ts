import { readSessionChange } from '../../src/rating/read-session-change';
import { json, plainText } from '../../src/twilio/answer';
import { organiserHandler } from '../../src/twilio/organiser-handler';

/** POST /organiser/sessions `{ keyword, state?, opensAt?, closesAt? }`: opens, pauses, closes or schedules a session. */
export const handler = organiserHandler('change', async ({ fields, event, store }) => {
  const read = readSessionChange(fields, event, await store.settings(event.id, { newest: true }));
  if (!read.ok) return plainText(400, `Bad Request: ${read.fault}.`);
  await store.mergeSetting(event.id, read.change);
  return json({ changed: read.change.keyword });
});
