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
  return (text) => {
    let masked = text.replace(written, (found, digits: string) => (isReal(digits) ? mask : found));
    for (const digits of real) masked = masked.replaceAll(digits, mask);
    return masked;
  };
}

function isReal(digits: string): boolean {
  return !isFictionalNumber(`+${digits}`);
}
