import { splitUrl } from './canonical';

/**
 * The configured part of the URL, without slashes at its end: what was called follows it.
 * @throws TypeError when it is no URL, or has a query or a fragment
 */
export function readPublicUrl(publicUrl: string): string {
  const parts = splitUrl(publicUrl);
  if (!parts || !/^(?:http|ws)s?$/i.test(parts.scheme) || /[?#]/.test(publicUrl))
    throw new TypeError(
      'publicUrl must be an http(s) or ws(s) URL without a query, for example https://example.com',
    );
  return publicUrl.replace(/\/+$/, '');
}

/**
 * Scheme and host as headers tell them, `null` when they are none. A Host with a path or a `#` in it would put another URL
 * than the one that was called before the signature, and a captured signature would open any path.
 */
export function readOrigin(scheme: string, host: string | undefined): string | null {
  return /^https?$/i.test(scheme) && host !== undefined && /^[^\s/?#\\@]+$/.test(host)
    ? `${scheme.toLowerCase()}://${host}`
    : null;
}

/** The first of the values of a forwarded header, `undefined` when there is none. */
export function firstForwarded(header: unknown): string | undefined {
  return (typeof header === 'string' && header.split(',')[0]?.trim()) || undefined;
}
