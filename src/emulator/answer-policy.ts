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
      if (livesTooLong(value)) return { answer: tooOld(), reason: 'cookie-too-old' };
      headers.push(name, withAttributes(value));
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

function livesTooLong(cookie: string): boolean {
  const maxAge = /;\s*max-age=(-?\d+)/i.exec(cookie)?.[1];
  if (maxAge !== undefined) return Number(maxAge) > dayInSeconds;
  const expires = /;\s*expires=([^;]+)/i.exec(cookie)?.[1];
  return expires !== undefined && Date.parse(expires) - Date.now() > dayInSeconds * 1000;
}

function withAttributes(cookie: string): string {
  const httpOnly = /;\s*httponly\s*(;|$)/i.test(cookie) ? '' : '; HttpOnly';
  const secure = /;\s*secure\s*(;|$)/i.test(cookie) ? '' : '; Secure';
  return cookie + httpOnly + secure;
}

function tooOld(): RuntimeAnswer {
  return {
    status: 400,
    rawHeaders: ['content-type', 'text/plain'],
    body: Buffer.from('Cookies max-age cannot be greater than a day.'),
  };
}
