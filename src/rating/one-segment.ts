// GSM 03.38 (3GPP TS 23.038), the alphabet of a text of 160 characters; those of the second row take two places each.
const basic = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
const extended = new Set('\f^{}\\[~]|€');

function isGsm(text: string): boolean {
  return [...text].every((character) => basic.has(character) || extended.has(character));
}

/** Whether a text costs one segment: 160 places in GSM-7, else 70 UTF-16 units. */
export function isOneSegment(text: string): boolean {
  if (!isGsm(text)) return text.length <= 70;
  return [...text].reduce((places, character) => places + (extended.has(character) ? 2 : 1), 0) <= 160;
}

/**
 * Writes a text with a title in it so that it is one segment: with the title as it is, else without the accents and curly quotes
 * that GSM-7 lacks, else cut. Where nothing helps, with the title as it is.
 */
export function fitTitle(write: (title: string) => string, title: string): string {
  for (const shorter of shorterTitles(title)) {
    const text = write(shorter);
    if (isOneSegment(text)) return text;
  }
  return write(title);
}

/** Fewer letters of a title tell nothing. */
const shortestTitle = 8;

function* shorterTitles(title: string): Iterable<string> {
  yield title;
  const simple = simplify(title);
  const characters = [...(isGsm(simple) ? simple : title)];
  yield characters.join('');
  for (let length = characters.length - 1; length >= shortestTitle; length -= 1) {
    yield `${characters.slice(0, length).join('').trimEnd()}${isGsm(simple) ? '...' : '…'}`;
  }
}

const simpler: Record<string, string> = {
  '“': '"',
  '”': '"',
  '„': '"',
  '«': '"',
  '»': '"',
  '‘': "'",
  '’': "'",
  '–': '-',
  '—': '-',
  '…': '...',
  '\u00a0': ' ',
  '\u202f': ' ',
};

function simplify(title: string): string {
  return [...title.normalize('NFC')]
    .map((character) => {
      if (isGsm(character)) return character;
      return simpler[character] ?? character.normalize('NFD').replace(/[\u0300-\u036f]/g, '');
    })
    .join('');
}
