import type { RuntimeAnswer } from './runtime-process';

/** The answer as the platform sends it, and why it is not the handler's own. */
export interface PlatformAnswer {
  answer: RuntimeAnswer;
  reason: 'cookie-too-old' | null;
}

/**
 * Makes an answer of the local runtime what the platform sends: cookies get HttpOnly and Secure, one that should live
 * longer than a day turns the answer into a 400, and nothing tells which server made it.
 *
 * Sources: https://www.twilio.com/docs/serverless/functions-assets/functions/headers-and-cookies/setting-and-modifying
 * (cookies, the text of the 400).
 *
 * Gaps: the platform also sets a cookie's Domain, which would keep browsers from storing it here.
 */
export function asPlatformAnswer({ status, rawHeaders, body }: RuntimeAnswer): PlatformAnswer {
  const headers: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    const value = rawHeaders[index + 1] ?? '';
    const lower = name.toLowerCase();
    if (notPassedOn.has(lower)) continue;
    if (lower === 'set-cookie') {
      const attributes = readAttributes(value);
      if (livesTooLong(attributes)) return { answer: tooOld(), reason: 'cookie-too-old' };
      headers.push(name, withAttributes(value, attributes));
    } else {
      headers.push(name, value);
    }
  }
  return { answer: { status, rawHeaders: headers, body }, reason: null };
}

const dayInSeconds = 24 * 60 * 60;

// Hop by hop, or set anew because the body is whole; `x-powered-by` is the local runtime's own.
const notPassedOn = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'x-powered-by',
]);

function livesTooLong(attributes: CookieAttribute[]): boolean {
  const last = (name: string, isRead: (value: string) => boolean) =>
    attributes.findLast((one) => one.name === name && isRead(one.value))?.value;
  const maxAge = last('max-age', (value) => /^-?\d+$/.test(value));
  if (maxAge !== undefined) return Number(maxAge) > dayInSeconds;
  const expires = last('expires', (value) => !Number.isNaN(readDate(value)));
  return expires !== undefined && readDate(expires) - Date.now() > dayInSeconds * 1000;
}

// A quote parts the words of a date as a blank does (RFC 6265, 5.1.1).
function readDate(value: string): number {
  return Date.parse(value.replaceAll('"', ' '));
}

function withAttributes(cookie: string, attributes: CookieAttribute[]): string {
  const missing = ['HttpOnly', 'Secure'].filter(
    (wanted) => !attributes.some(({ name }) => name === wanted.toLowerCase()),
  );
  return [cookie, ...missing].join('; ');
}

interface CookieAttribute {
  /** In small letters. */
  name: string;
  value: string;
}

/**
 * The attributes of a cookie as a browser reads them: parted at each `;`, then at the first `=`, without the blanks around; a Max-Age
 * that is not all digits does not count, in quotes neither, and of several the last does.
 * Source: RFC 6265, 5.2 and 5.3, https://www.rfc-editor.org/rfc/rfc6265#section-5.2
 */
function readAttributes(cookie: string): CookieAttribute[] {
  const [, ...attributes] = cookie.split(';');
  return attributes.map((text) => {
    const [name = '', ...value] = text.split('=');
    return { name: name.trim().toLowerCase(), value: value.join('=').trim() };
  });
}

function tooOld(): RuntimeAnswer {
  return {
    status: 400,
    rawHeaders: ['content-type', 'text/plain'],
    body: Buffer.from('Cookies max-age cannot be greater than a day.'),
  };
}
