import type { StoredRating } from '../storage/rating-store';

export type ExportFormat = 'csv' | 'json';

/** What an export says of a rating. */
interface ExportedRating {
  session: string;
  voter: string;
  score: number;
  comment: string | null;
  commentState: string | null;
  at: string;
}

interface Writer {
  head: string;
  /** @param first nothing was written before it but the head */
  line(rating: ExportedRating, first: boolean): string;
  end: string;
}

// A store may take most of a part's time to find where the part begins: fewer than these would hardly get on.
const leastInTime = 500;

const columns = ['session', 'score', 'at', 'voter', 'comment', 'comment state'];

const writers: Record<ExportFormat, Writer> = {
  // RFC 4180. Without the mark before it Excel takes UTF-8 for something else.
  csv: {
    head: `\ufeff${columns.join(',')}\r\n`,
    line: ({ session, score, at, voter, comment, commentState }) =>
      `${[session, score, at, voter, comment ?? '', commentState ?? ''].map(writeCell).join(',')}\r\n`,
    end: '',
  },
  // An array, one rating to a line.
  json: {
    head: '[\n',
    line: (rating, first) => (first ? '' : ',\n') + JSON.stringify(rating),
    end: '\n]\n',
  },
};

/**
 * Writes one part of an export; all parts together, in order, are the file. A part ends between two ratings, when it is
 * full or its time is over, and the next begins there: none is read twice, and no more than a part is ever in memory.
 *
 * @param ratings from where the part begins
 * @param first the first part, which has the head
 * @param nameVoter what stands in place of a voter
 * @param size bytes of UTF-8 at most; a part holds one rating at least
 * @param isOver whether the time for this part is over; asked before every 500th rating
 * @returns `next`: the cursor of the last rating in it, `null` when there is no more
 */
export async function writeExportPart({
  ratings,
  format,
  first,
  nameVoter,
  size,
  isOver,
}: {
  ratings: AsyncIterable<StoredRating>;
  format: ExportFormat;
  first: boolean;
  nameVoter: (voter: string) => string;
  size: number;
  isOver: () => boolean;
}): Promise<{ text: string; next: string | null }> {
  const writer = writers[format];
  let text = first ? writer.head : '';
  let length = Buffer.byteLength(text) + writer.end.length;
  let last: string | null = null;
  let written = 0;
  for await (const { session, voter, score, comment, commentState, at, cursor } of ratings) {
    const line = writer.line(
      { session, voter: nameVoter(voter), score, comment, commentState, at: new Date(at).toISOString() },
      first && last === null,
    );
    length += Buffer.byteLength(line);
    const late = written % leastInTime === 0 && isOver();
    if (last !== null && (length > size || late)) return { text, next: last };
    text += line;
    last = cursor;
    written += 1;
  }
  return { text: text + writer.end, next: null };
}

/**
 * A cell that a spreadsheet would take for a formula gets an apostrophe before it.
 * Source: https://owasp.org/www-community/attacks/CSV_Injection
 */
function writeCell(value: string | number): string {
  const text = String(value);
  // Spreadsheets drop leading blanks, invisible marks and controls before they look for a formula.
  const safe = /^[\s\p{Cf}\p{Cc}]*[=+\-@|%＝＋－＠\t\r]/u.test(text) ? `'${text}` : text;
  return /[",\r\n']/.test(safe) || safe !== text ? `"${safe.replaceAll('"', '""')}"` : safe;
}
