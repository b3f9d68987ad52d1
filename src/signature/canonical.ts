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
}

/** Takes a URL apart without changing a byte. `null`: no scheme, no `://` or no host. */
export function splitUrl(url: unknown): UrlParts | null {
  const match = typeof url === 'string' ? /^([a-z][a-z0-9+.-]*):\/\/([^/?#\\]*)([^#]*)/is.exec(url) : null;
  if (!match) return null;
  const [, scheme = '', authority = '', rest = ''] = match;
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
  };
}

const defaultPorts: Record<string, string> = { https: ':443', wss: ':443', http: ':80', ws: ':80' };

/**
 * The forms in which Twilio may have signed a URL: with its port and without, or without one and with the default port,
 * because products differ (twilio-python#392, twilio-node#411). User info is never signed by Twilio, but by some senders.
 */
export function candidateUrls(parts: UrlParts): { url: string; compat: string[] }[] {
  const { scheme, userinfo, host, port, rest } = parts;
  const otherPort = port === '' ? defaultPorts[scheme.toLowerCase()] : port === ':' ? undefined : '';
  const ports = otherPort === undefined ? [port] : [port, otherPort];
  const build = (user: string) => ports.map((form) => `${scheme}://${user}${host}${form}${rest}`);
  return [
    ...build('').map((url) => ({ url, compat: [] })),
    ...(userinfo === '' ? [] : build(userinfo).map((url) => ({ url, compat: ['userinfo-kept'] }))),
  ];
}

/** Reads parameters of any accepted shape, each value once. `null`: they have another shape, or text that is no Unicode. */
export function readParams(params: unknown): [name: string, value: string][] | null {
  if (params === undefined || params === null) return [];
  if (typeof params !== 'object') return null;
  const pairs: [string, string][] = [];
  const add = (name: unknown, value: unknown): boolean => {
    if (typeof name !== 'string' || typeof value !== 'string') return false;
    if (!name.isWellFormed() || !value.isWellFormed()) return false;
    pairs.push([name, value]);
    return true;
  };
  try {
    if (Array.isArray(params) || params instanceof URLSearchParams || params instanceof FormData) {
      for (const pair of params as Iterable<unknown>) {
        if (!Array.isArray(pair) || pair.length !== 2 || !add(pair[0], pair[1])) return null;
      }
      return pairs;
    }
    if (Symbol.iterator in params) return null;
    for (const [name, value] of Object.entries(params)) {
      for (const one of Array.isArray(value) ? value : [value]) {
        if (!add(name, one)) return null;
      }
    }
    return pairs;
  } catch {
    // A getter or a proxy of the caller's.
    return null;
  }
}

/** Decodes `application/x-www-form-urlencoded` bytes. `null` when they are not UTF-8. */
export function decodeForm(body: string | Uint8Array): [name: string, value: string][] {
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body);
  return [...new URLSearchParams(text)];
}

/** What is appended to the URL: once in code point order and, where that differs, in UTF-16 order. */
export function parameterSuffixes(pairs: readonly (readonly [name: string, value: string])[]): string[] {
  const values = new Map<string, Set<string>>();
  for (const [name, value] of pairs) {
    const known = values.get(name);
    if (known) known.add(value);
    else values.set(name, new Set([value]));
  }
  const join = (compare?: (a: string, b: string) => number) =>
    [...values.keys()]
      .sort(compare)
      .map((name) =>
        [...(values.get(name) ?? [])]
          .sort(compare)
          .map((value) => name + value)
          .join(''),
      )
      .join('');
  const byUnit = join();
  if (!/[\ud800-\uffff]/.test(byUnit)) return [byUnit];
  const byPoint = join((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return byPoint === byUnit ? [byUnit] : [byPoint, byUnit];
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
