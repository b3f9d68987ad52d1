import type { UrlParts } from './canonical';

/**
 * Rewrites under which a signature may still be Twilio's, because something on the way changed what was signed. All but
 * `userinfo-kept` are off unless asked for: each one widens what is accepted.
 *
 * - `userinfo-kept`: user and password left in the URL, as official libraries sign it. Always tried.
 * - `fragment-kept`: the fragment left in.
 * - `query-apostrophe`: `'` for `%27` in the query, which a Fetch `Request` encodes.
 * - `query-at-colon`: `@` and `:` for `%40` and `%3A` in the query (GET and SIP URLs).
 * - `query-space`: `%20` for `+` in the query, or the reverse.
 * - `query-utf8`: percent-encoded for raw non-ASCII in the query, or the reverse.
 * - `host-lower`, `host-punycode`: the host in lower case; in its ASCII form.
 * - `root-slash`: `/` added to or removed from an empty path.
 * - `empty-port`: a lone `:` after the host removed.
 * - `wss-scheme`, `wss-slash`: `wss` for `https`; a trailing slash added or removed. Requests without parameters and body only.
 * - `null-empty`: a `null` parameter taken as empty.
 * - `hash-upper`: `bodySHA256` in upper case.
 */
export const compatNames = [
  'userinfo-kept',
  'fragment-kept',
  'query-apostrophe',
  'query-at-colon',
  'query-space',
  'query-utf8',
  'host-lower',
  'host-punycode',
  'root-slash',
  'empty-port',
  'wss-scheme',
  'wss-slash',
  'null-empty',
  'hash-upper',
] as const;

export type CompatName = (typeof compatNames)[number];

/** A URL as it may have been signed, and the rewrites that lead to it. */
export interface CompatUrl {
  parts: UrlParts;
  compat: CompatName[];
}

/** More rewrites of one URL are not tried: a caller chooses the URL, and each costs hashes. */
const maxUrls = 32;

/**
 * Every URL that the named rewrites make of one, alone and together, those with the fewest rewrites first, without the URL
 * itself. At most 32.
 * @param handshake whether the request may be a WebSocket handshake: it has neither parameters nor a body
 */
export function compatUrls(
  parts: UrlParts,
  names: ReadonlySet<CompatName>,
  { handshake }: { handshake: boolean },
): CompatUrl[] {
  let found: CompatUrl[] = [{ parts, compat: [] }];
  const seen = new Set([textOf(parts)]);
  for (const [name, rewrite] of urlRewrites) {
    if (!names.has(name) || (name.startsWith('wss') && !handshake)) continue;
    for (const { parts: before, compat } of [...found]) {
      for (const after of rewrite(before)) {
        const text = textOf(after);
        if (seen.has(text)) continue;
        seen.add(text);
        found.push({ parts: after, compat: [...compat, name] });
      }
    }
    // The widest sets of rewrites are the least likely ones.
    found = found.sort((a, b) => a.compat.length - b.compat.length).slice(0, maxUrls + 1);
  }
  return found.slice(1);
}

type Rewrite = (parts: UrlParts) => UrlParts[];

const urlRewrites: [CompatName, Rewrite][] = [
  ['empty-port', (parts) => (parts.port === ':' ? [{ ...parts, port: '' }] : [])],
  ['wss-scheme', (parts) => (/^https$/i.test(parts.scheme) ? [{ ...parts, scheme: 'wss' }] : [])],
  [
    'wss-slash',
    (parts) => (/^wss$/i.test(parts.scheme) ? [{ ...parts, rest: toggleSlash(parts.rest) }] : []),
  ],
  [
    'root-slash',
    (parts) => (/^\/?(?:\?|$)/.test(parts.rest) ? [{ ...parts, rest: toggleSlash(parts.rest) }] : []),
  ],
  ['host-lower', (parts) => [{ ...parts, host: parts.host.toLowerCase() }]],
  ['host-punycode', (parts) => asciiHost(parts.host).map((host) => ({ ...parts, host }))],
  ['query-apostrophe', inQuery((query) => [query.replaceAll('%27', "'")])],
  ['query-at-colon', inQuery((query) => [query.replace(/%40/g, '@').replace(/%3A/gi, ':')])],
  ['query-space', inQuery((query) => [query.replaceAll('+', '%20'), query.replaceAll('%20', '+')])],
  ['query-utf8', inQuery((query) => [encodeNonAscii(query), ...decodeNonAscii(query)])],
  ['fragment-kept', (parts) => [{ ...parts, rest: parts.rest + parts.fragment, fragment: '' }]],
];

function inQuery(rewrite: (query: string) => string[]): Rewrite {
  return (parts) => {
    const at = parts.rest.indexOf('?') + 1;
    if (at === 0) return [];
    return rewrite(parts.rest.slice(at)).map((query) => ({
      ...parts,
      rest: parts.rest.slice(0, at) + query,
    }));
  };
}

function toggleSlash(rest: string): string {
  const [, path = '', query = ''] = /^([^?]*)(.*)$/s.exec(rest) ?? [];
  return (path.endsWith('/') ? path.slice(0, -1) : `${path}/`) + query;
}

function asciiHost(host: string): string[] {
  // Only names: an address would be rewritten to another spelling.
  if (!/[^\0-\x7f]/.test(host)) return [];
  try {
    return [new URL(`http://${host}`).hostname];
  } catch {
    return [];
  }
}

function encodeNonAscii(text: string): string {
  return text.isWellFormed() ? text.replace(/[^\0-\x7f]+/g, encodeURIComponent) : text;
}

function decodeNonAscii(text: string): string[] {
  try {
    return [text.replace(/(?:%[89a-f][0-9a-f])+/gi, decodeURIComponent)];
  } catch {
    return [];
  }
}

// What would be signed: a fragment counts only where it was taken into the rest.
function textOf({ scheme, userinfo, host, port, rest }: UrlParts): string {
  return `${scheme}://${userinfo}${host}${port}${rest}`;
}
