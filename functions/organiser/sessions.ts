import { readSessionChange } from '../../src/rating/read-session-change';
import { json, plainText } from '../../src/twilio/answer';
import { organiserHandler } from '../../src/twilio/organiser-handler';

/** POST /organiser/sessions `{ keyword, state?, opensAt?, closesAt? }`: opens, pauses, closes or schedules a session. */
export const handler = organiserHandler('change', async ({ fields, event, store }) => {
  const change = readSessionChange(fields, event, await store.settings(event.id, { newest: true }));
  if (!change.ok) return plainText(400, `Bad Request: ${change.fault}.`);
  await store.changeSetting(event.id, change.setting);
  return json({ changed: change.setting.keyword });
});
