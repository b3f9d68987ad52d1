import { readConnectionOverrides } from '../emulator/phone/connection-overrides';
import { parseWebhookUrl } from '../emulator/phone/webhook-url';

/**
 * Why a URL must not be set as a webhook, or `null`. Twilio takes all of these and fails later, or not at all.
 *
 * The query has to be sorted by name: what stands between may put it in order, and then no library can find the URL that was
 * signed (https://github.com/twilio/twilio-php/issues/790).
 */
export function lintWebhookUrl(text: string): string | null {
  const url = parseWebhookUrl(text);
  if (typeof url === 'string') return url;
  if (!url.secure) return 'it is http://: signature and texts could be read on the way, so use https://';
  const query = url.target.split('?').slice(1).join('?');
  const names = query === '' ? [] : query.split('&').map((pair) => pair.split('=', 1)[0] ?? '');
  const sorted = [...names].sort();
  if (names.some((name, index) => name !== sorted[index])) {
    return `the names in its query are not sorted: write ${sorted.join(', ')}, so that nothing on the way can reorder what is signed`;
  }
  if (new Set(names).size !== names.length)
    return 'a name is repeated in its query, and libraries disagree on what is signed then';
  const [problem] = readConnectionOverrides(url.fragment).problems;
  return problem?.detail ?? null;
}

/** The URL without a password, for terminals and logs. */
export function withoutPassword(url: string): string {
  return url.replace(/^([a-z]+:\/\/[^/?#:@]*):[^/?#]*@/i, '$1:…@');
}

/** The host of a URL with its port, in lower case; empty for what is no URL. */
export function hostOf(url: string): string {
  return (/^https?:\/\/(?:[^/?#@]*@)?([^/?#]+)/i.exec(url)?.[1] ?? '').toLowerCase();
}
