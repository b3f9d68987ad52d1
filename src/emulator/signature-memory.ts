import { createHash } from 'node:crypto';
import { printableName } from './printable-name';
import type { RequestRecord } from './request-log';
import { isTooLargeToSearch } from './search-limit';

interface SignedRequest {
  path: string;
  query: string;
  params: [name: string, value: string][];
}

/** How many genuine requests are remembered; the oldest go first. */
const capacity = 500;

/**
 * Remembers the signatures of requests that were genuine, to say what was done to one that is not: a signature that
 * comes back with another path, a changed text or an added parameter was taken from an earlier request. Only for people
 * who look at the terminal; it decides nothing. Signatures are kept as hashes, since one is a credential.
 */
export class SignatureMemory {
  readonly #seen = new Map<string, Pick<RequestRecord, 'url' | 'body'>>();

  /** Takes a request that passed; one without a signature is ignored. */
  remember(record: RequestRecord): void {
    const signature = signatureOf(record);
    if (signature === undefined || isTooLargeToSearch(record)) return;
    const { url, body } = record;
    this.#seen.set(hash(signature), { url, body });
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > capacity && oldest !== undefined) this.#seen.delete(oldest);
  }

  /**
   * What a refused request changed about the one its signature was made for; `null` when that one was
   * never seen, or this one is too large to compare.
   */
  compare(record: RequestRecord): string | null {
    const signature = signatureOf(record);
    const seen = signature === undefined ? undefined : this.#seen.get(hash(signature));
    if (!seen || isTooLargeToSearch(record)) return null;
    const genuine = readSigned(seen);
    const received = readSigned(record);
    if (received.path !== genuine.path) return `the signature of another path, ${genuine.path}`;
    if (received.query !== genuine.query) return 'the query was changed after signing';
    const before = valuesByName(genuine);
    const after = valuesByName(received);
    for (const name of after.keys()) {
      if (!before.has(name)) return `the parameter ${printableName(name)} was added after signing`;
    }
    for (const name of before.keys()) {
      if (!after.has(name)) return `the parameter ${printableName(name)} was removed after signing`;
    }
    const changed = received.params.find(([name, value]) => !before.get(name)?.has(value));
    return changed
      ? `the parameter ${printableName(changed[0])} was changed after signing`
      : 'repeated parameters were changed after signing';
  }
}

function signatureOf({ headers }: RequestRecord): string | undefined {
  return headers.find(([name]) => name.toLowerCase() === 'x-twilio-signature')?.[1];
}

function readSigned({ url, body }: Pick<RequestRecord, 'url' | 'body'>): SignedRequest {
  const [beforeQuery = '', query = ''] = url.split(/\?(.*)/s);
  return {
    path: beforeQuery.replace(/^[a-z]+:\/\/[^/]*/i, ''),
    query,
    params: [...new URLSearchParams(Buffer.from(body).toString())],
  };
}

function valuesByName({ params }: SignedRequest): Map<string, Set<string>> {
  const values = new Map<string, Set<string>>();
  for (const [name, value] of params) {
    const known = values.get(name);
    if (known) known.add(value);
    else values.set(name, new Set([value]));
  }
  return values;
}

function hash(signature: string): string {
  return createHash('sha256').update(signature).digest('base64');
}
