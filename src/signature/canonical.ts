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

/** Takes a URL apart without changing a byte. `null`: no scheme, no `://` or no host. */
export function splitUrl(url: unknown): UrlParts | null {
  const match =
    typeof url === 'string' ? /^([a-z][a-z0-9+.-]*):\/\/([^/?#\\]*)([^#]*)(.*)$/is.exec(url) : null;
  if (!match) return null;
  const [, scheme = '', authority = '', rest = '', fragment = ''] = match;
  const at = authority.lastIndexOf('@') + 1;
  const hostAndPort = authority.slice(at);
  const colon = hostAndPort.indexOf(':', hostAndPort.lastIndexOf(']') + 1);
  const host = colon < 0 ? hostAndPort : hostAndPort.slice(0, colon);
  if (host === '') return null;
  return {
    scheme,
    userinfo: authority.slice(0, at),
    host,
    port: colon < 0 ? '' : hostAndPort.slice(colon),
    rest,
    fragment,
  };
}

const defaultPorts: Record<string, string> = { https: ':443', wss: ':443', http: ':80', ws: ':80' };

export interface SignedUrl {
  url: string;
  userinfoKept: boolean;
}

/**
 * The forms in which Twilio may have signed a URL: with its port and without, or without one and with the default port,
 * because products differ (twilio-python#392, twilio-node#411). User info is never signed by Twilio, but by some senders.
 */
export function candidateUrls({ scheme, userinfo, host, port, rest }: UrlParts): SignedUrl[] {
  const otherPort = port === '' ? defaultPorts[scheme.toLowerCase()] : port === ':' ? undefined : '';
  const urls = [{ url: `${scheme}://${host}${port}${rest}`, userinfoKept: false }];
  if (otherPort !== undefined)
    urls.push({ url: `${scheme}://${host}${otherPort}${rest}`, userinfoKept: false });
  if (userinfo === '') return urls;
  urls.push({ url: `${scheme}://${userinfo}${host}${port}${rest}`, userinfoKept: true });
  if (otherPort !== undefined)
    urls.push({ url: `${scheme}://${userinfo}${host}${otherPort}${rest}`, userinfoKept: true });
  return urls;
}

/**
 * Reads parameters of any accepted shape.
 * @param nullAsEmpty takes `null` values as empty ones, as frameworks that null empty fields need
 * @returns name, value, name, value …: names in UTF-16 order, the distinct values of each likewise; `null` when they have
 *   another shape, or text that is no Unicode
 * @throws what a getter or proxy of the caller's throws
 */
export function readParams(params: unknown, { nullAsEmpty = false } = {}): string[] | null {
  if (params === undefined || params === null) return [];
  if (typeof params !== 'object') return null;
  if (Array.isArray(params) || params instanceof URLSearchParams || params instanceof FormData)
    return readPairs(params, nullAsEmpty);
  if (Symbol.iterator in params) return null;
  const fields: string[] = [];
  for (const name of Object.keys(params).sort()) {
    const value: unknown = (params as Record<string, unknown>)[name];
    if (typeof value === 'string') fields.push(name, value);
    else if (Array.isArray(value)) {
      const texts = value.map((one) => textOf(one, nullAsEmpty));
      if (!areTexts(texts)) return null;
      addValues(fields, name, texts);
    } else if (nullAsEmpty && value === null) fields.push(name, '');
    else return null;
  }
  return areUnicode(fields) ? fields : null;
}

function readPairs(pairs: Iterable<unknown>, nullAsEmpty: boolean): string[] | null {
  const values = new Map<string, string[]>();
  for (const pair of pairs) {
    if (!Array.isArray(pair) || pair.length !== 2) return null;
    const [name, value] = [pair[0] as unknown, textOf(pair[1], nullAsEmpty)];
    if (typeof name !== 'string' || typeof value !== 'string') return null;
    const known = values.get(name);
    if (known) known.push(value);
    else values.set(name, [value]);
  }
  const fields: string[] = [];
  for (const name of [...values.keys()].sort()) addValues(fields, name, values.get(name) ?? []);
  return areUnicode(fields) ? fields : null;
}

function addValues(fields: string[], name: string, values: string[]): void {
  for (const value of values.length === 1 ? values : [...new Set(values)].sort()) fields.push(name, value);
}

function textOf(value: unknown, nullAsEmpty: boolean): unknown {
  return nullAsEmpty && value === null ? '' : value;
}

function areTexts(values: unknown[]): values is string[] {
  return values.every((value) => typeof value === 'string');
}

function areUnicode(texts: readonly string[]): boolean {
  for (const text of texts) if (!text.isWellFormed()) return false;
  return true;
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

/** What is appended to the URL: names and values in the order in which `readParams` gives them. */
export function joinFields(fields: readonly string[]): string {
  let joined = '';
  for (const text of fields) joined += text;
  return joined;
}

/**
 * The same in the order of code points, `null` where that is no other. Twilio's own order is not known; the libraries
 * differ, for names and values with characters above U+FFFF only.
 */
export function joinByCodePoint(fields: readonly string[]): string | null {
  const byUnit = joinFields(fields);
  if (!/[\ud800-\udfff]/.test(byUnit)) return null;
  const pairs: [name: string, value: string][] = [];
  for (let at = 0; at < fields.length; at += 2) pairs.push([fields[at] ?? '', fields[at + 1] ?? '']);
  pairs.sort((a, b) => compareCodePoints(a[0], b[0]) || compareCodePoints(a[1], b[1]));
  const byPoint = joinFields(pairs.flat());
  return byPoint === byUnit ? null : byPoint;
}

// UTF-16 puts the characters above U+FFFF, two surrogates each, before U+E000 to U+FFFF.
function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const one = a.charCodeAt(at);
    const other = b.charCodeAt(at);
    if (one !== other) return rank(one) - rank(other);
  }
  return a.length - b.length;
}

function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
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
