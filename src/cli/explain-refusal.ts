import { explain } from '../doctor/explain';
import type { CapturedRequest } from '../doctor/explanation';
import type { RequestRecord } from '../emulator/request-log';
import { isTooLargeToSearch } from '../emulator/search-limit';
import type { SignatureReason } from '../signature/index';
import { meaningOf } from './terminal-line';

/** The reasons behind which a proven cause may stand; for the others the reason says it all. */
const explicable: ReadonlySet<string> = new Set<SignatureReason>([
  'signature-mismatch',
  'body-mismatch',
  'missing-body-hash',
  'ambiguous-body-hash',
  'raw-body-required',
]);

/**
 * The first line of the doctor's explanation of a request that was refused: title and code of the likeliest proven cause.
 * Single causes only, and of no request of more than 16 kB, since somebody who floods the edge must not buy seconds of search.
 * @param knownUrls the webhooks of the project
 * @returns `null` when nothing was proven
 */
export function explainRefusal(
  record: RequestRecord,
  { authToken, knownUrls }: { authToken: string; knownUrls: readonly string[] },
): string | null {
  if (record.reason === null || !explicable.has(record.reason)) return null;
  if (isTooLargeToSearch(record)) {
    return `${meaningOf(record.reason)} (more than 16 kB are not searched for the cause; npm run doctor -- explain does)`;
  }
  const [cause] = explain(captured(record), authToken, { knownUrls, depth: 1 }).causes;
  return cause ? `${cause.title} (${cause.code}, see docs/causes)` : null;
}

function captured({ url, method, headers: pairs, body }: RequestRecord): CapturedRequest {
  const headers: Record<string, string[]> = Object.create(null);
  for (const [name, value] of pairs)
    headers[name.toLowerCase()] = [...(headers[name.toLowerCase()] ?? []), value];
  return {
    url,
    method,
    headers,
    body,
    contentType: headers['content-type']?.[0],
    signature: headers['x-twilio-signature'],
    keySid: headers['x-twilio-signature-key-sid']?.[0],
  };
}
