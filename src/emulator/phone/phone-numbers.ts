import { parsePhoneNumberFromString } from 'libphonenumber-js/min';

/** How a message travels. MMS is SMS with media. */
export type Channel = 'sms' | 'whatsapp' | 'rcs';

export const channels: readonly Channel[] = ['sms', 'whatsapp', 'rcs'];

/** The number attendees text to while nothing real is configured. */
export const eventNumber = '+15550100000';

/**
 * What Twilio reports as the number of a caller who withholds it: ANONYMOUS written on a keypad.
 * Observed in https://www.doorkeeper.jp/developer/blocking-phone-number-twilio
 */
export const withheldNumber = '+266696687';

/** The same event on RCS, where senders are agents. */
export const demoAgent = 'ringtrue_demo_agent';

/** Phone number `index` (from 0) of a crowd: made up, never assigned to anyone. */
export function fictionalNumber(index: number): string {
  return `+1555${String(100_001 + index).padStart(7, '0')}`;
}

/**
 * Whether a number is made up: area code 555 was never opened, 555-01xx is kept for fiction, and 500-555 are Twilio's
 * magic numbers. Only such numbers are ever shown.
 */
export function isFictionalNumber(address: string): boolean {
  return /^(?:whatsapp:|rcs:)?\+1(?:555\d{7}|500555\d{4}|[2-9]\d{2}55501\d{2})$/.test(address);
}

/** The address as it may be printed: a real number is blotted out. */
export function maskAddress(address: string): string {
  return isFictionalNumber(address) ? address : address.replace(/\+?\d{5,}/, '(a real number)');
}

/** Writes a number the way a channel does: `whatsapp:+1…`, `rcs:+1…`, or bare. */
export function addressOn(channel: Channel, number: string): string {
  return channel === 'sms' || number.includes(':') ? number : `${channel}:${number}`;
}

export function withoutChannel(address: string): string {
  return address.replace(/^[a-z]+:/, '');
}

/** Whether this can be the sender or receiver of a message: E.164, a short code, an alphanumeric sender or an RCS agent. */
export function isAddress(address: string): boolean {
  return (
    /^(?:whatsapp:|rcs:)?\+[1-9]\d{6,14}$/.test(address) ||
    /^\d{3,8}$/.test(address) ||
    /^rcs:[a-z0-9_-]{1,100}$/i.test(address) ||
    /^(?=.*[a-z])[a-z0-9 ]{1,11}$/i.test(address)
  );
}

/** ISO code of the country a number belongs to; empty when it has none. */
export function countryOf(address: string): string {
  const number = withoutChannel(address);
  // Made-up numbers belong to no country of the table.
  if (isFictionalNumber(number)) return 'US';
  return parsePhoneNumberFromString(number)?.country ?? '';
}
