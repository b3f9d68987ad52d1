import { handler } from '../../functions/organiser/sessions';
import { takeOrganiserText } from '../../src/rating/organiser-text';
import type { RatingStore } from '../../src/storage/rating-store';
import { readEventAsset } from '../../src/twilio/event-asset';
import type { MessageCall } from '../../src/twilio/handler';
import { takeText } from '../../src/twilio/take-text';
import { type StartedSync, startSync } from '../stand-in/start-sync';
import { callFunction } from './call-function';

let mockStore: RatingStore;
jest.mock('../../src/storage/open', () => ({ openStore: async () => mockStore }));

let sync: StartedSync;
beforeAll(async () => {
  sync = await startSync();
});
beforeEach(() => sync.services.clear());
afterAll(() => sync.close());

const eventId = 'demo-2026';
const change = async (fields: Record<string, unknown>) => {
  const { status } = await callFunction(handler, { keyword: 'KEYNOTE', ...fields });
  expect(status).toBe(200);
};
const keynote = () => sync.open().settings(eventId);

/** This process has read the settings a moment ago; then another one closes the session and hides its results. */
async function closeElsewhere(): Promise<void> {
  const [here, elsewhere] = [sync.open(), sync.open()];
  mockStore = elsewhere;
  await change({ results: 'auto' });
  expect(await here.settings(eventId)).toMatchObject([{ state: null }]);
  await change({ state: 'closed', results: 'hidden' });
  mockStore = here;
}

test('a session that one process closes stays closed when another changes something else of it', async () => {
  await closeElsewhere();
  await change({ results: 'shown' });
  expect(await keynote()).toEqual([{ keyword: 'KEYNOTE', state: 'closed', results: 'shown' }]);
});

test('what one process hides stays hidden when an organiser texts another', async () => {
  await closeElsewhere();
  await takeOrganiserText('OPEN KEYNOTE', { event: readEventAsset(), store: mockStore, now: 1 });
  expect(await keynote()).toEqual([{ keyword: 'KEYNOTE', state: 'open', results: 'hidden' }]);
});

test('of two changes at once neither undoes the other', async () => {
  mockStore = sync.open();
  for (let round = 0; round < 5; round += 1) {
    await change({ state: 'open', results: 'shown' });
    await Promise.all([change({ state: 'closed' }), change({ results: 'hidden' })]);
    expect(await keynote()).toEqual([{ keyword: 'KEYNOTE', state: 'closed', results: 'hidden' }]);
  }
});

test('a text of an organiser that is delivered again leaves the session as it was changed since', async () => {
  const store = sync.open();
  const organiser = '+15550100009';
  const deliver = (body: string, sid: string) =>
    takeText({
      message: { from: organiser, body, messageSid: `SM${sid.repeat(32)}` },
      config: { organiserNumbers: [organiser] },
      event: readEventAsset(),
      store,
      now: 1,
    } as MessageCall);
  const reply = await deliver('OPEN KEYNOTE', 'a');
  await deliver('CLOSE KEYNOTE', 'b');
  expect(await deliver('OPEN KEYNOTE', 'a')).toBe(reply);
  expect(await store.settings(eventId)).toMatchObject([{ state: 'closed' }]);
  expect(JSON.stringify(await store.settings(eventId))).not.toContain('5550100009');
});
