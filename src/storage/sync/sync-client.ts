import { ConfigFault } from '../config-fault';
import { StoreUnavailable } from '../rating-store';
import { unexpectedFault } from '../unexpected-fault';

/** What is used of a client of the `twilio` package: requests with the account's credentials, to the account's region. */
export interface SyncRequests {
  request(options: {
    method: 'get' | 'post' | 'delete';
    uri: string;
    data?: Record<string, string>;
    headers?: Record<string, string>;
    timeout?: number;
  }): Promise<{ statusCode: number; body: unknown }>;
}

export interface SyncCall {
  method: 'get' | 'post' | 'delete';
  /** After `/v1/Services`, or the whole URL of a next page. */
  path: string;
  form?: Record<string, string>;
  /** The revision that must still be the current one. */
  ifMatch?: string;
  /** Milliseconds since 1970: after it nothing is tried again. */
  deadline: number;
}

/** `missing`: 404. `conflict`: there is such a name already (409), or the revision is another one (412). */
export type SyncAnswer<T> = { kind: 'done'; body: T } | { kind: 'missing' } | { kind: 'conflict' };

const services = 'https://sync.twilio.com/v1/Services';

/** Milliseconds for one call. The client's own default, 30 s, is longer than a Function lives. */
const callTimeout = 3000;

/**
 * Calls Twilio Sync until it answers or the deadline is there, with pauses of full jitter in between. A repetition may find
 * that the first try was done although its answer got lost: a write with `ifMatch`, or of a new name, is a `conflict` then,
 * and who reads again finds what was written.
 */
export class SyncClient {
  private requests: SyncRequests | undefined;

  constructor(private readonly connect: () => SyncRequests) {}

  /** @throws StoreUnavailable at the deadline, or when Twilio refuses what was asked; ConfigFault when Twilio refuses the credentials */
  async call<T>(call: SyncCall): Promise<SyncAnswer<T>> {
    let last = 'it was too late to ask';
    for (let tries = 0; ; tries += 1) {
      const left = call.deadline - Date.now();
      if (left <= 0) throw new StoreUnavailable(`Twilio Sync cannot be used now (${last})`);
      const outcome = await this.try<T>(call, Math.min(callTimeout, left));
      if (typeof outcome !== 'string') return outcome;
      last = outcome;
      await pause(tries, call.deadline);
    }
  }

  /** @returns a word for what went wrong, when another try may help */
  private async try<T>(
    { method, path, form, ifMatch }: SyncCall,
    timeout: number,
  ): Promise<SyncAnswer<T> | string> {
    this.requests ??= this.connect();
    const headers = {
      ...(form && { 'Content-Type': 'application/x-www-form-urlencoded' }),
      ...(ifMatch !== undefined && { 'If-Match': ifMatch }),
    };
    const uri = path.startsWith('https:') ? path : services + path;
    let answer: { statusCode: number; body: unknown };
    try {
      answer = await this.requests.request({ method, uri, headers, timeout, ...(form && { data: form }) });
    } catch (error) {
      return withoutAnswer(error);
    }
    return read(answer);
  }
}

/**
 * Waits a random part of a time that doubles with each try, but not beyond the deadline.
 * @param longest milliseconds: for a service that has too much to do
 */
export function pause(tries: number, deadline: number, longest = 2000): Promise<void> {
  const most = Math.min(longest, 100 * 2 ** tries, Math.max(0, deadline - Date.now()));
  return new Promise((resolve) => setTimeout(resolve, Math.random() * most));
}

function read<T>({ statusCode, body }: { statusCode: number; body: unknown }): SyncAnswer<T> | string {
  // What is deleted has no body.
  if (statusCode === 204) return { kind: 'done', body: undefined as T };
  if (typeof body !== 'object' || body === null) return `HTTP ${statusCode} without JSON`;
  if (statusCode >= 200 && statusCode < 300) return { kind: 'done', body: body as T };
  const { code } = body as { code?: unknown };
  const mark = typeof code === 'number' ? `error ${code}` : `HTTP ${statusCode}`;
  if (statusCode === 404) return { kind: 'missing' };
  if (statusCode === 409 || statusCode === 412) return { kind: 'conflict' };
  if (statusCode === 401 || statusCode === 403) {
    throw new ConfigFault(
      `AUTH_TOKEN does not open Twilio Sync for the account ACCOUNT_SID (${mark}): copy both from the Twilio Console.`,
    );
  }
  // Too many requests, of the account or for one object: https://www.twilio.com/docs/api/errors/54009
  if (statusCode === 429 || statusCode >= 500) return mark;
  const sentence = `Twilio Sync refused a request of ours (HTTP ${statusCode}, ${mark})`;
  throw unexpectedFault(sentence, new Error(mark));
}

function withoutAnswer(error: unknown): string {
  const { code } = error as { code?: unknown };
  if (typeof code !== 'string') throw unexpectedFault('Twilio Sync could not be asked', error);
  return code;
}
