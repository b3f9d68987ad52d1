import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { type Answer, plainText } from './answer';

export interface BasicCredentials {
  user: string;
  password: string;
}

const key = randomBytes(32);

/**
 * Whether an Authorization header carries these credentials (HTTP Basic, RFC 7617), in a time that says nothing about how
 * much of them was right.
 * @param header the header as received: untrusted, any type
 */
export function matchesBasic(header: unknown, { user, password }: BasicCredentials): boolean {
  const encoded = typeof header === 'string' ? /^basic +([\w+/=-]{1,1000}) *$/i.exec(header)?.[1] : undefined;
  const received = Buffer.from(encoded ?? '', 'base64');
  const expected = Buffer.from(`${user}:${password}`);
  // Hashing makes both as long as each other, which a comparison in constant time needs.
  const same = timingSafeEqual(digest(received), digest(expected));
  return same && encoded !== undefined;
}

/** The answer that makes a browser ask for user and password. */
export function askForBasic(realm: string): Answer {
  return {
    ...plainText(401, 'Unauthorized'),
    headers: { 'WWW-Authenticate': `Basic realm="${realm}", charset="UTF-8"` },
  };
}

/** The headers of a request. A field called `request` may have replaced them: they can only be believed to open a door. */
export function readHeaders(fields: unknown): Record<string, unknown> {
  return readRequest(fields, 'headers');
}

/** The cookies of a request, as little to be believed. */
export function readCookies(fields: unknown): Record<string, unknown> {
  return readRequest(fields, 'cookies');
}

function readRequest(fields: unknown, part: 'headers' | 'cookies'): Record<string, unknown> {
  const values = field(field(fields, 'request'), part);
  return typeof values === 'object' && values !== null ? (values as Record<string, unknown>) : {};
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}

function digest(value: Buffer): Buffer {
  return createHmac('sha256', key).update(value).digest();
}
