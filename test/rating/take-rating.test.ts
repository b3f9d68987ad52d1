import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseEvent } from '../../src/rating/parse-event';
import type { RatingEvent, SessionSetting } from '../../src/rating/rating-event';
import { takeRating } from '../../src/rating/take-rating';
import type { RatingStore } from '../../src/storage/rating-store';
import { openSqliteStore } from '../../src/storage/sqlite/sqlite-store';

const parsed = parseEvent(
  JSON.stringify({
    id: 'event',
    title: 'Demo',
    sessions: [
      { keyword: 'KEYNOTE', title: 'Opening' },
      { keyword: 'WORKSHOP', title: 'Werkstatt', language: 'de' },
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

let last = 0;
const newSid = () => {
  last += 1;
  return `SM${String(last).padStart(32, '0')}`;
};

const take = (text: string, messageSid = newSid(), change: { event?: RatingEvent } = {}) =>
  takeRating({
    ...{ text, messageSid, voter: 'ada', optOutType: null, event, store, now: 1_000 },
    isProfane: () => false,
    ...change,
  });

type State = SessionSetting['state'];
async function set(keynote: State, workshop: State): Promise<void> {
  await store.changeSetting('event', { keyword: 'KEYNOTE', state: keynote });
  await store.changeSetting('event', { keyword: 'WORKSHOP', state: workshop });
}

const counts = async () =>
  (await store.tally('event')).map(({ session, histogram }) => [session, histogram.join('')]);
const noted = async () => (await store.uncounted('event', 10)).map(({ text, reason }) => [text, reason]);

const others: [string, State, State][] = [
  ['another session is open', 'closed', 'open'],
  ['both are open', 'open', 'open'],
  ['none is open', 'closed', 'closed'],
  ['all are paused', 'paused', 'paused'],
];

describe('a text that counted and is delivered again gets the reply of the first delivery', () => {
  test.each(others)('when %s by then: without a keyword', async (_, keynote, workshop) => {
    await set('open', 'closed');
    const sid = newSid();
    const first = await take('5 loved it', sid);
    expect(first).toBe('Thank you! 5 of 5 for Opening. Text again to change it.');
    await set(keynote, workshop);
    expect(await take('5 loved it', sid)).toBe(first);
    expect(await counts()).toEqual([['KEYNOTE', '00001']]);
    expect(await noted()).toEqual([]);
  });

  test.each(others)('when %s by then: with a keyword, as a change', async (_, keynote, workshop) => {
    await set('closed', 'open');
    await take('WORKSHOP 2');
    const sid = newSid();
    const first = await take('WORKSHOP 4', sid);
    expect(first).toMatch(/2 .*4 .*Werkstatt/);
    await take('WORKSHOP 1');
    await set(keynote, workshop);
    expect(await take('WORKSHOP 4', sid)).toBe(first);
    expect(await counts()).toEqual([['WORKSHOP', '10000']]);
    expect(await noted()).toEqual([]);
  });

  test('when a misspelt keyword was a comment first and is a question by then', async () => {
    await set('open', 'closed');
    const sid = newSid();
    const first = await take('5 keynot', sid);
    expect(first).toContain('5 of 5 for Opening');
    await set('open', 'open');
    expect(await take('5 keynot', sid)).toBe(first);
    expect(await noted()).toEqual([]);
  });

  test('when the session has left the event file by then: its keyword is its title', async () => {
    await set('open', 'open');
    const sid = newSid();
    await take('WORKSHOP 5', sid);
    const smaller = { ...event, sessions: event.sessions.slice(0, 1) };
    expect(await take('WORKSHOP 5', sid, { event: smaller })).toBe(
      'Thank you! 5 of 5 for WORKSHOP. Text again to change it.',
    );
    expect(await noted()).toEqual([]);
  });
});

test('a text that was refused and counts when it is delivered again is no longer among the uncounted', async () => {
  await set('paused', 'paused');
  const sid = newSid();
  expect(await take('KEYNOTE 5', sid)).toContain('paused');
  expect(await noted()).toEqual([['KEYNOTE 5', 'paused']]);
  await set('open', 'paused');
  expect(await take('KEYNOTE 5', sid)).toContain('5 of 5 for Opening');
  expect(await noted()).toEqual([]);
  expect(await counts()).toEqual([['KEYNOTE', '00001']]);
});

test('a refused text that never counted is refused each time, and noted once', async () => {
  await set('closed', 'closed');
  const sid = newSid();
  const replies = [await take('KEYNOTE 5', sid), await take('KEYNOTE 5', sid)];
  expect(replies[0]).toContain('closed');
  expect(replies[1]).toBe(replies[0]);
  expect(await noted()).toEqual([['KEYNOTE 5', 'closed']]);
});

test('what an older version counted is neither noted nor promised for another session', async () => {
  await set('open', 'closed');
  const sid = newSid();
  await take('5', sid);
  const did = { kind: 'recorded' as const, former: null, session: null, score: null };
  store.delivered = async () => did;
  store.record = async () => ({ ...did, duplicate: true });
  await set('closed', 'closed');
  expect(await take('5', sid)).toBe('Nothing can be rated right now. Please try again later.');
  expect(await noted()).toEqual([]);
  await set('open', 'closed');
  expect(await take('5', sid)).toContain('5 of 5 for Opening');
});

test('the usual text asks nothing more of the store, delivered once or twice, and neither does one that is no rating at all', async () => {
  await set('open', 'closed');
  const delivered = jest.spyOn(store, 'delivered');
  await take('5');
  const sid = newSid();
  const first = await take('KEYNOTE 4', sid);
  expect(await take('KEYNOTE 4', sid)).toBe(first);
  await take('what is this?');
  await take('KEYNOTE 9');
  expect(delivered).not.toHaveBeenCalled();
});
