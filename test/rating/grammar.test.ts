import { readText, type SessionNow } from '../../src/rating/read-text';

const keynote: SessionNow = { keyword: 'KEYNOTE', title: 'Opening keynote', state: 'open' };
const workshop: SessionNow = { keyword: 'WORKSHOP', title: 'Workshop', state: 'open' };

/** How people write each score, worst first; a row is one manner of writing. */
const spellings: [manner: string, ...scores: [string, string, string, string, string]][] = [
  ['digits', '1', '2', '3', '4', '5'],
  ['Arabic digits', '١', '٢', '٣', '٤', '٥'],
  ['Persian digits', '۱', '۲', '۳', '۴', '۵'],
  ['Devanagari digits', '१', '२', '३', '४', '५'],
  ['Bengali digits', '১', '২', '৩', '৪', '৫'],
  ['Thai digits', '๑', '๒', '๓', '๔', '๕'],
  ['full-width digits', '１', '２', '３', '４', '５'],
  ['keycaps', '1️⃣', '2️⃣', '3️⃣', '4️⃣', '5️⃣'],
  ['English', 'one', 'two', 'three', 'four', 'five'],
  ['English, upper case', 'ONE', 'TWO', 'THREE', 'FOUR', 'FIVE'],
  ['German', 'eins', 'zwei', 'drei', 'vier', 'fünf'],
  ['French', 'un', 'deux', 'trois', 'quatre', 'cinq'],
  ['Spanish', 'uno', 'dos', 'tres', 'cuatro', 'cinco'],
  ['stars', '★', '★★', '★★★', '★★★★', '★★★★★'],
  ['star emoji', '⭐', '⭐⭐', '⭐⭐⭐', '⭐⭐⭐⭐', '⭐⭐⭐⭐⭐'],
  ['stars with empty ones', '★☆☆☆☆', '★★☆☆☆', '★★★☆☆', '★★★★☆', '★★★★★'],
  ['fractions', '1/5', '2/5', '3/5', '4/5', '5/5'],
  ['spaced fractions', '1 / 5', '2 / 5', '3 / 5', '4 / 5', '5 / 5'],
  ['out of', '1 out of 5', '2 out of 5', '3 out of 5', '4 out of 5', '5 out of 5'],
];

/** What stands around it. `null`: no comment. */
const frames: [text: (score: string) => string, keyword: string | null, comment: string | null][] = [
  [(score) => score, null, null],
  [(score) => `  ${score}! `, null, null],
  [(score) => `${score}\nvery long\nwaits`, null, 'very long\nwaits'],
  [(score) => `KEYNOTE ${score}`, 'KEYNOTE', null],
  [(score) => `keynote: ${score} loved it`, 'KEYNOTE', 'loved it'],
  [(score) => `Workshop - ${score}.`, 'WORKSHOP', null],
  [(score) => `${score} workshop`, 'WORKSHOP', null],
];

/** "un" before another word is an article. */
function isArticle(text: string): boolean {
  return /\bun\s+[a-z]/i.test(text);
}

const table = spellings.flatMap(([manner, ...scores]) =>
  scores.flatMap((score, index) =>
    frames
      .filter(([text]) => !isArticle(text(score)))
      .map(([text, keyword, comment]) => ({
        manner,
        text: text(score),
        keyword,
        comment,
        score: index + 1,
      })),
  ),
);

test('the table has several hundred texts', () => {
  expect(new Set(table.map(({ text }) => text)).size).toBeGreaterThan(500);
});

test.each(spellings.map(([manner]) => manner))(
  'reads scores in %s, alone, with a keyword and with a comment',
  (manner) => {
    for (const { text, keyword, comment, score } of table.filter((one) => one.manner === manner)) {
      // Without a keyword one session is open, with one there are two to choose from.
      const reading = readText(text, keyword === null ? [keynote] : [keynote, workshop]);
      const session = keyword === 'WORKSHOP' ? workshop : keynote;
      expect({ text, reading }).toEqual({
        text,
        reading: expect.objectContaining({
          kind: 'rating',
          score,
          comment,
          session: expect.objectContaining({ keyword: session.keyword }),
        }),
      });
    }
  },
);

/** What is no rating in whatever frame: numbers beyond the scale, halves, and words. */
const none = [
  '0',
  '6',
  '10',
  '55',
  '-3',
  '4.5',
  '4,5',
  '3½',
  '4/10',
  '★★★★★★',
  '٦',
  'six',
  'zehn',
  'hello',
  'great',
];

test.each(none)('takes %j for no rating, alone and with a keyword', (text) => {
  for (const whole of [text, `${text}!`, `KEYNOTE ${text}`, `keynote: ${text} of course`])
    expect({ whole, kind: readText(whole, [keynote]).kind }).toEqual({ whole, kind: 'refused' });
});

test('takes an article for no score', () => {
  for (const text of ['un grand merci', 'KEYNOTE un grand merci', 'un workshop'])
    expect({ text, kind: readText(text, [keynote]).kind }).toEqual({ text, kind: 'refused' });
});
