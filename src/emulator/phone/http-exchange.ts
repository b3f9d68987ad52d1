import http from 'node:http';
import https from 'node:https';
import { gunzipSync } from 'node:zlib';
import type { ConnectionSettings } from './connection-overrides';
import { describeProblem, type Problem, type ProblemCode } from './twilio-problem';
import { parseWebhookUrl, type WebhookUrl } from './webhook-url';

export interface HttpRequest {
  method: string;
  url: WebhookUrl;
  /** As they go over the wire, in order. Host, Content-Length and Connection are added. */
  headers: [name: string, value: string][];
  body: string | Uint8Array;
}

export interface HttpAnswer {
  status: number;
  headers: [name: string, value: string][];
  /** At most `maxBody` bytes and one more. */
  body: Buffer;
}

/** One try: an answer, or what Twilio would say of the missing one and which retry policy covers it. */
export type Outcome = { answer: HttpAnswer } | { problem: Problem; cause: 'ct' | 'rt' | null };

export interface ExchangeOptions {
  settings: ConnectionSettings;
  /** Milliseconds left for this try and its retries. */
  timeLeft: number;
  /** Further certificates to trust, PEM. */
  ca?: string | undefined;
  /** Accept any certificate: nothing that Twilio does, for servers under development only. */
  insecure?: boolean | undefined;
  /** Where the request really goes, the Host header and the signature apart: past a tunnel, straight to its own end. */
  reroute?: Reroute | undefined;
  /** Send the body in pieces over this many milliseconds, as a bad line would. */
  trickleMs?: number | undefined;
}

export interface Reroute {
  /** URLs that begin so … */
  publicUrl: string;
  /** … are taken here, without a path. */
  edgeUrl: string;
}

/** More than this and Twilio does not read the document: error 11750. */
export const maxBody = 64 * 1024;

/** Sends the bytes as given and reads the answer. Never throws for what a server does or does not do. */
export function exchange(request: HttpRequest, options: ExchangeOptions): Promise<Outcome> {
  const { url, method, body } = request;
  const { settings } = options;
  const bytes = Buffer.from(body);
  const wire = options.reroute ? rerouteUrl(url, options.reroute) : url;
  const headers = [['Host', url.host], ...request.headers, ['Connection', 'close']];
  if (method !== 'GET' && method !== 'HEAD') headers.push(['Content-Length', String(bytes.byteLength)]);
  return new Promise((resolve) => {
    let connected = false;
    const timers = new Set<NodeJS.Timeout>();
    const settle = (outcome: Outcome) => {
      for (const timer of timers) clearTimeout(timer);
      resolve(outcome);
      sending.destroy();
    };
    const fail = (code: ProblemCode, detail: string, cause: 'ct' | 'rt' | null = null) =>
      settle({ problem: describeProblem(code, detail), cause });
    const after = (ms: number, action: () => void) => timers.add(setTimeout(action, ms));
    const startReading = () => {
      connected = true;
      after(settings.readTimeout, () =>
        fail(11200, `No complete answer within ${settings.readTimeout} ms (read timeout).`, 'rt'),
      );
    };

    const sending = (wire.secure ? https : http).request({
      method,
      host: wire.hostname,
      port: wire.port,
      path: wire.target,
      headers: headers.flat(),
      agent: false,
      ...(wire.secure && { rejectUnauthorized: !options.insecure, ...(options.ca && { ca: options.ca }) }),
    });
    after(Math.max(1, options.timeLeft), () =>
      fail(11200, `No complete answer within the ${settings.totalTimeout} ms of all tries.`, 'rt'),
    );
    after(settings.connectTimeout, () => {
      if (!connected) fail(11205, `No connection within ${settings.connectTimeout} ms.`, 'ct');
    });
    sending.on('socket', (socket) => {
      socket.once(wire.secure ? 'secureConnect' : 'connect', startReading);
    });
    sending.on('error', (error: NodeJS.ErrnoException) => {
      const [code, detail, cause] = nameFailure(error, wire, connected);
      fail(code, detail, cause);
    });
    sending.on('response', (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      const finish = () =>
        settle({
          answer: {
            status: response.statusCode ?? 0,
            headers: pairUp(response.rawHeaders),
            body: unpack(Buffer.concat(chunks), response.headers['content-encoding']).subarray(
              0,
              maxBody + 1,
            ),
          },
        });
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.byteLength;
        if (size > maxBody) finish();
      });
      response.on('end', finish);
      response.on('error', () => fail(11206, 'The connection broke in the middle of the answer.', 'rt'));
    });
    void write(
      sending,
      method === 'GET' || method === 'HEAD' ? Buffer.alloc(0) : bytes,
      options.trickleMs ?? 0,
    );
  });
}

function rerouteUrl(url: WebhookUrl, { publicUrl, edgeUrl }: Reroute): WebhookUrl {
  const rest = url.signed.slice(publicUrl.length);
  if (!url.signed.startsWith(publicUrl) || !/^[/?]/.test(rest)) return url;
  const wire = parseWebhookUrl(edgeUrl + rest);
  return typeof wire === 'string' ? url : wire;
}

async function write(sending: http.ClientRequest, bytes: Buffer, trickleMs: number): Promise<void> {
  const pieces = trickleMs > 0 ? 8 : 1;
  const size = Math.ceil(bytes.byteLength / pieces);
  for (let piece = 0; piece < pieces - 1; piece++) {
    sending.write(bytes.subarray(piece * size, (piece + 1) * size));
    await new Promise((resolve) => setTimeout(resolve, trickleMs / (pieces - 1)));
    if (sending.destroyed) return;
  }
  sending.end(bytes.subarray((pieces - 1) * size));
}

function nameFailure(
  error: NodeJS.ErrnoException,
  url: WebhookUrl,
  connected: boolean,
): [code: ProblemCode, detail: string, cause: 'ct' | 'rt' | null] {
  const place = `${url.hostname}, port ${url.port}`;
  const code = error.code ?? '';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return [11210, `There is no host ${url.hostname}.`, 'ct'];
  if (code === 'ECONNREFUSED') return [11205, `Nothing listens at ${place}.`, 'ct'];
  if (code === 'CERT_HAS_EXPIRED') return [11236, 'The certificate has expired.', null];
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return [11235, `The certificate is not made out to ${url.hostname}.`, null];
  }
  if (/SELF_SIGNED|UNABLE_TO_|DEPTH_ZERO/.test(code)) {
    return [11237, `The certificate at ${place} is not signed by anyone that Twilio trusts.`, null];
  }
  if (/^(?:ERR_SSL|ERR_TLS|EPROTO)/.test(code)) return [11220, `No TLS connection with ${place}.`, null];
  if (code.startsWith('HPE_')) return [11206, 'The answer is no HTTP.', 'rt'];
  if (connected)
    return [11206, `The connection was closed before an answer (${code || error.message}).`, 'rt'];
  return [11205, `No connection with ${place} (${code || error.message}).`, 'ct'];
}

function unpack(body: Buffer, encoding: string | undefined): Buffer {
  if (encoding?.toLowerCase() !== 'gzip') return body;
  try {
    return gunzipSync(body, { maxOutputLength: maxBody + 1 });
  } catch (error) {
    // Beyond the limit it is too large whatever it says; anything else is no gzip and will not parse either.
    return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
      ? Buffer.alloc(maxBody + 1)
      : body;
  }
}

/** Names and values out of Node's alternating list. */
export function pairUp(raw: string[]): [name: string, value: string][] {
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < raw.length; index += 2)
    pairs.push([raw[index] ?? '', raw[index + 1] ?? '']);
  return pairs;
}
