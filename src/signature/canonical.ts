/**
 * The string that is signed: the URL, then each parameter's name and its distinct values, sorted, without delimiters.
 * Source: https://www.twilio.com/docs/usage/webhooks/webhooks-security
 */

export interface UrlParts {
  readonly scheme: string;
  /** With its `@`; empty when there is none. */
  readonly userinfo: string;
  readonly host: string;
  /** With its colon; empty when there is none. */
  readonly port: string;
  /** Path and query, verbatim, without the fragment. */
  readonly rest: string;
  /** With its `#`; empty when there is none. Never travels, and Twilio does not sign it. */
  readonly fragment: string;
}

// User info ends at the last `@` before the path, the host at the first `:` behind the last `]`.
const origin = /^([a-z][a-z0-9+.-]*):\/\/((?:[^/?#\\]*@)?)((?:[^/?#\\]*\])?[^/?#\\:]*)((?::[^/?#\\]*)?)/i;

// A webhook has one URL, and taking it apart and putting it together is an eighth of checking a message, so what came of the last
// one is remembered. Safe: it follows from nothing but the text, which is compared as a whole, and it cannot be changed.
let lastUrl = '';
let lastParts: UrlParts | null = null;
let lastSigned: readonly string[] | null = null;
const longestRemembered = 2048;
const longestUrl = 100_000;

/**
 * Takes a URL apart without changing a byte. `null`: no scheme, no `://`, no host, half a character, which has no bytes, or more than
 * 100,000 characters: no server takes that many, and its rewrites could be longer than a string can be.
 */
export function splitUrl(url: unknown): UrlParts | null {
  if (url === lastUrl) return lastParts;
  const isText = typeof url === 'string' && url.length <= longestUrl && url.isWellFormed();
  const parts = isText ? takeApart(url) : null;
  if (parts === null || (url as string).length > longestRemembered) return parts;
  lastUrl = url as string;
  lastParts = parts;
  lastSigned = null;
  return parts;
}

function takeApart(url: string): UrlParts | null {
  const match = origin.exec(url);
  if (!match) return null;
  const [{ length }, scheme = '', userinfo = '', host = '', port = ''] = match;
  if (host === '') return null;
  const mark = url.indexOf('#', length);
  const end = mark < 0 ? url.length : mark;
  return { scheme, userinfo, host, port, rest: url.slice(length, end), fragment: url.slice(end) };
}

/**
 * The URLs over which Twilio may have signed, with its ports as given and without, or without one and with the default port,
 * because products differ (twilio-python#392, twilio-node#411). A lone colon counts as given.
 * @param userinfo what stands before the host in all of them
 */
export function signedUrls(parts: UrlParts, userinfo: string): readonly string[] {
  if (parts !== lastParts || userinfo !== '') return formUrls(parts, userinfo);
  lastSigned ??= formUrls(parts, '');
  return lastSigned;
}

function formUrls(parts: UrlParts, userinfo: string): string[] {
  const { scheme, host, rest } = parts;
  return signedPorts(parts).map((port) => `${scheme}://${userinfo}${host}${port}${rest}`);
}

function signedPorts({ scheme, port }: UrlParts): string[] {
  if (port === ':') return [port];
  if (port !== '') return [port, ''];
  switch (scheme.toLowerCase()) {
    case 'https':
    case 'wss':
      return ['', ':443'];
    case 'http':
    case 'ws':
      return ['', ':80'];
    default:
      return [''];
  }
}

// Tells bytes of another realm, and no proxy, without running code of the caller's.
const typedArrayName = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag,
)?.get;

export function isBytes(value: unknown): value is Uint8Array {
  return typedArrayName?.call(value) === 'Uint8Array';
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Decodes `application/x-www-form-urlencoded` as browsers do; bytes that are no UTF-8 become U+FFFD. A byte order mark and a
 * question mark at the beginning belong to the first name: only the constructor of URLSearchParams takes them away.
 */
export function decodeForm(body: string | Uint8Array): [name: string, value: string][] {
  const text = typeof body === 'string' ? body : utf8.decode(body);
  return [...new URLSearchParams(`?${text}`)];
}

/** The values of the query parameter `bodySHA256`. */
export function bodyHashes({ rest }: UrlParts): string[] {
  const query = rest.indexOf('?');
  if (query < 0 || !/body|%/i.test(rest)) return [];
  return new URLSearchParams(rest.slice(query)).getAll('bodySHA256');
}

export function isForm(contentType: unknown): boolean {
  return (
    typeof contentType === 'string' && /^\s*application\/x-www-form-urlencoded\s*(?:;|$)/i.test(contentType)
  );
}

/**
 * Whether a Content-Type leaves its body to be read as UTF-8. Everything else that names a charset is none: parsers differ about
 * two of them and about quoting, and what is called ASCII is Windows-1252 to a browser.
 */
export function isUtf8(contentType: unknown): boolean {
  if (typeof contentType !== 'string') return true;
  const named = contentType.match(/charset/gi)?.length ?? 0;
  return named === 0 || (named === 1 && /;\s*charset\s*=\s*("?)utf-?8\1\s*(?:;|$)/i.test(contentType));
}
