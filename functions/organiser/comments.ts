import { json, plainText } from '../../src/twilio/answer';
import { organiserHandler } from '../../src/twilio/organiser-handler';

/** POST /organiser/comments `{ id, state: "approved" | "held" | "hidden" }`: shows a comment or takes it off the page. */
export const handler = organiserHandler('change', async ({ fields: { id, state }, event, store }) => {
  if (state !== 'approved' && state !== 'held' && state !== 'hidden')
    return plainText(400, 'Bad Request: state is none of approved, held, hidden.');
  if (typeof id !== 'string' || !(await store.moderate(event.id, id, state)))
    return plainText(404, 'Not Found: there is no such comment.');
  return json({ id, state });
});
