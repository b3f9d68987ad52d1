import type { ServerResponse } from 'node:http';
import { decodeForm, isForm } from './canonical';
import { readKeys } from './keys';
import { readPublicUrl } from './origin';
import { readCompat } from './verify';
import {
  type NodeOptions,
  type ParsedRequest,
  verifyNodeRequest,
  type WebhookReason,
} from './verify-node-request';

/** What whoever is refused reads, whatever the reason: Twilio's own sentence for a protected Function. */
const unauthorizedText = 'Unauthorized - you are not authenticated to perform this request';

export interface TwilioWebhookOptions extends NodeOptions {
  /** Told why a request was refused: for a log, never for the caller. */
  onRefused?: ((reason: WebhookReason, request: ParsedRequest) => void) | undefined;
}

/**
 * Express 4 and 5 middleware (and Connect's) that lets only Twilio's requests through. Before any body parser it reads the
 * raw body, at most 1 MB, and leaves `req.rawBody` and `req.body`: a form's names and values, several values as a list, or
 * what JSON says (`undefined` when it is none). After a parser it takes `req.rawBody`, or for forms a flat `req.body`; JSON
 * without `req.rawBody` is refused. Everything refused gets 403 and the same text.
 *
 * `next(error)` is called for nothing but a fault of our side, `onRefused` throwing included: a `next` of your own must look
 * at its argument.
 * @throws TypeError when a key is missing or empty, `publicUrl` is no URL without a query, or `compat` unknown
 */
export function twilioWebhook(
  options: TwilioWebhookOptions,
): (request: ParsedRequest, response: ServerResponse, next: (error?: unknown) => void) => void {
  checkOptions(options);
  return (request, response, next) => {
    const unread = request.rawBody === undefined && !request.readableDidRead && !request.readableEnded;
    verifyNodeRequest(request, options)
      .then((verification) => {
        if (verification.valid && unread) leaveBody(request, verification.rawBody);
        if (verification.valid) return true;
        refuse(request, response);
        options.onRefused?.(verification.reason, request);
        return false;
      })
      // What `next` throws is not given to it a second time.
      .then((passed) => passed && next(), next);
  };
}

function checkOptions({ keys, publicUrl, compat, maxBodyBytes = 0 }: TwilioWebhookOptions): void {
  if (readKeys(keys).length === 0) throw new TypeError('twilioWebhook: keys is empty, give your Auth Token');
  readCompat(compat);
  if (publicUrl !== undefined) readPublicUrl(publicUrl);
  if (!(maxBodyBytes >= 0)) throw new TypeError('twilioWebhook: maxBodyBytes must be a number of bytes');
}

function leaveBody(request: ParsedRequest, rawBody: Uint8Array | undefined): void {
  request.rawBody = rawBody;
  const {
    'content-length': length,
    'transfer-encoding': encoding,
    'content-type': contentType,
  } = request.headers;
  if (!rawBody) return;
  // That none was announced a parser sees for itself, and leaves what its version leaves then.
  if (rawBody.length === 0 && length === undefined && encoding === undefined) return;
  // What body-parser looks at before it reads a stream again, an empty one included.
  Object.assign(request, { _body: true });
  if (isForm(contentType)) request.body = readFields(rawBody);
  else if (/^\s*application\/json\s*(?:;|$)/i.test(contentType ?? '')) request.body = readJson(rawBody);
}

function readFields(rawBody: Uint8Array): Record<string, string | string[]> {
  const fields = new Map<string, string | string[]>();
  for (const [name, value] of decodeForm(rawBody)) {
    const known = fields.get(name);
    // A signature over one value fits any number of repeats of it: a list that is copied for each would block for seconds.
    if (Array.isArray(known)) known.push(value);
    else fields.set(name, known === undefined ? value : [known, value]);
  }
  // Defines `__proto__` as an ordinary name.
  return Object.fromEntries(fields);
}

function readJson(rawBody: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(rawBody));
  } catch {
    return undefined;
  }
}

function refuse(request: ParsedRequest, response: ServerResponse): void {
  if (response.destroyed || response.headersSent) return;
  response.statusCode = 403;
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  // What was not read would otherwise be taken for the next request.
  if (!request.readableEnded && request.httpVersionMajor < 2) response.setHeader('Connection', 'close');
  response.end(unauthorizedText);
}
