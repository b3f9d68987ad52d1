import { readTimeline } from '../../src/rating/read-timeline';
import { json } from '../../src/twilio/answer';
import { organiserHandler } from '../../src/twilio/organiser-handler';

/** GET /organiser/timeline: how many ratings came when. */
export const handler = organiserHandler('read', async ({ event, store }) =>
  json(await readTimeline(store.ratings(event.id))),
);
