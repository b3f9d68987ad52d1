import type { RequestRecord } from '../../src/emulator/request-log';
import type { RawRequest } from '../send-raw';

/** What the edge writes down of a request whose signature does not fit. */
export function refusedRecord(
  url: string,
  { headers = [], body = '' }: RawRequest,
  reason = 'signature-mismatch',
): RequestRecord {
  const pairs = headers.flatMap((name, at): [string, string][] =>
    at % 2 === 0 ? [[name, headers[at + 1] ?? '']] : [],
  );
  return {
    id: '1',
    at: 0,
    method: 'POST',
    url,
    status: 403,
    verdict: 'refused',
    reason,
    ms: 0,
    headers: pairs,
    body: Buffer.from(body),
    response: null,
  };
}
