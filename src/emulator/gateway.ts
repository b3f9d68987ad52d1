/**
 * The HTTP side of the edge: takes raw bytes in, asks `edge.ts` for a verdict, hands what passed to Twilio's runtime
 * unchanged, and makes the answer what the platform would have sent. Knows no rule of its own about who may pass.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { asPlatformAnswer } from './answer-policy';
import {
  type EdgePolicy,
  type EdgeRequest,
  headerValues,
  isBasic,
  judge,
  judgeHead,
  maxRequestBytes,
  passwordInClear,
  type Refusal,
  type RefusalReason,
  tooLarge,
  type Verdict,
} from './edge';
import type { RequestRecord } from './request-log';
import { maxHeadBytes } from './runtime-messages';
import { type RuntimeAnswer, RuntimeFailure } from './runtime-process';
import type { Runtime } from './supervise-runtime';

/** `observe`: a request with a bad signature passes and is marked. `off`: signatures are not looked at. */
export type Enforcement = 'on' | 'observe' | 'off';

export interface GatewayOptions {
  /** Asked at each request, because routes change while it runs. */
  policy: () => EdgePolicy;
  runtime: Pick<Runtime, 'send'>;
  enforce: Enforcement;
  /** Called once for each request, after it was answered. */
  onRequest: (record: RequestRecord) => void;
  /** PEM texts; with them the gateway speaks HTTPS. */
  tls?: { cert: string; key: string } | undefined;
}

/** Why a request was refused, or failed behind the edge. */
export type FailureReason = RefusalReason | 'too-many-requests' | 'cookie-too-old' | RuntimeFailure['why'];

interface Outcome {
  verdict: RequestRecord['verdict'];
  reason: FailureReason | null;
  answer: RuntimeAnswer;
}

/** Invocations at once: https://www.twilio.com/docs/serverless/functions-assets/functions/faq */
const maxInvocations = 30;
/**
 * What a Function may answer, https://www.twilio.com/docs/serverless/functions-assets/functions/request-flow, and how large a
 * public or protected asset may be, https://www.twilio.com/docs/serverless/functions-assets/assets. Bytes.
 */
const maxAnswerBytes = { function: 4_000_000, asset: 25_000_000 };

/** Makes the server; the caller listens and closes. */
export function createGateway({ policy, runtime, enforce, onRequest, tls }: GatewayOptions): Server {
  let lastNumber = 0;
  let invocations = 0;
  // Node's own header limits lie above the edge's, so that the edge answers and the request is seen.
  const serverOptions = {
    maxHeaderSize: maxHeadBytes,
    // Who sends a byte a second is answered 408 and loses the connection.
    requestTimeout: 30_000,
    connectionsCheckingInterval: 5_000,
  };
  const server = tls
    ? createHttpsServer({ ...serverOptions, ...tls }, handle)
    : createServer(serverOptions, handle);
  server.maxHeadersCount = 2000;
  // A method like any other that is not allowed, but Node closes the connection without a word.
  server.on('connect', (_, socket) =>
    socket.end('HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\n\r\n'),
  );
  return server;

  function handle(incoming: IncomingMessage, response: ServerResponse): void {
    answer(incoming, response).catch((error) => {
      // A bug of ours: its stack goes to us, and nothing of it to the caller.
      process.emitWarning(error instanceof Error ? error : String(error));
      if (response.headersSent) response.destroy();
      else writeAnswer(response, 'GET', plainAnswer(500, 'Internal Server Error'));
    });
  }

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const at = Date.now();
    const number = String(++lastNumber);
    const head = {
      method: incoming.method ?? '',
      target: incoming.url ?? '',
      rawHeaders: incoming.rawHeaders,
      exposed: isExposed(incoming),
    };
    const body = judgeHead(head) ? Buffer.alloc(0) : await readBody(incoming);
    if (body === 'aborted') return;
    const begin = performance.now();
    const request: EdgeRequest = { ...head, body: body === 'too-large' ? Buffer.alloc(0) : body };
    const outcome = await decide(
      number,
      request,
      body === 'too-large' ? tooLarge() : judge(request, policy()),
    );
    const ms = performance.now() - begin;
    const gone = response.destroyed;
    if (!gone) writeAnswer(response, request.method, outcome.answer);
    onRequest({
      id: number,
      at,
      method: request.method,
      url: (policy().publicUrls[0] ?? '') + request.target,
      status: gone ? null : outcome.answer.status,
      verdict: outcome.verdict,
      reason: outcome.reason,
      ms,
      headers: headerPairs(request.rawHeaders),
      body: request.body,
      response: gone ? null : { headers: headerPairs(outcome.answer.rawHeaders), body: outcome.answer.body },
    });
  }

  // Whoever is on the same network may call past the proxy that the public URL belongs to. Its header proves nothing about a
  // caller, who could write it too; but no browser does, and it is the browser's password that is protected.
  function isExposed({ socket, headers }: IncomingMessage): boolean {
    if (tls !== undefined || loopbackAddress.test(socket.remoteAddress ?? '')) return false;
    const isProxied = /^https\b/i.test(String(headers['x-forwarded-proto'] ?? ''));
    return !isProxied || !/^https:/i.test(policy().publicUrls[0] ?? '');
  }

  async function decide(number: string, request: EdgeRequest, verdict: Verdict): Promise<Outcome> {
    if (verdict.verdict === 'preflight') {
      return { verdict: 'passed', reason: null, answer: plainAnswer(200, '', verdict.headers) };
    }
    if (verdict.verdict === 'passed') {
      return { verdict: 'passed', ...(await invoke(number, request, verdict.route.kind)) };
    }
    if (verdict.unsigned === undefined || enforce === 'on') {
      return { verdict: 'refused', reason: verdict.reason, answer: refusalAnswer(verdict) };
    }
    const { answer } = await invoke(number, request, verdict.unsigned.kind);
    return { verdict: 'observed', reason: verdict.reason, answer };
  }

  async function invoke(
    number: string,
    { method, target, rawHeaders, body, exposed }: EdgeRequest,
    kind: 'function' | 'asset',
  ): Promise<Omit<Outcome, 'verdict'>> {
    if (kind === 'function' && invocations >= maxInvocations) {
      return { reason: 'too-many-requests', answer: plainAnswer(429, 'Too Many Requests') };
    }
    if (kind === 'function') invocations += 1;
    try {
      const given = await runtime.send({
        number,
        method,
        target,
        rawHeaders: forwardedHeaders(rawHeaders, body.length),
        body,
        maxAnswerBytes: maxAnswerBytes[kind],
      });
      if (exposed && headerValues(given.rawHeaders, 'www-authenticate').some(isBasic)) {
        const refusal = passwordInClear();
        return { reason: refusal.reason, answer: refusalAnswer(refusal) };
      }
      return asPlatformAnswer(given);
    } catch (error) {
      if (!(error instanceof RuntimeFailure)) throw error;
      const tooLate = error.why === 'too-slow' || error.why === 'never-called-back';
      return {
        reason: error.why,
        answer: plainAnswer(tooLate ? 504 : 500, tooLate ? 'Gateway Timeout' : 'Internal Server Error'),
      };
    } finally {
      if (kind === 'function') invocations -= 1;
    }
  }
}

const loopbackAddress = /^(?:::1|(?:::ffff:)?127(?:\.\d{1,3}){3})$/i;

async function readBody(incoming: IncomingMessage): Promise<Buffer | 'too-large' | 'aborted'> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of incoming) {
      size += chunk.length;
      if (size > maxRequestBytes) return 'too-large';
      chunks.push(chunk);
    }
  } catch {
    return 'aborted';
  }
  return Buffer.concat(chunks);
}

// The body is whole by now, so its length is known and the hop-by-hop headers have done their work (RFC 9110, 7.6.1).
// Host is hidden from handlers: https://www.twilio.com/docs/serverless/functions-assets/functions/headers-and-cookies/accessing
const notForwarded = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'content-length',
  'expect',
  'host',
  'upgrade',
]);

function forwardedHeaders(rawHeaders: readonly string[], bodyLength: number): string[] {
  const kept: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (!notForwarded.has(name.toLowerCase())) kept.push(name, rawHeaders[index + 1] ?? '');
  }
  if (bodyLength > 0) kept.push('content-length', String(bodyLength));
  return kept;
}

function headerPairs(rawHeaders: readonly string[]): [name: string, value: string][] {
  const pairs: [string, string][] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    pairs.push([rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '']);
  }
  return pairs;
}

function refusalAnswer({ status, text, headers }: Refusal): RuntimeAnswer {
  return plainAnswer(status, text, headers);
}

function plainAnswer(
  status: number,
  text: string,
  headers: Record<string, string> = { 'content-type': 'text/plain' },
): RuntimeAnswer {
  return { status, rawHeaders: Object.entries(headers).flat(), body: Buffer.from(text) };
}

function writeAnswer(
  response: ServerResponse,
  method: string,
  { status, rawHeaders, body }: RuntimeAnswer,
): void {
  // The rest of a body that was too large is not read: the connection cannot be used again.
  const closing = status === 413 ? ['connection', 'close'] : [];
  // RFC 9110, 8.6: a 204 must not have a length, and a HEAD or a 304 none but that of the whole.
  const bodiless = method === 'HEAD' || status === 204 || status === 304;
  const length = bodiless ? [] : ['content-length', String(body.length)];
  response.writeHead(status, [...rawHeaders, ...length, ...closing]);
  response.end(bodiless ? undefined : body);
}
