import { page } from '../src/twilio/answer';
import { readPrivateAsset } from '../src/twilio/event-asset';
import { organiserHandler } from '../src/twilio/organiser-handler';

/** GET /organiser: the organiser's page. What it shows it asks of the URLs below /organiser/. */
export const handler = organiserHandler('read', async () => page(readPrivateAsset('/organiser.html')));
