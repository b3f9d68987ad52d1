/** The parts of a webhook's URL as Twilio uses them: nothing is normalised, so that what is signed is what was configured. */
export interface WebhookUrl {
  secure: boolean;
  /** Without brackets around IPv6. */
  hostname: string;
  port: number;
  /** Value of the Host header, as written. */
  host: string;
  /** Path and query, as they go over the wire. */
  target: string;
  /** What is signed: no userinfo and no fragment (https://www.twilio.com/docs/usage/security). */
  signed: string;
  /** `user:password` as written; a relative redirect keeps it. */
  userinfo: string | null;
  /** Value of the Authorization header when the URL carries credentials. */
  authorization: string | null;
  /** Without `#`; holds connection overrides, is neither sent nor signed. */
  fragment: string;
}

/** @returns a sentence that says what is wrong when the text is no URL that Twilio could call */
export function parseWebhookUrl(text: string): WebhookUrl | string {
  const match = /^([a-z][a-z0-9+.-]*):\/\/([^/?#\\]*)([^#]*)(?:#(.*))?$/is.exec(text);
  if (!match) return 'it is not absolute: write the whole URL, from http:// or https://';
  const [, scheme = '', authority = '', rest = '', fragment = ''] = match;
  if (!/^https?$/i.test(scheme)) return `${scheme}:// is not called by Twilio: use https:// (or http://)`;
  const at = authority.lastIndexOf('@');
  const userinfo = at === -1 ? null : authority.slice(0, at);
  const host = authority.slice(at + 1);
  const parts = /^(\[[0-9a-f:.]+\]|[^:[\]\s]+)(?::(\d{1,5}))?$/i.exec(host);
  const hostname = parts?.[1];
  if (hostname === undefined) return 'its host or port is not well formed';
  const secure = scheme.toLowerCase() === 'https';
  const port = parts?.[2] === undefined ? (secure ? 443 : 80) : Number(parts[2]);
  if (port < 1 || port > 65_535) return `there is no port ${port}`;
  // Node refuses to send anything else in a request line, and so would most servers to read it.
  if (/[^\x21-\x7e]/.test(hostname + rest)) {
    return 'it has a space or a character outside ASCII: percent-encode it';
  }
  const target = rest.startsWith('/') ? rest : `/${rest}`;
  return {
    secure,
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port,
    host,
    target,
    signed: `${scheme}://${host}${target}`,
    userinfo,
    authorization: userinfo === null ? null : basic(userinfo),
    fragment,
  };
}

function basic(userinfo: string): string {
  const colon = userinfo.indexOf(':');
  const pair =
    colon === -1
      ? `${decode(userinfo)}:`
      : `${decode(userinfo.slice(0, colon))}:${decode(userinfo.slice(colon + 1))}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Resolves the URL of a `<Redirect>` or a Location header; `undefined` when it leads nowhere. */
export function resolveAgainst(base: WebhookUrl, reference: string): string | undefined {
  // The configured URL's own bytes are never touched; only a relative reference needs the parser.
  if (/^https?:\/\//i.test(reference)) return reference;
  try {
    const { href, host } = new URL(reference, base.signed);
    const sameHost = host === new URL(base.signed).host;
    return base.userinfo !== null && sameHost ? href.replace('://', `://${base.userinfo}@`) : href;
  } catch {
    return undefined;
  }
}
