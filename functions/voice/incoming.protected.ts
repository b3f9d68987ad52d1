import { callHandler } from '../../src/twilio/call-handler';

/** POST /voice/incoming: somebody calls the number and rates with the keys 1 to 5. */
export const handler = callHandler();
