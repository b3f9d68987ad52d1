import { page, plainText } from '../src/twilio/answer';
import { readConfig } from '../src/twilio/config';
import { readEventAsset } from '../src/twilio/event-asset';
import { makeHandler } from '../src/twilio/handler';
import { posterViews, writeCode, writePoster } from '../src/twilio/poster-page';

/**
 * GET /poster?session=KEYNOTE&view=slide: a poster for each session, to print on `a4` (default) or `letter`, or to show as
 * a `slide`; with `view=code` the QR code of one session alone, as an image.
 */
export const handler = makeHandler(async (context, fields) => {
  const { eventNumber: number } = readConfig(context);
  const event = readEventAsset();
  const { session, view } = fields as { session?: unknown; view?: unknown };
  const wanted = typeof session === 'string' ? session.normalize('NFC').toUpperCase() : null;
  const sessions = event.sessions.filter(({ keyword }) => session === undefined || keyword === wanted);
  const [first] = sessions;
  if (!first) return plainText(404, 'Not Found');
  if (number === null) {
    console.log('EVENT_NUMBER is missing: set it to the phone number that attendees text.');
    // No fault of the server: a deployment begins without a number.
    return plainText(409, 'The number to text is not set up yet.');
  }
  if (view === 'code')
    return { status: 200, contentType: 'image/svg+xml', body: writeCode(number, first.keyword) };
  const known = posterViews.find((one) => one === view) ?? 'a4';
  return page(writePoster({ event, sessions, number, view: known }));
});
