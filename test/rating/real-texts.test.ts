import { type Reading, readText, type SessionNow } from '../../src/rating/read-text';
import { bare, besidesWorkshop, none, ofBoth, ofWorkshop, withKeyword } from './real-texts';

const keynote: SessionNow = { keyword: 'KEYNOTE', title: 'Opening keynote', state: 'open' };
const workshop: SessionNow = { keyword: 'WORKSHOP', title: 'Workshop', state: 'open' };
const one = [keynote];
const two = [keynote, workshop];

/** `KEYNOTE 5 | comment`, or why not; `unknown-keyword, KEYNOTE?` where a keyword is near. */
function summarise(reading: Reading): string {
  if (reading.kind === 'rating') {
    const { session, score, comment } = reading;
    return `${session.keyword} ${score}${comment === null ? '' : ` | ${comment}`}`;
  }
  if (reading.kind === 'carrier-word') return reading.kind;
  const { reason, session } = reading;
  return reason === 'unknown-keyword' && session ? `${reason}, ${session.keyword}?` : reason;
}

/** Sessions by keyword, all open. */
function openSessions(...keywords: string[]): SessionNow[] {
  return keywords.map((keyword) => ({ keyword, title: keyword, state: 'open' }));
}

function readAll(texts: [string, string][], sessions: SessionNow[]): [string, string][] {
  return texts.map(([text]) => [text, summarise(readText(text, sessions))]);
}

test('counts a score beside its keyword, and keeps the rest as comment', () => {
  expect(withKeyword.length).toBeGreaterThan(100);
  expect(readAll(withKeyword, one)).toEqual(withKeyword);
  expect(readAll(withKeyword, two)).toEqual(withKeyword);
});

test('counts a score without keyword for the only open session, and asks which where there are two', () => {
  expect(bare.length).toBeGreaterThan(150);
  expect(readAll(bare, one)).toEqual(bare);
  expect(readAll(bare, two)).toEqual(bare.map(([text]) => [text, 'which-session']));
});

test('a session that a comment names is the one that was meant, open or not', () => {
  const closed: SessionNow = { ...workshop, state: 'closed' };
  expect(readAll(ofWorkshop, two)).toEqual(ofWorkshop);
  expect(readAll(ofWorkshop, [keynote, closed])).toEqual(ofWorkshop.map(([text]) => [text, 'closed']));
  expect(readAll(besidesWorkshop, [keynote, closed])).toEqual(besidesWorkshop);
  expect(readAll(besidesWorkshop, two)).toEqual(besidesWorkshop.map(([text]) => [text, 'which-session']));
  const lecture: SessionNow = { keyword: '基調講演', title: 'Keynote', state: 'paused' };
  // The noun for it may be its keyword.
  const talk: SessionNow = { keyword: 'TALK', title: 'Talk', state: 'closed' };
  expect(readAll([["I'd give this talk a 4", '']], [keynote, talk])).toEqual([
    ["I'd give this talk a 4", 'closed'],
  ]);
  expect(readAll([['5 最高の基調講演', '']], [keynote, lecture])).toEqual([['5 最高の基調講演', 'paused']]);
  expect(readAll([['5 workshop と 基調講演', '']], [keynote, closed, lecture])).toEqual([
    ['5 workshop と 基調講演', 'closed'],
  ]);
  expect(readAll([['5 loved workshop, 基調講演', '']], [keynote, closed, lecture])).toEqual([
    ['5 loved workshop, 基調講演', 'which-session'],
  ]);
});

test('counts neither of two ratings in one text, and asks for one text each', () => {
  const closed: SessionNow = { ...workshop, state: 'closed' };
  for (const sessions of [two, [keynote, closed]])
    expect(
      readAll(
        ofBoth.map((text) => [text, '']),
        sessions,
      ),
    ).toEqual(ofBoth.map((text) => [text, 'several-ratings']));
  // The example in the answer is one that would count.
  expect(readText('Workshop 3, Keynote 4', [keynote, closed])).toMatchObject({ session: keynote });
  expect(summarise(readText('Keynote 4, Workshop 5', [{ ...keynote, state: 'paused' }, closed]))).toBe(
    'paused',
  );
});

test('counts nothing that a person would not take for a score from 1 to 5', () => {
  expect(none.length).toBeGreaterThan(200);
  expect(readAll(none, one)).toEqual(none);
  expect(readAll(none, two)).toEqual(none);
});

test.each<[string, SessionNow[], [text: string, reading: string][]]>([
  [
    'a keyword without its accents, with ß as SS, and in any script',
    openSessions('SESIÓN', 'STRASSE', '基調講演', 'ВЕЧЕР'),
    [
      ['sesion 5', 'SESIÓN 5'],
      ['Sesión5', 'SESIÓN 5'],
      ['Straße 4', 'STRASSE 4'],
      ['straße4', 'STRASSE 4'],
      ['基調講演5', '基調講演 5'],
      ['基調講演は5点', '基調講演 5'],
      ['4 基調講演', '基調講演 4'],
      ['вечер 3 да', 'ВЕЧЕР 3 | да'],
    ],
  ],
  [
    'the longest of keywords that begin alike',
    openSessions('TALK', 'TALKB', 'TALKBACK'),
    [
      ['talk5', 'TALK 5'],
      ['talkb5', 'TALKB 5'],
      ['talkback 5', 'TALKBACK 5'],
      ['5talkb', 'TALKB 5'],
      ['talk b 5', 'score-missing'],
      // As near to two of them: asked for all.
      ['talkc 5', 'unknown-keyword'],
    ],
  ],
])('takes %s', (_, sessions, texts) => {
  expect(readAll(texts, sessions)).toEqual(texts);
});

test('a word that is nearly the keyword of another session is not given to the open one', () => {
  const closed: SessionNow = { ...workshop, state: 'closed' };
  expect(summarise(readText('5 worksop', [keynote, closed]))).toBe('closed');
  expect(summarise(readText('5 worksop', [keynote, { ...workshop, state: 'open' }]))).toBe(
    'unknown-keyword, WORKSHOP?',
  );
  expect(summarise(readText('5 works for me', [keynote, closed]))).toBe('KEYNOTE 5 | works for me');
});

test('reads the longest texts there are, of whatever they consist, in a moment', () => {
  const pieces = [
    '5',
    ' ',
    '★ ',
    '– ',
    ',',
    'a ',
    'un ',
    '5/5 ',
    '“',
    '👍 ',
    '5は',
    '1. ',
    'hat ',
    '\u200b',
    ', ',
    'no ',
    'and ',
    'workshop ',
    'than the ',
    '最高5',
    'great talk, ',
    'leider ',
    'for me ',
  ];
  for (const piece of pieces) {
    const text = `${piece.repeat(1600).slice(0, 1590)} x`;
    // Reading takes a few ms; a pattern that backtracks without end would take for ever, and the suite with it.
    for (const whole of [text, `KEYNOTE 5 x ${text}`])
      expect(['rating', 'refused']).toContain(readText(whole, two).kind);
  }
});
