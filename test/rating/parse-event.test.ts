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
      calls: {},
      poster: {},
      locale: null,
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

const talk = { keyword: 'TALK', title: 'A talk' };
const withSessions = (...sessions: unknown[]) => ({ ...good, sessions });

test.each<[string, unknown, string, string]>([
  ['a list', [], '', 'must be an object'],
  ['a text', 'event', '', 'must be an object'],
  ['no id', { ...good, id: undefined }, 'id', 'is missing'],
  ['an id with blanks', { ...good, id: 'my event' }, 'id', '1 to 64 of a-z, 0-9 and -'],
  ['a title of two lines', { ...good, title: 'a\nb' }, 'title', 'in one line'],
  ['an empty title', { ...good, title: ' ' }, 'title', '1 to 120 characters'],
  ['an unknown language', { ...good, language: 'xx' }, 'language', 'one of en, de, fr, es, ja'],
  ['a misspelt field', { ...good, moderaton: 'all' }, 'moderaton', 'Known are id, title'],
  ['no sessions', { ...good, sessions: [] }, 'sessions', 'at least one session'],
  ['sessions by name', { ...good, sessions: { TALK: 'A talk' } }, 'sessions', 'must be a list'],
  ['a session that is a word', withSessions('TALK'), 'sessions[0]', 'must be an object'],
  ['a session without keyword', withSessions({ title: 'a' }), 'sessions[0].keyword', 'is missing'],
  ['a session without title', withSessions({ keyword: 'TALK' }), 'sessions[0].title', 'is missing'],
  [
    'a keyword of Twilio’s',
    withSessions({ ...talk, keyword: 'yes' }),
    'sessions[0].keyword',
    'YES belongs to Twilio',
  ],
  [
    'a keyword of Twilio’s in capitals',
    withSessions({ ...talk, keyword: 'OptOut' }),
    'sessions[0].keyword',
    'OPTOUT',
  ],
  [
    'a keyword with blanks',
    withSessions({ ...talk, keyword: ' STOP ' }),
    'sessions[0].keyword',
    'without blanks',
  ],
  [
    'a keyword that is a number',
    withSessions({ ...talk, keyword: 'Five' }),
    'sessions[0].keyword',
    'read as a number',
  ],
  [
    'a keyword that is one in German',
    withSessions({ ...talk, keyword: 'FÜNF' }),
    'sessions[0].keyword',
    'FÜNF',
  ],
  ['a keyword of digits', withSessions({ ...talk, keyword: '5' }), 'sessions[0].keyword', '2 to 20 letters'],
  [
    'a keyword ending in a digit',
    withSessions({ ...talk, keyword: 'TALK1' }),
    'sessions[0].keyword',
    'letter first and last',
  ],
  [
    'a keyword that is a number',
    withSessions({ ...talk, keyword: 42 }),
    'sessions[0].keyword',
    'does not fit',
  ],
  [
    'what organisers text',
    withSessions({ ...talk, keyword: 'Stats' }),
    'sessions[0].keyword',
    'what organisers text',
  ],
  [
    'a keyword twice',
    withSessions(talk, { ...talk, keyword: 'talk' }),
    'sessions[1].keyword',
    'TALK is there twice',
  ],
  [
    'keywords that differ in an accent',
    withSessions({ ...talk, keyword: 'CAFE' }, { ...talk, keyword: 'Café' }),
    'sessions[1].keyword',
    'CAFÉ is read like CAFE',
  ],
  [
    'a time without zone',
    withSessions({ ...talk, opensAt: '2026-05-04T09:00' }),
    'sessions[0].opensAt',
    '+02:00',
  ],
  [
    'a day that does not exist',
    withSessions({ ...talk, opensAt: '2026-13-04T09:00Z' }),
    'sessions[0].opensAt',
    'zone',
  ],
  [
    'a time as a number',
    withSessions({ ...talk, closesAt: 1777888800 }),
    'sessions[0].closesAt',
    'like 2026-05-04',
  ],
  [
    'an end before the beginning',
    withSessions({ ...talk, opensAt: '2026-05-04T09:00Z', closesAt: '2026-05-04T08:00Z' }),
    'sessions[0].closesAt',
    'is not after opensAt',
  ],
  ['days as a text', { ...good, keepDays: '30' }, 'keepDays', 'a whole number from 1 to 3650'],
  ['half an answer', { ...good, minimumAnswers: 2.5 }, 'minimumAnswers', 'a whole number'],
  ['one held word', { ...good, heldWords: 'spam' }, 'heldWords', 'must be a list of words'],
  ['a reply nobody knows', { ...good, replies: { thanks: 'Hi' } }, 'replies.thanks', 'Known are recorded'],
  [
    'a reply that names what it cannot',
    { ...good, replies: { closed: '{score}!' } },
    'replies.closed',
    '{title}',
  ],
  [
    'a reply with a brace too many',
    { ...good, replies: { closed: '{ title }' } },
    'replies.closed',
    '{ title }',
  ],
  [
    'a reply that is a list',
    { ...good, replies: { closed: ['a'] } },
    'replies.closed',
    '1 to 320 characters',
  ],
  ['what no caller hears', { ...good, calls: { hello: 'Hi' } }, 'calls.hello', 'Known are choose'],
  ['a poster that fills something in', { ...good, poster: { scan: '{title}' } }, 'poster.scan', 'no braces'],
  ['a language without country', { ...good, locale: 'cy' }, 'locale', 'like cy-GB'],
])('refuses %s, and names field and fix', (_, value, field, told) => {
  const parsed = parseEvent(JSON.stringify(value));
  const faults = parsed.ok ? [] : parsed.faults;
  expect(faults.map((fault) => fault.path)).toContain(field);
  expect(faults.map(({ message, fix }) => `${message}. ${fix}`).join('\n')).toContain(told);
});

test('takes a file of an editor that puts a mark before it', () => {
  expect(parseEvent(`\uFEFF${JSON.stringify(good)}`)).toMatchObject({ ok: true });
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
