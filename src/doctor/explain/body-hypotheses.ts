import { createHash } from 'node:crypto';
import { bodyHashes, splitUrl } from '../../signature/canonical';
import type { CauseCode } from '../cause-code';
import type { Hypothesis } from './hypothesis';
import { isBodyHash, queryPieces } from './signed-view';

/** What goes wrong with `bodySHA256`, by which a body that is no form is bound to the signed URL. */
export const bodyHypotheses: readonly Hypothesis[] = [
  {
    code: 'body-hash-dropped',
    part: 'url',
    *rewrites({ url }, { request: { body } }) {
      if (body === undefined || queryPieces(url.query).some(isBodyHash)) return;
      const hash = `bodySHA256=${sha256(body)}`;
      yield { url: { ...url, query: url.query ? `${url.query}&${hash}` : hash }, params: { pairs: [] } };
      if (url.query) yield { url: { ...url, query: `${hash}&${url.query}` }, params: { pairs: [] } };
    },
  },
  {
    code: 'body-hash-doubled',
    part: 'url',
    *rewrites({ url }) {
      const pieces = queryPieces(url.query);
      const hashes = pieces.filter(isBodyHash);
      if (hashes.length < 2) return;
      for (const kept of hashes) {
        const query = pieces.filter((piece) => piece === kept || !isBodyHash(piece)).join('&');
        yield { url: { ...url, query }, params: { pairs: [] } };
      }
    },
  },
];

/**
 * Which other body has the hash in a URL whose signature is genuine.
 * @param url the URL as it was signed
 */
export function explainBody(
  url: string,
  { body, parsed }: { body: string | Uint8Array | undefined; parsed: unknown },
): CauseCode | null {
  const parts = splitUrl(url);
  const hashes = parts ? bodyHashes(parts) : [];
  if (hashes.length > 1) return 'body-hash-doubled';
  const [hash] = hashes;
  if (hash === undefined) return body !== undefined && body.length > 0 ? 'body-not-signed' : null;
  if (body === undefined)
    return writings(parsed).some((text) => sha256(text) === hash) ? 'raw-body-missing' : null;
  if (sha256(body) === hash) return null;
  if (spellings(body).includes(hash)) return 'body-hash-form';
  for (const [code, candidates] of candidateBodies(body)) {
    if (candidates.some((candidate) => sha256(candidate) === hash)) return code;
  }
  return null;
}

function* candidateBodies(body: string | Uint8Array): Generator<[CauseCode, (string | Uint8Array)[]]> {
  const bytes = Buffer.from(body as string);
  const text = bytes.toString('utf8');
  yield [
    'body-newline',
    [
      `${text}\n`,
      `${text}\r\n`,
      text.trim(),
      text.trimEnd(),
      text.replace(/\r\n/g, '\n'),
      text.replace(/\r?\n/g, '\r\n'),
    ],
  ];
  yield [
    'body-charset',
    [
      bytes.toString('latin1'),
      Buffer.from(text, 'latin1'),
      text.replace(/^\ufeff/, ''),
      `\ufeff${text}`,
      Buffer.from(text, 'utf16le'),
      text.normalize('NFC'),
      text.normalize('NFD'),
    ],
  ];
  yield ['json-reserialised', writings(parse(text))];
  yield ['body-empty', ['']];
  yield ['body-replaced', ['{}', '[]', 'null', '""']];
}

/** JSON as common languages write it: JavaScript, Python, PHP, Go, indented and sorted. */
function writings(value: unknown): string[] {
  if (value === undefined || typeof value === 'function') return [];
  const sorted = sortKeys(value);
  return [value, sorted].flatMap((one) => {
    const compact = JSON.stringify(one);
    const spaced = JSON.stringify(one, null, 1)
      .replace(/\n\s*/g, (gap) => (gap ? ' ' : ''))
      .replace(/([[{]) /g, '$1')
      .replace(/ ([\]}])/g, '$1');
    return [
      compact,
      spaced,
      JSON.stringify(one, null, 2),
      JSON.stringify(one, null, 4),
      JSON.stringify(one, null, '\t'),
      `${compact}\n`,
      compact.replace(/\//g, '\\/'),
      escapeUnicode(compact),
      escapeUnicode(spaced),
      escapeUnicode(compact.replace(/\//g, '\\/')),
      compact.replace(/[<>&]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`),
    ];
  });
}

function escapeUnicode(json: string): string {
  return json.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, sortKeys(inner)]),
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function spellings(body: string | Uint8Array): string[] {
  const digest = createHash('sha256').update(body).digest();
  return [digest.toString('hex').toUpperCase(), digest.toString('base64'), digest.toString('base64url')];
}

function sha256(body: string | Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}
