import { type Reading, readText, type SessionNow } from '../../src/rating/read-text';

const keynote: SessionNow = { keyword: 'KEYNOTE', title: 'Opening keynote', state: 'open' };
const workshop: SessionNow = { keyword: 'WORKSHOP', title: 'Workshop', state: 'open' };
const day2: SessionNow = { keyword: 'DAY2TALK', title: 'Day two', state: 'scheduled' };
const paused: SessionNow = { keyword: 'PANEL', title: 'Panel', state: 'paused' };
const closed: SessionNow = { keyword: 'DINNER', title: 'Dinner', state: 'closed' };
const all = [keynote, workshop, day2, paused, closed];

/** `KEYNOTE 5 | comment` for a rating, else the reason. */
function summarise(reading: Reading): string {
  if (reading.kind === 'rating') {
    return `${reading.session.keyword} ${reading.score}${reading.comment === null ? '' : ` | ${reading.comment}`}`;
  }
  return reading.kind === 'refused' ? reading.reason : reading.kind;
}

test.each([
  ['KEYNOTE 5', 'KEYNOTE 5'],
  ['KEYNOTE 5 loved it', 'KEYNOTE 5 | loved it'],
  ['keynote 4', 'KEYNOTE 4'],
  ['KeyNote   3', 'KEYNOTE 3'],
  ['keynote5', 'KEYNOTE 5'],
  ['keynote5 great', 'KEYNOTE 5 | great'],
  ['5 keynote', 'KEYNOTE 5'],
  ['5keynote', 'KEYNOTE 5'],
  ['5 keynote, thanks!', 'KEYNOTE 5 | thanks!'],
  ['  workshop: 2 - too hot  ', 'WORKSHOP 2 | too hot'],
  ['keynote 4/5', 'KEYNOTE 4'],
  ['keynote 4 / 5 nice', 'KEYNOTE 4 | nice'],
  ['keynote 4 out of 5', 'KEYNOTE 4'],
  ['keynote five', 'KEYNOTE 5'],
  ['Three keynote', 'KEYNOTE 3'],
  ['keynote ★★★★', 'KEYNOTE 4'],
  ['keynote ★★★★☆', 'KEYNOTE 4'],
  ['⭐⭐⭐ workshop', 'WORKSHOP 3'],
  ['keynote ⭐️⭐️', 'KEYNOTE 2'],
  ['keynote 5️⃣', 'KEYNOTE 5'],
  ['keynote ٤', 'KEYNOTE 4'],
  ['keynote ५', 'KEYNOTE 5'],
  ['keynote ５', 'KEYNOTE 5'],
  ['keynote 𝟝', 'KEYNOTE 5'],
  ['ＫＥＹＮＯＴＥ 2', 'KEYNOTE 2'],
  ['KEYNOTE 5!', 'KEYNOTE 5'],
  ['KEYNOTE 5\nline one\nline two', 'KEYNOTE 5 | line one\nline two'],
  ['keynote 5 ﬁne, ½ of it was ５ stars', 'KEYNOTE 5 | ﬁne, ½ of it was ５ stars'],
  ['keynote 5 :-)', 'KEYNOTE 5'],
  ['keynote 1 =1+1', 'KEYNOTE 1 | =1+1'],
  ['keynote 5 <b>hi</b>', 'KEYNOTE 5 | <b>hi</b>'],
  ['keynote 10', 'score-out-of-range'],
  ['keynote 0', 'score-out-of-range'],
  ['keynote -3', 'score-out-of-range'],
  ['keynote 4.5', 'score-out-of-range'],
  ['keynote 4,5', 'score-out-of-range'],
  ['keynote 6', 'score-out-of-range'],
  ['keynote 4/10', 'score-out-of-range'],
  ['keynote ★★★★★★', 'score-out-of-range'],
  ['10', 'score-out-of-range'],
  ['5', 'which-session'],
  ['5 loved it', 'which-session'],
  ['keynote', 'score-missing'],
  ['keynote was great', 'score-missing'],
  ['keynotes 5', 'unknown-keyword'],
  ['KEYNOT 5', 'unknown-keyword'],
  ['BREAKFAST 5', 'unknown-keyword'],
  ['hello', 'not-a-rating'],
  ['who is this?', 'not-a-rating'],
  ['5pm at the bar', 'not-a-rating'],
  ['5th of May', 'not-a-rating'],
  ['day2talk 5', 'not-open-yet'],
  ['panel 5', 'paused'],
  ['dinner 5', 'closed'],
  ['', 'empty'],
  [' \n ', 'empty'],
  ['Liked “Thank you!”', 'reaction'],
  ['Loved "5 of 5 for Opening keynote"', 'reaction'],
  ['Laughed at “5”', 'reaction'],
  ['Reacted 👍 to “5”', 'reaction'],
  ['Removed a like from “5”', 'reaction'],
  ...['STOP', 'stop', ' Stop ', 'STOPALL', 'UNSUBSCRIBE', 'END', 'QUIT', 'CANCEL', 'REVOKE', 'OPTOUT'].map(
    (word) => [word, 'carrier-word'],
  ),
  ...['START', 'YES', 'UNSTOP', 'HELP', 'INFO'].map((word) => [word, 'carrier-word']),
  ['STOP PLEASE', 'not-a-rating'],
])('reads %j as %s', (text, expected) => {
  expect(summarise(readText(text, all))).toBe(expected);
});

test.each([
  ['5', 'KEYNOTE 5'],
  [' 5! ', 'KEYNOTE 5'],
  ['five', 'KEYNOTE 5'],
  ['4/5', 'KEYNOTE 4'],
  ['★★★', 'KEYNOTE 3'],
  ['5 great keynote', 'KEYNOTE 5 | great keynote'],
  ['6', 'score-out-of-range'],
])('with one session open, reads %j as %s', (text, expected) => {
  expect(summarise(readText(text, [keynote, day2, paused, closed]))).toBe(expected);
});

test('says that nothing is open when nothing is', () => {
  expect(summarise(readText('5', [day2, paused, closed]))).toBe('nothing-open');
});

test('names the session that was meant', () => {
  expect(readText('KEYNOT 5', all)).toMatchObject({ session: { keyword: 'KEYNOTE' } });
  expect(readText('BREAKFAST 5', all)).toMatchObject({ session: null });
  expect(readText('panel 5', all)).toMatchObject({ session: { keyword: 'PANEL' } });
});
