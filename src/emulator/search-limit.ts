import type { RequestRecord } from './request-log';

/** Bytes of URL and body; the longest text there is takes about as many. */
const largestSearched = 16 * 1024;

/**
 * Whether nobody looks for what was done to a request: each guess hashes all of it, and a caller who needs no signature must not
 * buy our time.
 */
export function isTooLargeToSearch({ url, body }: Pick<RequestRecord, 'url' | 'body'>): boolean {
  return url.length + body.byteLength > largestSearched;
}
