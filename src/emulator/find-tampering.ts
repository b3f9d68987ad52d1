import { decodeForm, isForm } from '../signature/canonical';
import { verify } from '../signature/index';
import { printableName } from './printable-name';
import type { RequestRecord } from './request-log';
import { isTooLargeToSearch } from './search-limit';

/** More parameters than a message has: beyond, a caller only wants to cost us time. */
const maxParams = 60;

const digits = [...'0123456789'];
const printableAscii = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));

/** Longer texts are tried with digits only: a rating is what is worth forging, and a caller must not buy our time. */
const maxTextForEveryCharacter = 20;
const maxTextForDigits = 160;
/** Bytes of URL and body; each of nearly two thousand other texts hashes them all, and a text of 160 characters takes fewer. */
const maxBytesForTexts = 4 * 1024;

/**
 * Proves what was done to a request whose signature does not fit, where one change explains it: it was signed for another
 * path of this project, a parameter was added, or one character of the text was changed. For people who look at the
 * terminal; it decides nothing.
 * @param paths every path of the project
 * @returns a few words, or `null` when no such change makes the signature fit, or the request is too large to try
 */
export function findTampering(
  record: RequestRecord,
  { authToken, paths }: { authToken: string; paths: readonly string[] },
): string | null {
  if (isTooLargeToSearch(record)) return null;
  const header = (name: string) => record.headers.find((pair) => pair[0].toLowerCase() === name)?.[1];
  const signature = header('x-twilio-signature');
  const params = isForm(header('content-type')) ? decodeForm(record.body) : [];
  if (params.length > maxParams) return null;
  const fits = (url: string, rest: [string, string][]) =>
    verify({ url, params: rest, signature }, authToken).valid;
  const [, origin = '', path = '', query = ''] = /^([a-z]+:\/\/[^/]*)([^?]*)(.*)$/is.exec(record.url) ?? [];
  for (const other of paths) {
    if (other !== path && fits(origin + other + query, params))
      return `the signature of another path, ${other}`;
  }
  for (const name of new Set(params.map(([key]) => key))) {
    const without = params.filter(([key]) => key !== name);
    if (fits(record.url, without)) return `the parameter ${printableName(name)} was added after signing`;
  }
  if (query !== '' && fits(origin + path, params)) return 'the query was added after signing';
  if (record.url.length + record.body.byteLength > maxBytesForTexts) return null;
  const text = params.find(([name]) => name === 'Body')?.[1] ?? '';
  for (const former of changedByOneCharacter(text)) {
    const before = params.map(([name, value]): [string, string] => [name, name === 'Body' ? former : value]);
    if (fits(record.url, before)) return 'one character of the parameter "Body" was changed after signing';
  }
  return null;
}

function* changedByOneCharacter(text: string): Generator<string> {
  if (text.length > maxTextForDigits) return;
  const characters = text.length > maxTextForEveryCharacter ? digits : printableAscii;
  for (let at = 0; at < text.length; at++) {
    for (const character of characters) {
      if (character !== text[at]) yield text.slice(0, at) + character + text.slice(at + 1);
    }
  }
}
