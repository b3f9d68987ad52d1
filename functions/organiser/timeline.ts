import { readTimeline } from '../../src/rating/read-timeline';
import { json } from '../../src/twilio/answer';
import { organiserHandler } from '../../src/twilio/organiser-handler';

/** For reading, in milliseconds: a Function is ended after ten seconds. */
const readTime = 4000;

/** GET /organiser/timeline: how many ratings came when. */
export const handler = organiserHandler('read', async ({ event, store, now }) =>
  json(await readTimeline(store.ratings(event.id), () => Date.now() - now > readTime)),
);
