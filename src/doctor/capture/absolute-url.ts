/** The value of a header whatever its case; several are a list, as Node's `headersDistinct` has them. */
export function headerOf(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
  name: string,
): string | readonly string[] | undefined {
  const values = Object.entries(headers)
    .filter(([key]) => key.toLowerCase() === name)
    .flatMap(([, value]) => value ?? []);
  return values.length > 1 ? values : values[0];
}

/**
 * The URL that Twilio called, of a capture that has only what a server sees. Scheme and host are a guess that the search
 * then varies: Twilio reaches almost everybody over HTTPS.
 */
export function absoluteUrl(
  target: string,
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
  publicUrl: string | undefined,
): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(target)) return target;
  if (publicUrl !== undefined) return publicUrl.replace(/\/+$/, '') + target;
  const host = headerOf(headers, 'host');
  return typeof host === 'string' ? `https://${host}${target}` : target;
}
