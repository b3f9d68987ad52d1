/** A text in the form the grammar reads, and the way back to what was typed. */
export interface PlainText {
  text: string;
  /** What was typed for the plain characters from `from` up to, not including, `to`. */
  typed(from: number, to?: number): string;
}

/**
 * Writes digits of every script, full-width letters and keycaps in their plain form, so that one grammar reads them all.
 * Comments are kept as they were typed, so each plain character knows where it came from.
 */
export function readPlain(typed: string): PlainText {
  const composed = typed.normalize('NFC');
  const origins: number[] = [];
  let text = '';
  let index = 0;
  for (const character of composed) {
    const plain = unseen.test(character) ? '' : plainCharacter(character);
    for (let unit = 0; unit < plain.length; unit += 1) origins.push(index);
    text += plain;
    index += character.length;
  }
  const origin = (place: number) => origins[place] ?? composed.length;
  return { text, typed: (from, to = text.length) => composed.slice(origin(from), origin(to)) };
}

// Digit, variation selector, enclosing keycap: only the digit counts. Marks that cannot be seen come with pasted text.
const unseen = /^[\ufe0f\u20e3\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]$/;

const arabicMarks: Record<string, string> = { '٫': '.', '٪': '%' };

function plainCharacter(character: string): string {
  if (/^\p{Nd}$/u.test(character)) return String(digitValue(character));
  return arabicMarks[character] ?? character.normalize('NFKC');
}

// Unicode puts the ten digits of a script in a row that begins at a code point ending in 0 or, after other signs, in 6;
// the styled ones of mathematics come five rows in a row and have a plain form.
function digitValue(digit: string): number {
  const styled = digit.normalize('NFKC');
  if (/^\d$/.test(styled)) return Number(styled);
  const code = digit.codePointAt(0) ?? 0;
  const low = code & 15;
  return /\p{Nd}/u.test(String.fromCodePoint(code - low)) ? low : low - 6;
}
