import { json } from '../src/twilio/answer';
import { readConfig } from '../src/twilio/config';
import { readEventAsset } from '../src/twilio/event-asset';
import { makeHandler } from '../src/twilio/handler';
import { writeNumber } from '../src/twilio/poster-page';

/**
 * GET /invitation: what attendees are told before they text. The number, as it is dialled and as it is read (`null` where none
 * is set), the days after which what they text is deleted (`null`: when organisers do so), and the event's language.
 */
export const handler = makeHandler(async (context) => {
  const { eventNumber: number } = readConfig(context);
  const { keepDays, language } = readEventAsset();
  return json({ number, written: number === null ? null : writeNumber(number), keepDays, language });
});
