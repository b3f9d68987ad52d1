import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { takeOrganiserText } from '../../src/rating/organiser-text';
import { parseEvent } from '../../src/rating/parse-event';
import type { RatingEvent } from '../../src/rating/rating-event';
import { readOverview } from '../../src/rating/read-overview';
import { readResults } from '../../src/rating/read-results';
import { readSessionChange } from '../../src/rating/read-session-change';
import { readTimeline } from '../../src/rating/read-timeline';
import { type ExportFormat, writeExportPart } from '../../src/rating/write-export';
import type { CommentState, RatingStore } from '../../src/storage/rating-store';
import { openSqliteStore } from '../../src/storage/sqlite/sqlite-store';
import { readExportPart, voterNames } from '../../src/twilio/export-part';
import { rating } from '../storage/contract';

const parsed = parseEvent(
  JSON.stringify({
    id: 'event',
    title: 'Demo',
    sessions: [
      { keyword: 'KEYNOTE', title: 'Opening' },
      { keyword: 'PANEL', title: 'Panel', opensAt: '2026-05-04T09:00Z', closesAt: '2026-05-04T10:00Z' },
    ],
  }),
);
if (!parsed.ok) throw new Error('the event is broken');
const event: RatingEvent = parsed.event;
const now = Date.parse('2026-05-04T09:30Z');

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

const state = async (keyword: string) =>
  (await readOverview({ event, store, now })).sessions.find((one) => one.keyword === keyword)?.state;

/** The parts of an export, each begun where the one before ended. */
async function exportAll(
  format: ExportFormat,
  change: Partial<Parameters<typeof writeExportPart>[0]> = {},
): Promise<string[]> {
  const parts: string[] = [];
  for (let after: string | undefined; ; ) {
    const { text, next } = await writeExportPart({
      ratings: store.ratings(event.id, after),
      format,
      first: after === undefined,
      nameVoter: (voter) => voter,
      size: 1_000_000,
      isOver: () => false,
      ...change,
    });
    parts.push(text);
    if (next === null) return parts;
    after = next;
  }
}

describe('what an organiser texts', () => {
  test.each([
    ['CLOSE KEYNOTE', 'KEYNOTE', 'closed'],
    ['pause panel', 'PANEL', 'paused'],
    [' Open  Panel ', 'PANEL', 'open'],
  ])('%j is done and answered', async (text, keyword, expected) => {
    expect(await takeOrganiserText(text, { event, store, now })).toBe(`${keyword} is ${expected} now.`);
    expect(await state(keyword)).toBe(expected);
  });

  test('another delivery of a text is answered alike and undoes nothing', async () => {
    const input = { event, store, now };
    const open = { ...input, messageSid: `SM${'a'.repeat(32)}` };
    const first = await takeOrganiserText('OPEN KEYNOTE', open);
    await takeOrganiserText('CLOSE KEYNOTE', { ...input, messageSid: `SM${'b'.repeat(32)}` });
    expect(await takeOrganiserText('OPEN KEYNOTE', open)).toBe(first);
    expect(await state('KEYNOTE')).toBe('closed');
  });

  test('STATS answers a line for each session', async () => {
    await store.record(rating({ score: 4 }));
    expect(await takeOrganiserText('stats', { event, store, now })).toBe(
      'KEYNOTE open: 4.0 of 1\nPANEL open: 0',
    );
  });

  test('STATS of one session answers that one', async () => {
    expect(await takeOrganiserText('Stats panel.', { event, store, now })).toBe('PANEL open: 0');
  });

  test('STATS of many sessions is a short text, the open ones first', async () => {
    const sessions = Array.from({ length: 40 }, (_, index) => ({
      keyword: `TALK${String.fromCharCode(65 + (index % 26), 65 + Math.floor(index / 26))}`,
      title: 'Talk',
      opensAt: index === 39 ? null : now + 1,
      closesAt: null,
    }));
    const reply = await takeOrganiserText('STATS', { event: { ...event, sessions }, store, now });
    expect(reply).toMatch(/^TALKNB open: 0\nTALKAA scheduled: 0\n(?:.*\n)+\d+ more$/);
    expect(reply?.length).toBeLessThanOrEqual(320);
  });

  test('an unknown session is asked for, and nothing changes', async () => {
    expect(await takeOrganiserText('close dinner', { event, store, now })).toBe(
      'Which session? KEYNOTE, PANEL',
    );
    expect(await store.settings(event.id)).toEqual([]);
  });

  test.each(['5', 'KEYNOTE 5', 'close the window please', 'stats please'])(
    '%j is an attendee’s text',
    async (text) => {
      expect(await takeOrganiserText(text, { event, store, now })).toBeNull();
      expect(await store.settings(event.id)).toEqual([]);
    },
  );
});

describe('a change of a session', () => {
  test.each<[Record<string, unknown>, string]>([
    [{}, 'keyword is not one of the event'],
    [{ keyword: 'DINNER' }, 'keyword is not one of the event'],
    [{ keyword: 'PANEL', state: 'ajar' }, 'state is none of open, paused, closed, auto'],
    [
      { keyword: 'PANEL', opensAt: 'tomorrow' },
      'opensAt is not a time with a zone, like 2026-05-04T09:30+02:00',
    ],
    [
      { keyword: 'PANEL', closesAt: '2026-05-04T09:00' },
      'closesAt is not a time with a zone, like 2026-05-04T09:30+02:00',
    ],
    [{ keyword: 'PANEL', closesAt: '2026-05-04T08:00Z' }, 'closesAt is not after opensAt'],
  ])('refuses %j', (fields, fault) => {
    expect(readSessionChange(fields, event, [])).toEqual({ ok: false, fault });
  });

  test('names what changes only, and null takes a time away', () => {
    const settings = [{ keyword: 'PANEL', state: 'paused' as const, opensAt: 5 }];
    expect(readSessionChange({ keyword: 'PANEL', closesAt: null }, event, settings)).toEqual({
      ok: true,
      change: { keyword: 'PANEL', closesAt: null },
    });
    expect(
      readSessionChange({ keyword: 'PANEL', state: 'auto', results: 'auto' }, event, settings),
    ).toStrictEqual({
      ok: true,
      change: { keyword: 'PANEL', state: null, results: undefined },
    });
  });
});

describe('an export', () => {
  test.each([
    ['=1+1', `"'=1+1"`],
    ['+cmd|calc', `"'+cmd|calc"`],
    ['@SUM(A1)', `"'@SUM(A1)"`],
    ['-5 and "quoted", with comma', `"'-5 and ""quoted"", with comma"`],
    ['\u200b=1', `"'\u200b=1"`],
    ['\u0085=1', `"'\u0085=1"`],
    ['\u0001=1', `"'\u0001=1"`],
    ['＝1', `"'＝1"`],
    ['two\nlines', '"two\nlines"'],
    ['plain', 'plain'],
  ])('writes the comment %j so that no spreadsheet calculates it', async (text, cell) => {
    await store.record(rating({ comment: { text, state: 'approved' } }));
    const csv = (await exportAll('csv')).join('');
    expect(csv.split('\r\n')[1] ?? '').toContain(cell.split('\n')[0] ?? '');
    expect(csv).toContain(`,${cell},approved\r\n`);
    const [row] = JSON.parse((await exportAll('json')).join(''));
    expect(row.comment).toBe(text);
  });

  test('of nothing is an empty list and a line of headings', async () => {
    expect(JSON.parse((await exportAll('json')).join(''))).toEqual([]);
    expect(await exportAll('csv')).toEqual(['\ufeffsession,score,at,voter,comment,comment state\r\n']);
  });

  test.each(['csv', 'json'] as const)('as %s comes in parts that together are the whole', async (format) => {
    for (let index = 0; index < 40; index += 1) await store.record(rating({ voter: `voter-${index}` }));
    const [whole = ''] = await exportAll(format);
    const bySize = await exportAll(format, { size: 600 });
    expect(bySize.join('')).toBe(whole);
    expect(bySize.length).toBeGreaterThan(3);
    for (const part of bySize) expect(Buffer.byteLength(part)).toBeLessThanOrEqual(600);
    const byTime = await exportAll(format, { isOver: () => true });
    expect(byTime.join('')).toBe(whole);
    expect(byTime).toHaveLength(1);
  });

  test('gets on by 500 ratings at least, however long a store takes to find them', async () => {
    for (let index = 0; index < 1100; index += 1) await store.record(rating({ voter: `voter-${index}` }));
    const parts = await exportAll('csv', { isOver: () => true });
    expect(parts).toHaveLength(3);
    expect(parts.join('')).toBe((await exportAll('csv')).join(''));
  });

  test('names a voter alike in all parts of one export, differently in another, never by the pseudonym', async () => {
    await store.record(rating({ voter: 'pseudonym-a', session: 'KEYNOTE' }));
    await store.record(rating({ voter: 'pseudonym-b', session: 'KEYNOTE' }));
    await store.record(rating({ voter: 'pseudonym-a', session: 'PANEL' }));
    const namesOf = async (nonce: string): Promise<string[]> => {
      const text = (await exportAll('json', { nameVoter: voterNames(nonce, 'secret'), size: 1 })).join('');
      expect(text).not.toContain('pseudonym');
      return JSON.parse(text).map((one: { voter: string }) => one.voter);
    };
    const names = await namesOf('a');
    expect(names[0]).toBe(names[2]);
    expect(new Set(names).size).toBe(2);
    expect(await namesOf('b')).not.toContain(names[0]);
  });

  test.each(['0', '2', 'x', '1.1', `${'a'.repeat(16)}.`, `${'a'.repeat(16)}.é`, ['1', '1'], {}])(
    'has no part %j',
    (part) => {
      expect(readExportPart(part)).toBeNull();
    },
  );
});

test('the timeline counts every rating once, in bars of one width', async () => {
  const minute = 60_000;
  for (const [index, at] of [0, 10_000, minute, 9 * minute].entries())
    await store.record(rating({ voter: `voter-${index}`, at: now + at }));
  expect(await readTimeline(store.ratings(event.id))).toEqual({
    from: now,
    step: minute,
    bars: [{ session: 'KEYNOTE', counts: [2, 1, 0, 0, 0, 0, 0, 0, 0, 1] }],
    complete: true,
  });
  await store.record(rating({ voter: 'late', at: now + 30 * 24 * 60 * minute }));
  const long = await readTimeline(store.ratings(event.id));
  expect(long?.bars[0]?.counts.reduce((sum, count) => sum + count)).toBe(5);
  expect(long?.bars[0]?.counts.length).toBeLessThanOrEqual(96);
});

test('a timeline that had no time for all ratings says so', async () => {
  for (const voter of ['ada', 'bob']) await store.record(rating({ voter }));
  expect(await readTimeline(store.ratings(event.id), () => true)).toMatchObject({
    bars: [{ counts: [1] }],
    complete: false,
  });
});

test('the overview has whatever is public, however many comments came since, and says what it leaves out', async () => {
  const comment = (index: number, session: string, state: CommentState) => {
    const text = `${session} ${index}`;
    return rating({ voter: `voter-${index}`, session, at: 1_000 + index, comment: { text, state } });
  };
  await store.record(comment(0, 'PANEL', 'approved'));
  await Promise.all(
    Array.from({ length: 201 }, async (_, index) => {
      await store.record(comment(1 + index, 'KEYNOTE', 'approved'));
      await store.record(comment(300 + index, 'KEYNOTE', 'hidden'));
    }),
  );
  await store.record(comment(600, 'PANEL', 'held'));
  const { comments, cut } = await readOverview({ event, store, now });
  const texts = comments.map(({ text }) => text);
  const { sessions } = await readResults({ event, store, now, all: true });
  for (const { text } of sessions.flatMap((session) => session.comments)) expect(texts).toContain(text);
  expect(texts).toContain('PANEL 0');
  expect(texts.slice(0, 2)).toEqual(['PANEL 600', 'KEYNOTE 500']);
  expect(texts).toHaveLength(1 + 202 + 200);
  expect(new Set(texts).size).toBe(texts.length);
  expect(cut).toEqual(['approved', 'hidden']);
});

test('the overview has held comments first, and says why a text was not counted, without naming anybody', async () => {
  await store.record(rating({ voter: 'pseudonym-a', comment: { text: 'fine', state: 'approved' } }));
  await store.record(rating({ voter: 'pseudonym-b', comment: { text: 'see x.com', state: 'held' } }));
  await store.noteUncounted(event.id, {
    voter: 'pseudonym-c',
    messageSid: `SM${'3'.repeat(32)}`,
    text: 'hello?',
    reason: 'not-a-rating',
    at: now,
  });
  const overview = await readOverview({ event, store, now });
  expect(overview.comments.map(({ text }) => text)).toEqual(['see x.com', 'fine']);
  expect(overview.uncounted[0]).toMatchObject({
    text: 'hello?',
    explanation: 'No score from 1 to 5 can be made out in it.',
  });
  expect(JSON.stringify(overview)).not.toContain('pseudonym');
});
