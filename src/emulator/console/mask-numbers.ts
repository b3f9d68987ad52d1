import { isFictionalNumber } from '../phone/phone-numbers';
import type { RequestRecord } from '../request-log';

/** Stands where a real phone number was. */
export const mask = '(a real number)';

// With its plus, or with the plus encoded as it is in a form.
const written = /(?:\+|%2b)([1-9]\d{6,14})(?!\d)/gi;

/** Blots phone numbers of real people out of a text: everything the console shows goes through one. */
export type Mask = (text: string) => string;

/**
 * A mask for one request: numbers with a plus, and the same digits wherever else they stand, as in WhatsApp's WaId.
 * Made-up numbers stay.
 */
export function maskFor({ url, headers, body, response }: RequestRecord): Mask {
  const texts = [
    url,
    ...headers.map(([, value]) => value),
    Buffer.from(body).toString('utf8'),
    Buffer.from(response?.body ?? []).toString('utf8'),
  ];
  const real = new Set(
    texts.flatMap((text) => [...text.matchAll(written)].map(([, digits = '']) => digits)).filter(isReal),
  );
  // One pass, however many numbers there are: a caller who needs no signature chooses how many.
  return (text) => {
    const masked = text.replace(written, (found, digits: string) => (isReal(digits) ? mask : found));
    return real.size === 0 ? masked : masked.replace(/\d{7,}/g, (run) => hideKnown(run, real));
  };
}

function hideKnown(run: string, real: ReadonlySet<string>): string {
  let shown = '';
  let at = 0;
  while (at < run.length) {
    const known = lengths.find((length) => real.has(run.slice(at, at + length)));
    shown += known === undefined ? run[at] : mask;
    at += known ?? 1;
  }
  return shown;
}

/** How many digits a number may have, the most first. */
const lengths = Array.from({ length: 9 }, (_, index) => 15 - index);

function isReal(digits: string): boolean {
  return !isFictionalNumber(`+${digits}`);
}
