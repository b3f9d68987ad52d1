/**
 * The string that is signed: the URL, then each parameter's name and its distinct values, sorted, without delimiters.
 * Source: https://www.twilio.com/docs/usage/webhooks/webhooks-security
 */

export interface UrlParts {
  scheme: string;
  /** With its `@`; empty when there is none. */
  userinfo: string;
  host: string;
  /** With its colon; empty when there is none. */
  port: string;
  /** Path and query, verbatim, without the fragment. */
  rest: string;
  /** With its `#`; empty when there is none. Never travels, and Twilio does not sign it. */
  fragment: string;
}

// User info ends at the last `@` before the path, the host at the first `:` behind the last `]`.
const origin = /^([a-z][a-z0-9+.-]*):\/\/((?:[^/?#\\]*@)?)((?:[^/?#\\]*\])?[^/?#\\:]*)((?::[^/?#\\]*)?)/i;

/** Takes a URL apart without changing a byte. `null`: no scheme, no `://`, no host, or half a character, which has no bytes. */
export function splitUrl(url: unknown): UrlParts | null {
  const match = typeof url === 'string' && url.isWellFormed() ? origin.exec(url) : null;
  if (!match) return null;
  const [{ length }, scheme = '', userinfo = '', host = '', port = ''] = match;
  if (host === '') return null;
  const mark = match.input.indexOf('#', length);
  const end = mark < 0 ? match.input.length : mark;
  const rest = match.input.slice(length, end);
  return { scheme, userinfo, host, port, rest, fragment: match.input.slice(end) };
}

/**
 * The ports with which Twilio may have signed a URL, each with its colon: as given and without, or without one and with the
 * default port, because products differ (twilio-python#392, twilio-node#411). A lone colon counts as given.
 */
export function signedPorts({ scheme, port }: UrlParts): string[] {
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
