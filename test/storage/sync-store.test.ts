import { type StartedSync, startSync } from '../stand-in/start-sync';
import { describeRatingStore } from './contract';

let sync: StartedSync;
beforeAll(async () => {
  sync = await startSync();
});
afterAll(() => sync.close());

describeRatingStore('Twilio Sync', async () => {
  sync.services.clear();
  return sync.open();
});
