import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { SegmentedMessage } from 'sms-segments-calculator';
import { callTexts } from '../../src/rating/call-texts';
import { eventTexts } from '../../src/rating/event-texts';
import { everyReply } from '../../src/rating/every-reply';
import { isOneSegment } from '../../src/rating/one-segment';
import { parseEvent } from '../../src/rating/parse-event';
import { posterTexts } from '../../src/rating/poster-texts';
import {
  callTextNames,
  type Language,
  posterTextNames,
  type RatingEvent,
  replyNames,
  type SessionState,
} from '../../src/rating/rating-event';
import { readText, type SessionNow } from '../../src/rating/read-text';
import { replyToRating, replyToRefusal, replyToTryLater } from '../../src/rating/write-reply';

const languages: Language[] = ['en', 'de', 'fr', 'es', 'ja'];

function makeEvent(language: Language): RatingEvent {
  const parsed = parseEvent(
    JSON.stringify({
      id: 'demo',
      title: 'Demo',
      language,
      sessions: [
        { keyword: 'KEYNOTE', title: 'Opening keynote' },
        { keyword: 'WORKSHOP', title: 'Workshop' },
        { keyword: 'PANEL', title: 'Panel of the day' },
        { keyword: 'DINNER', title: 'Dinner' },
        { keyword: 'PARTY', title: 'Party' },
      ],
    }),
  );
  if (!parsed.ok) throw new Error('the event is broken');
  return parsed.event;
}

const states = {
  KEYNOTE: 'open',
  WORKSHOP: 'open',
  PANEL: 'paused',
  DINNER: 'closed',
  PARTY: 'scheduled',
} as const;

function repliesToTexts(language: Language): string[] {
  const event = makeEvent(language);
  const sessions = event.sessions.map(({ keyword, title }) => ({
    keyword,
    title,
    state: states[keyword as keyof typeof states],
  }));
  const texts = [
    '5',
    'KEYNOT 5',
    'BREAKFAST 5',
    'keynote 9',
    'keynote 4, workshop 5',
    'keynote',
    'who is this?',
    '',
    'panel 5',
    'dinner 5',
    'party 5',
  ];
  const refusals = texts.map((text) => {
    const reading = readText(text, sessions);
    if (reading.kind !== 'refused') throw new Error(`${text} is not refused`);
    return replyToRefusal(reading, event, sessions) ?? '';
  });
  const rating = { session: { keyword: 'KEYNOTE', title: 'Opening keynote' }, score: 5 as const };
  return [
    replyToRating(rating, { kind: 'recorded', former: null }, event),
    replyToRating(rating, { kind: 'changed', former: 3 }, event),
    replyToTryLater(event),
    ...refusals,
  ];
}

test.each(languages)('every reply in %s says something and costs one segment', (language) => {
  for (const reply of repliesToTexts(language)) {
    expect(reply).not.toBe('');
    expect([reply, new SegmentedMessage(reply).segmentsCount]).toEqual([reply, 1]);
  }
});

test('where one session is open, a first word that is no keyword is not asked to be one', () => {
  const event = makeEvent('en');
  const only: SessionNow[] = [{ keyword: 'KEYNOTE', title: 'Opening keynote', state: 'open' }];
  const reading = readText('boring 1', only);
  if (reading.kind !== 'refused') throw new Error('boring 1 is not refused');
  expect(reading.reason).toBe('unknown-keyword');
  expect(replyToRefusal(reading, event, only)).toBe(
    'Please text a score from 1 to 5, for example: KEYNOTE 5',
  );
});

test('a changed rating says from what to what', () => {
  const reply = replyToRating(
    { session: { keyword: 'KEYNOTE', title: 'Opening' }, score: 5 },
    { kind: 'changed', former: 3 },
    makeEvent('en'),
  );
  expect(reply).toBe('Changed from 3 to 5 for Opening.');
});

const recorded = { kind: 'recorded', former: null } as const;
const thank = (title: string, language: Language = 'en') =>
  replyToRating({ session: { keyword: 'KEYNOTE', title }, score: 5 }, recorded, makeEvent(language));

test.each<[string, Language, string, string]>([
  ['stays where it fits', 'en', 'Opening: the “future” of tests', 'for Opening: the "future" of tests. Text'],
  ['stays with its accents where 70 characters are enough', 'en', 'Fête', 'for Fête. Text'],
  [
    'loses accents rather than its end',
    'fr',
    'La grande fête de la rentrée',
    'pour La grande fete de la rentrée. Renvoyez',
  ],
  ['loses its end where that is not enough', 'en', 'x'.repeat(120), `for ${'x'.repeat(109)}.... Text`],
  [
    'in a script without GSM-7 loses its end sooner',
    'en',
    'Вечер воспоминаний о былом',
    'for Вечер воспоминаний о…. Text',
  ],
])('a title %s, and the reply is one segment', (_, language, title, part) => {
  const reply = thank(title, language);
  expect(reply).toContain(part);
  expect(new SegmentedMessage(reply).segmentsCount).toBe(1);
});

test('what counts as one segment is what Twilio’s own calculator says', () => {
  const characters = fc.constantFrom(...'aÄéèñ€[|~^{}\\ç“’…日本😀Δ\n ', 'e\u0301');
  fc.assert(
    fc.property(fc.array(characters, { maxLength: 165 }), fc.nat(165), (some, length) => {
      const text = some.join('') + 'a'.repeat(length);
      expect(isOneSegment(text)).toBe(new SegmentedMessage(text).segmentsCount <= 1);
    }),
  );
});

describe('whoever has to be told a session', () => {
  const now = (states: SessionState[]): SessionNow[] =>
    makeEvent('en').sessions.map(({ keyword, title }, index) => ({
      keyword,
      title,
      state: states[index] ?? 'closed',
    }));
  const reply = (text: string, sessions: SessionNow[]) => {
    const reading = readText(text, sessions);
    return reading.kind === 'refused' ? replyToRefusal(reading, makeEvent('en'), sessions) : reading.kind;
  };

  test('is told one that is open', () => {
    const sessions = now(['closed', 'open', 'scheduled', 'open']);
    expect(reply('hello', sessions)).toBe('Please text a score from 1 to 5, for example: WORKSHOP 5');
    expect(reply('7', sessions)).toContain('for example: WORKSHOP 4');
    expect(reply('5', sessions)).toBe('Which session? Put its word before your score: WORKSHOP, DINNER');
    expect(reply('breakfast 5', sessions)).toContain('WORKSHOP, DINNER');
  });

  test('is told that none is, when none is', () => {
    for (const text of ['hello', '5', '7', 'breakfast 5', ''])
      expect([text, reply(text, now([]))]).toEqual([
        text,
        'Nothing can be rated right now. Please try again later.',
      ]);
  });

  test('is told that the one that was meant is closed, before anything else', () => {
    for (const text of ['keynote 5', 'keynote', 'keynote 9', 'keynot 5', 'keynote was great'])
      expect([text, reply(text, now(['closed', 'open']))]).toEqual([
        text,
        'Rating of Opening keynote is closed. Thank you!',
      ]);
  });

  test('is told as many as one segment has room for', () => {
    const sessions = Array.from({ length: 40 }, (_, index): SessionNow => {
      const letters = String.fromCharCode(65 + (index % 26), 65 + Math.floor(index / 26));
      return { keyword: `SESSION${letters}`, title: 'a', state: 'open' };
    });
    const text = reply('5', sessions) ?? '';
    expect(text).toMatch(/: SESSIONAA, SESSIONBA, .*, \.\.\.$/);
    expect(text.length).toBeLessThanOrEqual(160);
    expect(text.length).toBeGreaterThan(145);
  });
});

test('a session has its own language, the event’s own texts only those of the event', () => {
  const event: RatingEvent = {
    ...makeEvent('en'),
    replies: { recorded: 'Diolch! {score}/5: {title}' },
    sessions: [
      { keyword: 'KEYNOTE', title: 'Opening', opensAt: null, closesAt: null },
      { keyword: 'VORTRAG', title: 'Ende', language: 'de', opensAt: null, closesAt: null },
    ],
  };
  const say = (keyword: string, title: string) =>
    replyToRating({ session: { keyword, title }, score: 5 }, recorded, event);
  expect(say('KEYNOTE', 'Opening')).toBe('Diolch! 5/5: Opening');
  expect(say('VORTRAG', 'Ende')).toBe('Danke! 5 von 5 für Ende. Zum Ändern einfach neu schreiben.');
});

test('lists every reply there is, about the session with which it is longest', () => {
  const event = makeEvent('de');
  const replies = everyReply(event);
  expect(replies.map(({ reply }) => reply).sort()).toEqual(Object.keys(replyNames).sort());
  expect(replies.find(({ reply }) => reply === 'paused')?.text).toContain('Panel of the day');
  expect(replies.every(({ locale }) => locale === 'de-DE')).toBe(true);
});

test('a reaction gets no reply, or it would be reacted to', () => {
  const reading = readText('Liked “Thanks”', []);
  expect(reading.kind === 'refused' && replyToRefusal(reading, makeEvent('en'), [])).toBeNull();
});

test('the same score again is thanked for, and not called a change', () => {
  const again = replyToRating(
    { session: { keyword: 'KEYNOTE', title: 'Opening' }, score: 4 },
    { kind: 'changed', former: 4 },
    makeEvent('en'),
  );
  expect(again).toBe('Thank you! 4 of 5 for Opening. Text again to change it.');
});

test("the event's own replies stand in place of its language's", () => {
  const event = { ...makeEvent('en'), replies: { recorded: 'Diolch! {score}/5: {title}' } };
  expect(
    replyToRating(
      { session: { keyword: 'KEYNOTE', title: 'Opening' }, score: 5 },
      { kind: 'recorded', former: null },
      event,
    ),
  ).toBe('Diolch! 5/5: Opening');
  expect(replyToTryLater(event)).toBe(replyToTryLater(makeEvent('en')));
});

test('the documented event in another language says everything in it, each reply in one segment', () => {
  const parsed = parseEvent(readFileSync(path.join(__dirname, '..', '..', 'docs', 'event.it.json'), 'utf8'));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  const { event } = parsed;
  expect(Object.keys(event.replies).sort()).toEqual(Object.keys(replyNames).sort());
  expect(Object.keys(event.calls).sort()).toEqual(Object.keys(callTextNames).sort());
  expect(Object.keys(event.poster).sort()).toEqual([...posterTextNames].sort());
  expect(eventTexts(event, 'APERTURA', 'calls', callTexts)).toEqual({ locale: 'it-IT', texts: event.calls });
  expect(eventTexts(event, null, 'poster', posterTexts)).toEqual({ locale: 'it-IT', texts: event.poster });
  expect(eventTexts(event, 'PANEL', 'poster', posterTexts)).toEqual({
    locale: 'de-DE',
    texts: posterTexts.de,
  });
  const replies = everyReply(event);
  expect(new Set(replies.map(({ locale }) => locale))).toEqual(new Set(['it-IT', 'de-DE']));
  for (const { text } of replies) expect([text, new SegmentedMessage(text).segmentsCount]).toEqual([text, 1]);
});
