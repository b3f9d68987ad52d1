import { readResults } from '../src/rating/read-results';
import { readHeaders } from '../src/twilio/basic-auth';
import { publicHandler } from '../src/twilio/handler';
import { answerRecent } from '../src/twilio/recent-results';

/** GET /results: what the event's results page shows. Public, and holds nothing about who rated. */
export const handler = publicHandler(async ({ event, store, now, fields }) =>
  answerRecent(() => readResults({ event, store, now }), {
    event: event.id,
    now,
    headers: readHeaders(fields),
  }),
);
