import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEvent } from '../../src/rating/parse-event';
import { sessionState } from '../../src/rating/rating-event';

const good = {
  id: 'demo-2026',
  title: 'Demo',
  sessions: [
    {
      keyword: 'Keynote',
      title: 'Opening',
      opensAt: '2026-05-04T09:00+02:00',
      closesAt: '2026-05-04T10:00Z',
    },
  ],
};

test('reads the event that is shipped', () => {
  const text = readFileSync(path.join(__dirname, '..', '..', 'assets', 'event.private.json'), 'utf8');
  expect(parseEvent(text)).toMatchObject({
    ok: true,
    event: { sessions: [{ keyword: 'KEYNOTE' }, { keyword: 'WORKSHOP' }] },
  });
});

test('fills in what may be left out and reads times with their zone', () => {
  expect(parseEvent(JSON.stringify(good))).toEqual({
    ok: true,
    event: {
      id: 'demo-2026',
      title: 'Demo',
      language: 'en',
      moderation: 'doubtful',
      results: 'always',
      minimumAnswers: 5,
      heldWords: [],
      keepDays: null,
      replies: {},
      sessions: [
        {
          keyword: 'KEYNOTE',
          title: 'Opening',
          opensAt: Date.UTC(2026, 4, 4, 7),
          closesAt: Date.UTC(2026, 4, 4, 10),
        },
      ],
    },
  });
});

test.each<[string, unknown, string]>([
  ['a list', [], ''],
  ['no id', { ...good, id: undefined }, 'id'],
  ['an id with blanks', { ...good, id: 'my event' }, 'id'],
  ['a title of two lines', { ...good, title: 'a\nb' }, 'title'],
  ['an unknown language', { ...good, language: 'xx' }, 'language'],
  ['a misspelt field', { ...good, moderaton: 'all' }, 'moderaton'],
  ['no sessions', { ...good, sessions: [] }, 'sessions'],
  ['a keyword of Twilio’s', { ...good, sessions: [{ keyword: 'yes', title: 'a' }] }, 'sessions[0].keyword'],
  ['a keyword of digits', { ...good, sessions: [{ keyword: '42', title: 'a' }] }, 'sessions[0].keyword'],
  ['a keyword twice', { ...good, sessions: [good.sessions[0], good.sessions[0]] }, 'sessions[1].keyword'],
  [
    'a time without zone',
    { ...good, sessions: [{ keyword: 'AB', title: 'a', opensAt: '2026-05-04T09:00' }] },
    'sessions[0].opensAt',
  ],
  [
    'an end before the beginning',
    {
      ...good,
      sessions: [{ keyword: 'AB', title: 'a', opensAt: '2026-05-04T09:00Z', closesAt: '2026-05-04T08:00Z' }],
    },
    'sessions[0].closesAt',
  ],
])('refuses %s and names the field', (_, value, path_) => {
  const parsed = parseEvent(JSON.stringify(value));
  expect(parsed.ok ? [] : parsed.faults.map((fault) => fault.path)).toContain(path_);
});

test('reports every fault', () => {
  const parsed = parseEvent(JSON.stringify({ ...good, id: 'A B', language: 'xx' }));
  expect(parsed.ok ? [] : parsed.faults).toHaveLength(2);
});

test('a session is scheduled, open and closed by its times, and an organiser’s word goes before', () => {
  const session = { keyword: 'AB', title: 'a', opensAt: 100, closesAt: 200 };
  expect([99, 100, 199, 200].map((now) => sessionState(session, undefined, now))).toEqual([
    'scheduled',
    'open',
    'open',
    'closed',
  ]);
  expect(sessionState(session, { keyword: 'AB', state: 'paused' }, 150)).toBe('paused');
  expect(sessionState(session, { keyword: 'AB', state: null, closesAt: null }, 500)).toBe('open');
  expect(sessionState({ ...session, opensAt: null, closesAt: null }, undefined, 0)).toBe('open');
});
