/**
 * Why Twilio could not call a public URL, or would sign another one, or `null`. The public URL has no query and no fragment:
 * the path of a function is added to it.
 */
export function findUrlFault(text: string): string | null {
  if (/\s/.test(text)) return 'it has white space in it';
  const [, scheme = '', authority = '', rest = ''] =
    /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)$/i.exec(text) ?? [];
  if (scheme === '') return 'it does not begin with https://';
  if (scheme.toLowerCase() !== 'https')
    return `it begins with ${scheme}://, and texts would travel readable for everybody`;
  if (authority.includes('@')) return 'it has a user and password in it';
  const host = authority.replace(/:\d*$/, '').toLowerCase();
  if (host === '') return 'it has no host';
  if (isPrivateHost(host)) return `Twilio cannot reach ${host}`;
  if (/[?#]/.test(rest)) return 'it has a query or a fragment';
  return null;
}

/** Whether a host means this machine or a private network. */
export function isPrivateHost(host: string): boolean {
  return (
    /^(?:localhost|0\.0\.0\.0|127\.|10\.|192\.168\.|169\.254\.|172\.(?:1[6-9]|2\d|3[01])\.)/.test(host) ||
    /^\[(?:::1|::|f[cd]|fe80)/.test(host) ||
    /\.(?:localhost|local|internal|lan|home|test|invalid|example)$/.test(host) ||
    !/[.:]/.test(host)
  );
}
