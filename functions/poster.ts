import { page, plainText } from '../src/twilio/answer';
import { readConfig } from '../src/twilio/config';
import { readEventAsset } from '../src/twilio/event-asset';
import { makeHandler } from '../src/twilio/handler';
import { writeCode, writePoster } from '../src/twilio/poster-page';

/**
 * GET /poster?session=KEYNOTE&view=slide: a poster to print for each session, or slides to show; with `view=code` the QR
 * code of one session alone, as an image.
 */
export const handler = makeHandler(async (context, fields) => {
  const { eventNumber: number } = readConfig(context);
  const event = readEventAsset();
  const { session, view } = fields as { session?: unknown; view?: unknown };
  const sessions = event.sessions.filter(({ keyword }) => session === undefined || keyword === session);
  const [first] = sessions;
  if (!first) return plainText(404, 'Not Found');
  if (number === null) {
    console.log('EVENT_NUMBER is missing: set it to the phone number that attendees text.');
    return plainText(503, 'The number to text is not set up yet.');
  }
  if (view === 'code')
    return { status: 200, contentType: 'image/svg+xml', body: writeCode(number, first.keyword) };
  return page(writePoster({ event, sessions, number, slide: view === 'slide' }));
});
