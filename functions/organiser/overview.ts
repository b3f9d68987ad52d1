import { readOverview } from '../../src/rating/read-overview';
import { json } from '../../src/twilio/answer';
import { organiserHandler } from '../../src/twilio/organiser-handler';

/** GET /organiser/overview: sessions with all their results, comments of every state, texts that were not counted. */
export const handler = organiserHandler('read', async ({ event, store, now }) =>
  json(await readOverview({ event, store, now })),
);
