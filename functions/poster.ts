import { page, plainText } from '../src/twilio/answer';
import { publicHandler } from '../src/twilio/handler';
import { writePoster } from '../src/twilio/poster-page';

/** GET /poster?session=KEYNOTE&view=slide: a poster to print for each session, or slides to show. */
export const handler = publicHandler(async ({ fields, event, config }) => {
  const { session, view } = fields as { session?: unknown; view?: unknown };
  const sessions = event.sessions.filter(({ keyword }) => session === undefined || keyword === session);
  if (sessions.length === 0) return plainText(404, 'Not Found');
  const number = config.eventNumber;
  if (number === null) {
    console.log('EVENT_NUMBER is missing: set it to the phone number that attendees text.');
    return plainText(503, 'The number to text is not set up yet.');
  }
  return page(writePoster({ event, sessions, number, slide: view === 'slide' }));
});
