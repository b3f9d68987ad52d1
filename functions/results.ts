import { readResults } from '../src/rating/read-results';
import { json } from '../src/twilio/answer';
import { publicHandler } from '../src/twilio/handler';

/** GET /results: what the event's results page shows. Public, and holds nothing about who rated. */
export const handler = publicHandler(async ({ event, store, now }) =>
  json(await readResults({ event, store, now })),
);
