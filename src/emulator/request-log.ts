import { randomUUID } from 'node:crypto';

/** `observed`: it would have been refused, but the edge only watches. */
export type Verdict = 'passed' | 'refused' | 'observed';

/** One request as the edge saw it, and what came of it. Holds what was received, so it is shown through a mask only. */
export interface RequestRecord {
  /** Opaque, unique in this process. */
  id: string;
  /** Milliseconds since 1970, when the request had been read. */
  at: number;
  method: string;
  /** The URL the signature was checked over: public URL, then path and query as received. */
  url: string;
  /** What the caller got; `null` when it went away before an answer. */
  status: number | null;
  verdict: Verdict;
  /** Why it was refused or would have been: a reason code; `null` for a request that passed. */
  reason: string | null;
  /** From the first byte of the request to the last of the answer. */
  ms: number;
  /** Names and values as received, in order, repeated ones included. */
  headers: [name: string, value: string][];
  /** As received; empty when the request was refused before its body was read. */
  body: Uint8Array;
  /** `null` when there was no answer. The body may be cut. */
  response: { headers: [name: string, value: string][]; body: Uint8Array } | null;
}

export type RequestLogChange = { kind: 'added'; record: RequestRecord } | { kind: 'cleared' };

/** Marks the console's own requests for live results, with `RequestLog.ownMark` as its value. */
export const ownMarkHeader = 'x-ringtrue-console';

/** The latest requests, for the console: bounded in number and in bytes, the oldest go first. */
export class RequestLog {
  readonly #records: RequestRecord[] = [];
  readonly #listeners = new Set<(change: RequestLogChange) => void>();
  readonly #maxRecords: number;
  readonly #maxBytes: number;
  #bytes = 0;
  /** Known to this process only, so that nobody else can stay out of the log. */
  readonly ownMark = randomUUID();

  /** @param maxBytes what all kept headers and bodies may weigh together; the newest record is kept whatever it weighs */
  constructor({ maxRecords = 1_000, maxBytes = 16 * 1024 * 1024 } = {}) {
    this.#maxRecords = maxRecords;
    this.#maxBytes = maxBytes;
  }

  /** @returns whether the record was kept: what the console asks for itself is not */
  add(record: RequestRecord): boolean {
    if (
      record.headers.some(([name, value]) => name.toLowerCase() === ownMarkHeader && value === this.ownMark)
    ) {
      return false;
    }
    this.#records.push(record);
    this.#bytes += weigh(record);
    while (
      this.#records.length > this.#maxRecords ||
      (this.#bytes > this.#maxBytes && this.#records.length > 1)
    ) {
      const oldest = this.#records.shift();
      if (oldest) this.#bytes -= weigh(oldest);
    }
    this.#tell({ kind: 'added', record });
    return true;
  }

  /** Newest first. */
  list(): RequestRecord[] {
    return this.#records.toReversed();
  }

  find(id: string): RequestRecord | undefined {
    return this.#records.find((record) => record.id === id);
  }

  clear(): void {
    this.#records.length = 0;
    this.#bytes = 0;
    this.#tell({ kind: 'cleared' });
  }

  /** Calls `listener` at every change until the returned function is called. */
  subscribe(listener: (change: RequestLogChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(change: RequestLogChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}

function weigh({ url, headers, body, response }: RequestRecord): number {
  const text = (pairs: [string, string][]) =>
    pairs.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  return (
    url.length +
    text(headers) +
    body.byteLength +
    (response ? text(response.headers) + response.body.byteLength : 0)
  );
}
