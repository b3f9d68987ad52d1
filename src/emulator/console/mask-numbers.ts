import { isFictionalNumber } from '../phone/phone-numbers';

/** Stands where a real phone number was. */
export const mask = '(a real number)';

// A number may be bare (WaId), with a plus, or with a plus encoded as it is in a form; digits inside SIDs are no numbers.
const number = /(?<![0-9a-z])(?:\+|%2b)?[1-9]\d{7,14}(?![0-9a-z])/gi;

/** Blots out phone numbers of real people: everything the console shows goes through here. Made-up ones stay. */
export function maskNumbers(text: string): string {
  return text.replace(number, (found) => {
    const digits = found.replace(/^\+|^%2b/i, '');
    return isFictionalNumber(`+${digits}`) ? found : mask;
  });
}
