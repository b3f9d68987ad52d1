import { messageHandler } from '../../src/twilio/handler';
import { takeText } from '../../src/twilio/take-text';

/** POST /sms/incoming: Twilio delivers a text; it becomes a rating, and the reply says what was counted. */
export const handler = messageHandler(takeText);
