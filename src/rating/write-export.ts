import type { StoredRating } from '../storage/rating-store';

const columns = ['session', 'score', 'at', 'voter', 'comment', 'comment state'];

/**
 * Ratings as CSV (RFC 4180). A cell that a spreadsheet would take for a formula gets an apostrophe before it.
 * Source: https://owasp.org/www-community/attacks/CSV_Injection
 * @param ratings each with a number in place of the voter, so that an export names nobody
 */
export async function* writeCsv(ratings: AsyncIterable<StoredRating>): AsyncIterable<string> {
  // Without this mark Excel takes UTF-8 for something else.
  yield `\ufeff${columns.join(',')}\r\n`;
  for await (const rating of numberVoters(ratings)) {
    const { session, score, at, voter, comment, commentState } = rating;
    const cells = [session, score, new Date(at).toISOString(), voter, comment ?? '', commentState ?? ''];
    yield `${cells.map(writeCell).join(',')}\r\n`;
  }
}

/** Ratings as a JSON array, one to a line. */
export async function* writeJson(ratings: AsyncIterable<StoredRating>): AsyncIterable<string> {
  let before = '[\n';
  for await (const { at, ...rating } of numberVoters(ratings)) {
    yield before + JSON.stringify({ ...rating, at: new Date(at).toISOString() });
    before = ',\n';
  }
  yield before === '[\n' ? '[]\n' : '\n]\n';
}

type NumberedRating = Omit<StoredRating, 'voter'> & { voter: number };

// A pseudonym would let two exports be linked by whoever has both; a running number tells as much within one.
async function* numberVoters(ratings: AsyncIterable<StoredRating>): AsyncIterable<NumberedRating> {
  const numbers = new Map<string, number>();
  for await (const rating of ratings) {
    const voter = numbers.get(rating.voter) ?? numbers.size + 1;
    numbers.set(rating.voter, voter);
    yield { ...rating, voter };
  }
}

function writeCell(value: string | number): string {
  const text = String(value);
  // Spreadsheets drop leading blanks and invisible marks before they look for a formula.
  const safe = /^[\s\p{Cf}]*[=+\-@|%＝＋－＠\t\r]/u.test(text) ? `'${text}` : text;
  return /[",\r\n']/.test(safe) || safe !== text ? `"${safe.replaceAll('"', '""')}"` : safe;
}
