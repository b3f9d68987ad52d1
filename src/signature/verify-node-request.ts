import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import { decodeForm, isBytes, isForm, isUtf8 } from './canonical';
import { isEmpty, readParams } from './fields';
import { readKeys } from './keys';
import { firstForwarded, readOrigin, readPublicUrl } from './origin';
import type { Key, Params, SignatureReason, SignedRequest } from './signed-request';
import { type Matched, readCompat, signatureFault, type VerifyOptions, verify } from './verify';

/** Why a request that was received did not pass: a reason of its signature, or of its transport. */
export type WebhookReason =
  | SignatureReason
  | 'method-not-allowed'
  | 'body-too-large'
  | 'body-unreadable'
  | 'unsupported-charset';

export type ReceivedVerification =
  | {
      valid: true;
      matched: Matched;
      /** As received; empty for a GET, `undefined` when a parser had read it and kept nothing but the parameters. */
      rawBody: Uint8Array | undefined;
      /** The form's parameters, those that were signed; `[]` when the body is no form. */
      params: [name: string, value: string][];
    }
  | { valid: false; reason: WebhookReason };

export interface NodeOptions extends VerifyOptions {
  /** One Auth Token, or every key that may have signed. */
  keys: string | readonly Key[];
  /** Scheme, host and, behind a proxy that strips one, path prefix under which Twilio calls. Default: what the request says. */
  publicUrl?: string | undefined;
  /** Takes scheme and host from X-Forwarded-*: only behind a proxy that overwrites them. Default false. */
  trustForwarded?: boolean | undefined;
  /** Bytes of body read at most. Default 1,048,576. */
  maxBodyBytes?: number | undefined;
}

/** What body parsers leave on a request. */
export interface ParsedRequest extends IncomingMessage {
  originalUrl?: string;
  rawBody?: unknown;
  body?: unknown;
}

/**
 * Reads and checks a request of `node:http`, `node:http2`, Express or Connect, a WebSocket handshake included. The body is read
 * here, or taken from `rawBody`, or, for a form that a parser has read, from its parameters. Only GET and POST pass, since
 * Twilio sends nothing else and the method is not signed. Nothing is read before the signature has the right shape.
 * @throws TypeError when a key is empty, `publicUrl` is no URL without a query, or `compat` unknown
 */
export async function verifyNodeRequest(
  request: ParsedRequest,
  { keys, publicUrl, trustForwarded = false, maxBodyBytes = 1_048_576, compat }: NodeOptions,
): Promise<ReceivedVerification> {
  const hasKeys = readKeys(keys).length > 0;
  readCompat(compat);
  const base = publicUrl === undefined ? originOf(request, trustForwarded) : readPublicUrl(publicUrl);
  if (!hasKeys) return { valid: false, reason: 'missing-key' };
  const { method, headers } = request;
  if (method !== 'GET' && method !== 'POST') return { valid: false, reason: 'method-not-allowed' };
  const signature = headers['x-twilio-signature'];
  const fault = signatureFault(signature);
  if (fault) return { valid: false, reason: fault };
  const target = request.originalUrl ?? request.url ?? '';
  // An absolute target names a host of the caller's. A fragment never travels: what stands behind a `#` would not be checked, but
  // Node hands it on, and many an application reads it as a part of the query.
  if (base === null || !target.startsWith('/') || target.includes('#'))
    return { valid: false, reason: 'invalid-url' };
  const content = await readBody(request, maxBodyBytes);
  if ('reason' in content) return { valid: false, reason: content.reason };

  const hasBody = !('rawBody' in content) || content.rawBody.length > 0;
  // A GET has its parameters in the URL; fields in its body would be read by an application that looks in both places.
  if (method === 'GET' && hasBody) return { valid: false, reason: 'invalid-params' };

  const contentType = headers['content-type'];
  // Not signed, and parsers go by it: the same bytes would be other fields to them.
  if (hasBody && !isUtf8(contentType)) return { valid: false, reason: 'unsupported-charset' };
  const keySid = headers['x-twilio-signature-key-sid'];
  const signed: SignedRequest = {
    url: base + target,
    method,
    contentType,
    signature,
    keySid: typeof keySid === 'string' ? keySid : undefined,
    ...('rawBody' in content ? { body: content.rawBody } : { params: content.params as Params }),
  };
  const verification = verify(signed, keys, { compat });
  if (!verification.valid) return verification;
  const rawBody = 'rawBody' in content ? content.rawBody : undefined;
  const params = rawBody && isForm(contentType) ? decodeForm(rawBody) : [];
  return { ...verification, rawBody, params };
}

function originOf({ headers, socket }: ParsedRequest, trustForwarded: boolean): string | null {
  const forwarded = (name: string) => (trustForwarded ? firstForwarded(headers[name]) : undefined);
  const scheme =
    forwarded('x-forwarded-proto') ??
    ((socket as Partial<TLSSocket> | undefined)?.encrypted ? 'https' : 'http');
  // HTTP/2 has no Host.
  const host = headers.host ?? (headers[':authority'] as string | undefined);
  return readOrigin(scheme, forwarded('x-forwarded-host') ?? host);
}

type Body = { rawBody: Uint8Array } | { params: unknown } | { reason: WebhookReason };

async function readBody(request: ParsedRequest, maxBodyBytes: number): Promise<Body> {
  const { rawBody, body, readableDidRead, readableEnded } = request;
  const kept = typeof rawBody === 'string' ? Buffer.from(rawBody) : rawBody;
  if (isBytes(kept)) {
    // Set before it was filled, or while it is: what is still to come would reach an application all the same.
    const isPart = kept.length === 0 ? mayHaveBody(request) : readableDidRead && !readableEnded;
    return isPart ? { reason: 'raw-body-required' } : { rawBody: kept };
  }
  if (!readableDidRead && !readableEnded) return readStream(request, maxBodyBytes);
  const isNothingLeft = isNothing(body);
  if (isNothingLeft && !mayHaveBody(request)) return { rawBody: Buffer.alloc(0) };
  // Whoever read a body and left nothing may have put the fields where they would not be checked.
  return isNothingLeft || !isForm(request.headers['content-type'])
    ? { reason: 'raw-body-required' }
    : { params: body };
}

function mayHaveBody(request: ParsedRequest): boolean {
  const { headers, httpVersionMajor } = request;
  // HTTP/2 announces no body: it comes, or the headers end the stream.
  if (httpVersionMajor > 1) return !(request as unknown as Http2ServerRequest).stream?.endAfterHeaders;
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0;
}

function isNothing(body: unknown): boolean {
  try {
    const fields = readParams(body);
    return fields !== null && isEmpty(fields);
  } catch {
    return false;
  }
}

async function readStream(request: IncomingMessage, maxBodyBytes: number): Promise<Body> {
  if (Number(request.headers['content-length'] ?? 0) > maxBodyBytes) return { reason: 'body-too-large' };
  // Its events are over: nothing would ever come.
  if (request.destroyed) return { reason: 'body-unreadable' };
  const chunks: Buffer[] = [];
  let length = 0;
  return new Promise((resolve) => {
    request.on('data', (chunk: Buffer | string) => {
      // Text where somebody has called setEncoding.
      const bytes =
        typeof chunk === 'string' ? Buffer.from(chunk, request.readableEncoding ?? undefined) : chunk;
      length += bytes.length;
      if (length > maxBodyBytes) {
        request.pause();
        resolve({ reason: 'body-too-large' });
      } else chunks.push(bytes);
    });
    request.on('end', () => resolve({ rawBody: Buffer.concat(chunks) }));
    request.on('error', () => resolve({ reason: 'body-unreadable' }));
    request.on('close', () => resolve({ reason: 'body-unreadable' }));
  });
}
