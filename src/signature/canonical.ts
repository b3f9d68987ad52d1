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

/**
 * The forms in which Twilio may have signed a URL: with its port and without, or without one and with the default port,
 * because products differ (twilio-python#392, twilio-node#411). User info is never signed by Twilio, but by some senders.
 */
export function candidateUrls(parts: UrlParts): { url: string; userinfoKept: boolean }[] {
  const { scheme, userinfo, host, port, rest } = parts;
  const otherPort = port === '' ? defaultPorts[scheme.toLowerCase()] : port === ':' ? undefined : '';
  const ports = otherPort === undefined ? [port] : [port, otherPort];
  const build = (user: string) =>
    ports.map((form) => ({ url: `${scheme}://${user}${host}${form}${rest}`, userinfoKept: user !== '' }));
  return userinfo === '' ? build('') : [...build(''), ...build(userinfo)];
}

/**
 * Reads parameters of any accepted shape.
 * @param nullAsEmpty takes `null` values as empty ones, as frameworks that null empty fields need
 * @returns `null` when they have another shape, or text that is no Unicode
 * @throws what a getter or proxy of the caller's throws
 */
export function readParams(
  params: unknown,
  { nullAsEmpty = false } = {},
): [name: string, value: string][] | null {
  if (params === undefined || params === null) return [];
  if (typeof params !== 'object') return null;
  const pairs: [string, string][] = [];
  const add = (name: unknown, given: unknown): boolean => {
    const value = nullAsEmpty && given === null ? '' : given;
    if (typeof name !== 'string' || typeof value !== 'string') return false;
    if (!name.isWellFormed() || !value.isWellFormed()) return false;
    pairs.push([name, value]);
    return true;
  };
  if (Array.isArray(params) || params instanceof URLSearchParams || params instanceof FormData) {
    for (const pair of params as Iterable<unknown>) {
      if (!Array.isArray(pair) || pair.length !== 2 || !add(pair[0], pair[1])) return null;
    }
    return pairs;
  }
  if (Symbol.iterator in params) return null;
  for (const name of Object.keys(params)) {
    const value: unknown = (params as Record<string, unknown>)[name];
    if (Array.isArray(value)) {
      for (const one of value) if (!add(name, one)) return null;
    } else if (!add(name, value)) return null;
  }
  return pairs;
}

/** Decodes `application/x-www-form-urlencoded` as browsers do; bytes that are no UTF-8 become U+FFFD. */
export function decodeForm(body: string | Uint8Array): [name: string, value: string][] {
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body);
  return [...new URLSearchParams(text)];
}

type Compare = (a: string, b: string) => number;

/** What is appended to the URL: once in code point order and, where that differs, in UTF-16 order. */
export function parameterSuffixes(pairs: readonly (readonly [name: string, value: string])[]): string[] {
  const values = new Map<string, string[]>();
  for (const [name, value] of pairs) {
    const known = values.get(name);
    if (known) known.push(value);
    else values.set(name, [value]);
  }
  const byUnit = joinSorted(values);
  if (!/[\ud800-\uffff]/.test(byUnit)) return [byUnit];
  const byPoint = joinSorted(values, compareCodePoints);
  return byPoint === byUnit ? [byUnit] : [byPoint, byUnit];
}

function joinSorted(values: ReadonlyMap<string, string[]>, compare?: Compare): string {
  let joined = '';
  for (const name of [...values.keys()].sort(compare)) {
    const all = values.get(name) ?? [];
    if (all.length === 1) joined += name + all[0];
    else for (const value of [...new Set(all)].sort(compare)) joined += name + value;
  }
  return joined;
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
  return new URLSearchParams(rest.slice(query + 1)).getAll('bodySHA256');
}

export function isForm(contentType: unknown): boolean {
  return (
    typeof contentType === 'string' && /^\s*application\/x-www-form-urlencoded\s*(?:;|$)/i.test(contentType)
  );
}
