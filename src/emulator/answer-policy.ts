import type { RuntimeAnswer } from './runtime-process';

/**
 * Makes an answer of the local runtime what the platform sends: cookies get HttpOnly and Secure, one that should live
 * longer than a day turns the answer into a 400, an answer of more than 4 MB into a 500, and nothing tells which server
 * made it.
 *
 * Sources: https://www.twilio.com/docs/serverless/functions-assets/functions/headers-and-cookies/setting-and-modifying
 * (cookies, the text of the 400), https://www.twilio.com/docs/serverless/functions-assets/functions/request-flow (4 MB).
 *
 * Gaps: the platform also sets a cookie's Domain, which would keep browsers from storing it here.
 */
export function asPlatformAnswer({ status, rawHeaders, body }: RuntimeAnswer): RuntimeAnswer {
  const headers: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    const value = rawHeaders[index + 1] ?? '';
    const lower = name.toLowerCase();
    if (notPassedOn.has(lower)) continue;
    if (lower === 'set-cookie') {
      if (livesTooLong(value)) return plain(400, 'Cookies max-age cannot be greater than a day.');
      headers.push(name, withAttributes(value));
    } else {
      headers.push(name, value);
    }
  }
  if (body.length > maxResponseBytes) return plain(500, 'Internal Server Error');
  return { status, rawHeaders: headers, body };
}

const maxResponseBytes = 4_000_000;
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

function plain(status: number, text: string): RuntimeAnswer {
  return { status, rawHeaders: ['content-type', 'text/plain'], body: Buffer.from(text) };
}
