const lifetime = 4 * 60 * 60 * 1_000;

/**
 * The cookies that Twilio keeps for each pair of numbers, for about four hours.
 * Source: https://www.twilio.com/docs/messaging/twiml, "Twilio is a well-behaved HTTP client"
 */
export class CookieJar {
  readonly #pairs = new Map<string, Map<string, { value: string; at: number }>>();

  /** Takes the Set-Cookie headers of an answer. @param now milliseconds since 1970 */
  keep(pair: string, headers: [name: string, value: string][], now: number): void {
    for (const [name, text] of headers) {
      if (name.toLowerCase() !== 'set-cookie') continue;
      const cookie = /^\s*([^=;\s]+)=([^;]*)/.exec(text);
      if (!cookie?.[1]) continue;
      const jar = this.#pairs.get(pair) ?? new Map();
      if (/;\s*max-age=(?:0|-\d+)/i.test(text)) jar.delete(cookie[1]);
      else jar.set(cookie[1], { value: cookie[2]?.trim() ?? '', at: now });
      this.#pairs.set(pair, jar);
    }
  }

  /** The Cookie header for the next request of the pair; empty when there is none. */
  header(pair: string, now: number): string {
    const cookies = [...(this.#pairs.get(pair) ?? [])].filter(([, { at }]) => now - at < lifetime);
    return cookies.map(([name, { value }]) => `${name}=${value}`).join('; ');
  }
}
