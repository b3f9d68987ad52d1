import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { commentState } from '../../src/rating/comment-state';
import type { RatingEvent, Score } from '../../src/rating/rating-event';
import { averageInterval, readResults } from '../../src/rating/read-results';
import type { RatingStore } from '../../src/storage/rating-store';
import { openSqliteStore } from '../../src/storage/sqlite/sqlite-store';
import { rating } from '../storage/contract';

const event: RatingEvent = {
  id: 'event',
  title: 'Demo',
  language: 'en',
  moderation: 'doubtful',
  results: 'always',
  minimumAnswers: 3,
  heldWords: ['boo'],
  keepDays: null,
  replies: {},
  calls: {},
  poster: {},
  locale: null,
  sessions: [
    { keyword: 'KEYNOTE', title: 'Opening', opensAt: null, closesAt: null },
    { keyword: 'WORKSHOP', title: 'Workshop', opensAt: null, closesAt: 100 },
  ],
};

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

async function rate(...scores: Score[]): Promise<void> {
  for (const [index, score] of scores.entries())
    await store.record(rating({ voter: `voter-${index}`, score }));
}

test('lists every session, with null for average and median where nobody rated', async () => {
  expect(await readResults({ event, store, now: 200 })).toEqual({
    event: { title: 'Demo', language: 'en', minimumAnswers: 3 },
    sessions: [
      expect.objectContaining({
        keyword: 'KEYNOTE',
        state: 'open',
        count: 0,
        average: null,
        median: null,
        comments: [],
      }),
      expect.objectContaining({
        keyword: 'WORKSHOP',
        state: 'closed',
        histogram: { 1: 0, 2: 0, 3: 0, 4: 0, 5: 0 },
      }),
    ],
  });
});

test.each<[Score[], number, number]>([
  [[5], 5, 5],
  [[1, 5], 3, 3],
  [[1, 2, 5], 8 / 3, 2],
  [[4, 4, 5, 5], 4.5, 4.5],
  [[1, 1, 1, 5], 2, 1],
])('the average and median of %j are %d and %d', async (scores, average, median) => {
  await rate(...scores);
  const [keynote] = (await readResults({ event, store, now: 0 })).sessions;
  expect(keynote).toMatchObject({ count: scores.length, average, median });
});

test('shows approved comments only, and nothing about who wrote them', async () => {
  const comment = (text: string) => ({ text, state: commentState(text, event, () => false) });
  await store.record(rating({ voter: 'secret-voter', comment: comment('lovely') }));
  await store.record(rating({ voter: 'b', comment: comment('see http://spam.example') }));
  const results = await readResults({ event, store, now: 0 });
  expect(results.sessions[0]?.comments.map(({ text }) => text)).toEqual(['lovely']);
  expect(JSON.stringify(results)).not.toContain('secret-voter');
});

test('a session with hundreds of comments does not push those of another out', async () => {
  const comment = { text: 'fine', state: 'approved' as const };
  await store.record(rating({ session: 'WORKSHOP', voter: 'early', comment }));
  for (let index = 0; index < 210; index += 1)
    await store.record(rating({ session: 'KEYNOTE', voter: `voter-${index}`, comment }));
  const { sessions } = await readResults({ event, store, now: 0 });
  expect(sessions.map(({ comments }) => comments.length)).toEqual([20, 1]);
});

test.each([
  ['lovely', 'doubtful', 'approved'],
  ['lovely', 'all', 'held'],
  ['www.spam.example', 'doubtful', 'held'],
  ['call 5550100001', 'doubtful', 'held'],
  ['me@example.com', 'doubtful', 'held'],
  ['buy at spam.io now', 'doubtful', 'held'],
  ['buy at spam (dot) io', 'doubtful', 'held'],
  ['BOO!', 'doubtful', 'held'],
  ['rude', 'doubtful', 'held'],
  ['spam .com is', 'doubtful', 'held'],
  ['spam . com', 'doubtful', 'held'],
  ['spam[.]com', 'doubtful', 'held'],
  ['spam dot com', 'doubtful', 'held'],
  ['ｓｐａｍ．ｃｏｍ', 'doubtful', 'held'],
  ['sp\u200bam.c\u200bom', 'doubtful', 'held'],
  ['call ٥٥٥ ٠١٠٠ ٠٠١', 'doubtful', 'held'],
  ['b\u200boo', 'doubtful', 'held'],
  ['böó', 'doubtful', 'held'],
  ['ｒｕｄｅ', 'doubtful', 'held'],
  ['4.5 would be fair. Next time', 'doubtful', 'approved'],
  ['Muy bien. Es genial', 'doubtful', 'approved'],
  ['Loved it. Me too. Top!', 'doubtful', 'approved'],
  ['A dot on the map', 'doubtful', 'approved'],
] as const)('the comment %j is, with moderation %s, %s', (text, moderation, state) => {
  expect(commentState(text, { ...event, moderation }, (one) => one.includes('rude'))).toBe(state);
});

test('below the minimum of answers there is no interval, above it one that holds the average', async () => {
  await rate(5, 4);
  expect((await readResults({ event, store, now: 0 })).sessions[0]?.interval).toBeNull();
  await rate(5, 4, 5);
  const { average, interval } = (await readResults({ event, store, now: 0 })).sessions[0] ?? {};
  expect(interval?.low).toBeLessThan(average ?? 0);
  expect(interval?.high).toBeGreaterThan(average ?? 9);
});

test('the interval stays within the scale and narrows with more answers', () => {
  expect(averageInterval(5, 3)).toMatchObject({ high: 5 });
  expect(averageInterval(1, 3)).toMatchObject({ low: 1 });
  const width = (count: number) => averageInterval(4, count).high - averageInterval(4, count).low;
  expect(width(1000)).toBeLessThan(width(10) / 5);
});

test.each([
  ['hidden', 'always', 'organiser'],
  ['hidden', 'after-close', 'organiser'],
  ['shown', 'organiser', null],
  ['shown', 'after-close', null],
  [undefined, 'organiser', 'organiser'],
] as const)(
  'a session whose results an organiser made %s in an event with results %s waits for %s',
  async (set, results, waitsFor) => {
    await rate(5, 4, 5);
    await store.changeSetting(event.id, { keyword: 'KEYNOTE', state: null, results: set });
    const [keynote] = (await readResults({ event: { ...event, results }, store, now: 0 })).sessions;
    expect(keynote).toMatchObject({ waitsFor, hidden: waitsFor !== null, count: waitsFor === null ? 3 : 0 });
  },
);

test.each([
  ['after-close', [true, false]],
  ['organiser', [true, true]],
  ['always', [false, false]],
] as const)(
  'with results %s, hides what is not to be seen, figures and comments',
  async (results, hidden) => {
    await rate(5, 4, 5);
    const shown = await readResults({ event: { ...event, results }, store, now: 200 });
    expect(shown.sessions.map((session) => session.hidden)).toEqual(hidden);
    const obstacle = results === 'organiser' ? 'organiser' : 'close';
    expect(shown.sessions.map((session) => session.waitsFor)).toEqual(
      hidden.map((one) => (one ? obstacle : null)),
    );
    for (const session of shown.sessions.filter((one) => one.hidden))
      expect(session).toMatchObject({ count: 0, average: null, median: null, interval: null, comments: [] });
    const all = await readResults({ event: { ...event, results }, store, now: 200, all: true });
    expect(all.sessions[0]).toMatchObject({ hidden: false, count: 3 });
  },
);
