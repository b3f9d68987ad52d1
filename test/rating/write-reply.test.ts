import { SegmentedMessage } from 'sms-segments-calculator';
import { parseEvent } from '../../src/rating/parse-event';
import type { Language, RatingEvent } from '../../src/rating/rating-event';
import { readText } from '../../src/rating/read-text';
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

function everyReply(language: Language): string[] {
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
    return replyToRefusal(reading, event) ?? '';
  });
  const rating = { title: 'Opening keynote', score: 5 as const };
  return [
    replyToRating(rating, { kind: 'recorded', former: null }, event),
    replyToRating(rating, { kind: 'changed', former: 3 }, event),
    replyToTryLater(event),
    ...refusals,
  ];
}

test.each(languages)('every reply in %s says something and costs one segment', (language) => {
  for (const reply of everyReply(language)) {
    expect(reply).not.toBe('');
    expect([reply, new SegmentedMessage(reply).segmentsCount]).toEqual([reply, 1]);
  }
});

test('a changed rating says from what to what', () => {
  const reply = replyToRating(
    { title: 'Opening', score: 5 },
    { kind: 'changed', former: 3 },
    makeEvent('en'),
  );
  expect(reply).toBe('Changed from 3 to 5 for Opening.');
});

test('a long title is cut, so that the reply stays one segment', () => {
  const reply = replyToRating(
    { title: 'x'.repeat(120), score: 5 },
    { kind: 'recorded', former: null },
    makeEvent('en'),
  );
  expect(new SegmentedMessage(reply).segmentsCount).toBe(1);
});

test('a reaction gets no reply, or it would be reacted to', () => {
  const reading = readText('Liked “Thanks”', []);
  expect(reading.kind === 'refused' && replyToRefusal(reading, makeEvent('en'))).toBeNull();
});

test('the same score again is thanked for, and not called a change', () => {
  const again = replyToRating(
    { title: 'Opening', score: 4 },
    { kind: 'changed', former: 4 },
    makeEvent('en'),
  );
  expect(again).toBe('Thank you! 4 of 5 for Opening. Text again to change it.');
});

test("the event's own replies stand in place of its language's", () => {
  const event = { ...makeEvent('en'), replies: { recorded: 'Diolch! {score}/5: {title}' } };
  expect(replyToRating({ title: 'Opening', score: 5 }, { kind: 'recorded', former: null }, event)).toBe(
    'Diolch! 5/5: Opening',
  );
  expect(replyToTryLater(event)).toBe(replyToTryLater(makeEvent('en')));
});
