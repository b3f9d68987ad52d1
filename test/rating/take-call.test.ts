import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseEvent } from '../../src/rating/parse-event';
import type { RatingEvent, SessionSetting } from '../../src/rating/rating-event';
import { takeCall } from '../../src/rating/take-call';
import type { RatingStore } from '../../src/storage/rating-store';
import { openSqliteStore } from '../../src/storage/sqlite/sqlite-store';

const parsed = parseEvent(
  JSON.stringify({
    id: 'event',
    title: 'Demo',
    sessions: [
      { keyword: 'KEYNOTE', title: 'Opening' },
      { keyword: 'WORKSHOP', title: 'Hands-on' },
    ],
  }),
);
if (!parsed.ok) throw new Error('the event is broken');
const event: RatingEvent = parsed.event;

let dir: string;
let store: RatingStore;

beforeEach(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'ringtrue-test-'));
  store = await openSqliteStore(path.join(dir, 'ratings.db'));
});
afterEach(async () => {
  await store.close();
  rmSync(dir, { recursive: true });
});

const press = (digit: number | null, choices: number[], change: { event?: RatingEvent } = {}) =>
  takeCall({ callSid: 'CA1', voter: 'ada', digit, choices, event, store, now: 1_000, ...change });
const set = (keyword: string, state: SessionSetting['state']) =>
  store.changeSetting('event', { keyword, state });
const tally = async () =>
  (await store.tally('event')).map(({ session, histogram }) => [session, histogram.join('')]);

const thanks = { say: 'Thank you. 5 of 5 for Opening. Goodbye.', locale: 'en-US', choices: [] };

test('a key that counted and is delivered again is thanked for again, whatever is open by then', async () => {
  expect(await press(5, [0])).toEqual(thanks);
  expect(await press(5, [0])).toEqual(thanks);
  await set('KEYNOTE', 'closed');
  expect(await press(5, [0])).toEqual(thanks);
  await set('WORKSHOP', 'closed');
  expect(await press(5, [0])).toEqual(thanks);
  expect(await tally()).toEqual([['KEYNOTE', '00001']]);
});

test('another key of a call that counted already is answered with what counted', async () => {
  await press(5, [0]);
  expect(await press(1, [1])).toEqual(thanks);
  expect(await tally()).toEqual([['KEYNOTE', '00001']]);
});

test('a key that is delivered again asks nothing more of the store while its session is open', async () => {
  const delivered = jest.spyOn(store, 'delivered');
  expect(await press(5, [0])).toEqual(thanks);
  expect(await press(5, [0])).toEqual(thanks);
  expect(delivered).not.toHaveBeenCalled();
});

test('a session that has left the event file by then is called by its keyword', async () => {
  await press(5, [0]);
  const smaller = { ...event, sessions: event.sessions.slice(1) };
  expect(await press(5, [0], { event: smaller })).toMatchObject({
    say: 'Thank you. 5 of 5 for KEYNOTE. Goodbye.',
  });
  expect(await press(5, [1], { event: smaller })).toMatchObject({ choices: [] });
});

test('a session that closes before its key is pressed is not rated: the open ones are offered', async () => {
  const question = await press(null, []);
  expect(question.choices).toEqual([0, 1]);
  await set('KEYNOTE', 'closed');
  expect(await press(5, [0])).toMatchObject({ choices: [1] });
  await set('WORKSHOP', 'closed');
  expect((await press(5, [0])).say).toMatch(/^Nothing can be rated right now/);
  expect(await tally()).toEqual([]);
});
