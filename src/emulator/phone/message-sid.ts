import { randomBytes } from 'node:crypto';

/** A MessageSid that nobody has seen before: `SM`, or `MM` with media, and 32 hex digits. */
export function newSid(prefix: 'SM' | 'MM'): string {
  return `${prefix}${randomBytes(16).toString('hex')}`;
}
