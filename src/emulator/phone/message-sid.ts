import { randomBytes } from 'node:crypto';

/** A sid that nobody has seen before: `SM`, `MM` for a message with media or `CA` for a call, and 32 hex digits. */
export function newSid(prefix: 'SM' | 'MM' | 'CA'): string {
  return `${prefix}${randomBytes(16).toString('hex')}`;
}
