import { createHmac, timingSafeEqual } from 'node:crypto';
import type { BasicCredentials } from './basic-auth';

/**
 * A cookie of a browser that gave the right password before. It lets nobody in: it only says that this one is not to be kept
 * waiting while a stranger guesses. Another password makes it worthless.
 */
const name = 'ringtrue-organiser';
/** Twilio's platform allows a day at most: https://www.twilio.com/docs/serverless/functions-assets/functions/headers-and-cookies/setting-and-modifying */
const lifetime = 12 * 3_600_000;

/** The value of `Set-Cookie`. */
export function writeKnownBrowser(credentials: BasicCredentials, secret: string, now: number): string {
  const until = now + lifetime;
  const value = `${until}.${seal(until, credentials, secret)}`;
  return `${name}=${value}; Max-Age=${lifetime / 1000}; Path=/organiser; HttpOnly; Secure; SameSite=Strict`;
}

/** @param cookies of the request: untrusted */
export function isKnownBrowser(
  cookies: Record<string, unknown>,
  credentials: BasicCredentials,
  secret: string,
  now: number,
): boolean {
  const cookie = cookies[name];
  if (typeof cookie !== 'string') return false;
  const [, until, sealed = ''] = /^(\d{13})\.([\w-]{43})$/.exec(cookie) ?? [];
  if (until === undefined || Number(until) < now) return false;
  return timingSafeEqual(Buffer.from(sealed), Buffer.from(seal(Number(until), credentials, secret)));
}

function seal(until: number, { user, password }: BasicCredentials, secret: string): string {
  return createHmac('sha256', secret)
    .update(`known-browser\n${until}\n${user}\n${password}`)
    .digest('base64url');
}
