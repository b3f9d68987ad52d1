import { createHmac } from 'node:crypto';

/**
 * The pseudonym under which a sender's ratings are kept: 22 characters of `A-Z a-z 0-9 - _`. One phone is one voter
 * whether it sends SMS, WhatsApp or RCS; in another event it is another voter, so that events cannot be linked. Without
 * the secret nobody can find the number by trying all of them.
 *
 * @param sender Twilio's `From`
 * @param secret VOTER_SECRET of the deployment
 */
export function voterPseudonym(sender: string, { event, secret }: { event: string; secret: string }): string {
  return createHmac('sha256', secret)
    .update(`voter\n${event}\n${senderNumber(sender)}`)
    .digest('base64url')
    .slice(0, 22);
}

/** The phone behind a sender's address, whichever channel it used. */
export function senderNumber(sender: string): string {
  return sender.replace(/^(?:whatsapp|rcs):/i, '');
}

/**
 * The pseudonym behind a number that an organiser types, with blanks, dashes and brackets as people write them.
 * @param number untrusted
 * @returns `null` when it is no number with its country, like +15551234567
 */
export function pseudonymOfNumber(number: unknown, key: { event: string; secret: string }): string | null {
  const dialled = typeof number === 'string' ? number.replace(/[\s().-]/g, '') : '';
  return /^\+[1-9]\d{6,14}$/.test(dialled) ? voterPseudonym(dialled, key) : null;
}
