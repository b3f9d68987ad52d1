import { json } from '../src/twilio/answer';
import { readConfig } from '../src/twilio/config';
import { makeHandler } from '../src/twilio/handler';
import { writeNumber } from '../src/twilio/poster-page';

/** GET /invitation: the number that attendees text, as it is dialled and as it is read; `null` where none is set. */
export const handler = makeHandler(async (context) => {
  const { eventNumber: number } = readConfig(context);
  return json({ number, written: number === null ? null : writeNumber(number) });
});
