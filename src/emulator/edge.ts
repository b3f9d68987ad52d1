/**
 * What Twilio's platform decides about a request before a Function or asset is touched, decided here in the same way.
 * Pure: a request and the routes in, a verdict out; `gateway.ts` speaks HTTP.
 *
 * Sources: [1] https://www.twilio.com/docs/serverless/functions-assets/functions/request-flow
 *          [2] https://www.twilio.com/docs/serverless/functions-assets/visibility
 *          [3] https://www.twilio.com/docs/serverless/functions-assets/functions/headers-and-cookies
 *          [4] https://support.twilio.com/hc/en-us/articles/43430648191259 (403 for a protected Function)
 *          [5] https://www.twilio.com/docs/api/errors/82008
 *
 * Order of checks (the platform's is not published): size of the headers, method, encoding, body, route,
 * signature. So an unauthenticated caller learns nothing about a protected path that its 404 does not tell already.
 *
 * Gaps, the same as in docs/edge.md:
 * - `SERVICE_SID` and `ENVIRONMENT_SID` are undefined or what `.env` says, as in Twilio's local runtime: there is no service.
 * - A field named `request` replaces `event.request`, as in Twilio's local runtime; whether it does on the
 *   platform is not known. Handlers must not trust it either way: ours do not.
 * - Cookies get no Domain, or browsers would not keep them here.
 * - Texts of the refusals other than the 403 of a protected file are ours; the platform's are not published.
 * - A JSON request to a protected Function must carry `bodySHA256`; the platform may be content with the URL.
 * - Sizes of environment variables are not enforced: `npm start` warns of them, a deploy refuses them.
 * - A relative `require` between function files works here and fails deployed: `npm run doctor` finds it.
 * - Work that goes on after the callback goes on here at once, on the platform perhaps only with a later invocation.
 * - Between 4 kB or 75 headers and 15 kB or 90 the platform's pages disagree on a 431: the larger limits are taken.
 * - How long a URL may be on the platform is not known. Here URL and headers may have 64 kB together; what is longer is
 *   refused by Node (431) and not listed.
 * - The 30 invocations are those of this edge; whether the platform counts a service's or an account's is told
 *   differently by its pages. The header `X-Twilio-Function-Concurrency` is not sent.
 * - The 256 MB are those of one process for all invocations, and of its heap; what lies outside (buffers) may take
 *   128 MB more, with Node and Twilio's runtime.
 * - What the platform does with a compressed body, with one of another charset than UTF-8, or with a form that parsers read
 *   differently (a byte order mark, a letter that should have been escaped beside a broken escape), is not known: Twilio sends
 *   none of them, and to a protected file all are refused.
 */
import { isForm, isUtf8 } from '../signature/canonical';
import { type Key, type SignatureReason, verify } from '../signature/index';
import { isReadAlike } from './is-read-alike';
import type { Route } from './routes';

export interface EdgeRequest {
  method: string;
  /** Path and query exactly as received. */
  target: string;
  /** Name, value, name, value, exactly as received. */
  rawHeaders: readonly string[];
  body: Buffer;
  /** Came over a network in clear text, with no proxy in front that would have taken HTTPS off it. */
  exposed: boolean;
}

export interface EdgePolicy {
  routes: ReadonlyMap<string, Route>;
  keys: readonly Key[];
  /** Every URL this edge is known by, the likeliest first; no trailing slash. Path and query are appended as received. */
  publicUrls: readonly string[];
}

/** Why a request is refused: the signature's reasons, and the edge's own. */
export type RefusalReason =
  | SignatureReason
  | 'headers-too-large'
  | 'method-not-allowed'
  | 'get-with-body'
  | 'body-too-large'
  | 'private'
  | 'not-found'
  | 'bad-target'
  | 'compressed-body'
  | 'unsupported-charset'
  | 'ambiguous-form'
  | 'password-in-clear';

export interface Refusal {
  verdict: 'refused';
  status: number;
  /** For the caller: nothing but what the platform would say. */
  text: string;
  headers: Record<string, string>;
  /** For the terminal and the console only. */
  reason: RefusalReason;
  /** The route that was asked for, when only the signature speaks against the request. */
  unsigned?: Route;
}

export type Verdict =
  | { verdict: 'passed'; route: Route /** The URL whose signature matched. */; signedUrl: string | null }
  | { verdict: 'preflight'; headers: Record<string, string> }
  | Refusal;

/** [1]: headers and cookies count towards the megabyte. */
export const maxRequestBytes = 1_000_000;
/** [3]: 15 kB and 90 headers; [5] says 4 kB and 75, so a request near these limits may fail in the cloud already. */
export const maxHeaderBytes = 15_000;
export const maxHeaderCount = 90;

/** [4] */
export const unauthorizedText = 'Unauthorized - you are not authenticated to perform this request';

const methods = new Set(['GET', 'HEAD', 'POST', 'OPTIONS']);

/** Decides about a request whose body has been read. */
export function judge(request: EdgeRequest, policy: EdgePolicy): Verdict {
  const early = judgeHead(request);
  if (early) return early;
  if (request.body.length > 0 && request.method !== 'POST') return refuse(403, 'get-with-body', 'Forbidden');
  if (request.body.length + headerBytes(request.rawHeaders) > maxRequestBytes) return tooLarge();
  const route = findRoute(request.target, policy.routes);
  if (!route) return refuse(404, 'not-found', 'Could not find requested resource');
  // [2] A private file has no URL at all.
  if (route.access === 'private') return refuse(404, 'private', 'Could not find requested resource');
  if (request.method === 'OPTIONS') return { verdict: 'preflight', headers: preflightHeaders };
  if (route.access === 'public') return { verdict: 'passed', route, signedUrl: null };
  const signature = checkSignature(request, policy);
  if (!signature.valid) return { ...refuse(403, signature.reason, unauthorizedText), unsigned: route };
  // The handler would be given fields that nobody signed: the runtime reads the same bytes as the Content-Type says.
  if (request.body.length > 0 && !isUtf8(contentTypeOf(request)))
    return refuse(415, 'unsupported-charset', 'Unsupported Media Type');
  if (isForm(contentTypeOf(request)) && !isReadAlike(request.body))
    return refuse(400, 'ambiguous-form', 'Bad Request');
  return { verdict: 'passed', route, signedUrl: signature.url };
}

/** What can be refused before the body is read. */
export function judgeHead({
  method,
  target,
  rawHeaders,
  exposed,
}: Omit<EdgeRequest, 'body'>): Refusal | undefined {
  if (rawHeaders.length / 2 > maxHeaderCount || headerBytes(rawHeaders) > maxHeaderBytes) {
    return refuse(431, 'headers-too-large', 'Request Header Fields Too Large');
  }
  if (!methods.has(method)) {
    return refuse(405, 'method-not-allowed', 'Method Not Allowed', { allow: 'GET, HEAD, POST, OPTIONS' });
  }
  // A fragment never travels and is not signed: a handler would be given what nobody checked.
  if (!target.startsWith('/') || target.includes('#')) return refuse(400, 'bad-target', 'Bad Request');
  // Twilio's runtime would unpack it: what a handler is given is neither what was signed nor what was measured.
  if (!/^(?:identity)?$/i.test(headerValues(rawHeaders, 'content-encoding').join(', '))) {
    return refuse(415, 'compressed-body', 'Unsupported Media Type', { 'accept-encoding': 'identity' });
  }
  if (exposed && headerValues(rawHeaders, 'authorization').some(isBasic)) return passwordInClear();
  return undefined;
}

/**
 * The platform speaks HTTPS only. Here a password could travel a network readably, so it is neither asked for nor taken there,
 * whatever name the emulator goes by.
 */
export function passwordInClear(): Refusal {
  return refuse(403, 'password-in-clear', 'Forbidden: a password must not travel without HTTPS.');
}

/** Whether a value of `Authorization` or `WWW-Authenticate` is HTTP Basic. */
export function isBasic(value: string): boolean {
  return /^\s*basic\b/i.test(value);
}

/** The answer to a body that outgrew the limit while it was read. */
export function tooLarge(): Refusal {
  return refuse(413, 'body-too-large', 'Payload Too Large');
}

/** The values of a header, as received. Names compare without case. */
export function headerValues(rawHeaders: readonly string[], name: string): string[] {
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name);
}

function findRoute(target: string, routes: ReadonlyMap<string, Route>): Route | undefined {
  const path = target.split('?', 1)[0] ?? '';
  // [1] `/` falls back to the asset /assets/index.html, on the platform and in its local runtime.
  return routes.get(path) ?? (path === '/' ? routes.get('/assets/index.html') : undefined);
}

function checkSignature(
  request: EdgeRequest,
  { keys, publicUrls }: EdgePolicy,
): { valid: true; url: string } | { valid: false; reason: SignatureReason } {
  const { method, target, rawHeaders, body } = request;
  const signature = headerValues(rawHeaders, 'x-twilio-signature');
  const contentType = contentTypeOf(request);
  const keySid = headerValues(rawHeaders, 'x-twilio-signature-key-sid')[0];
  let reason: SignatureReason = 'missing-key';
  for (const publicUrl of publicUrls) {
    const url = publicUrl + target;
    const result = verify(
      {
        url,
        method,
        signature: signature.length > 1 ? signature : signature[0],
        ...(contentType !== undefined && { contentType }),
        ...(keySid !== undefined && { keySid }),
        // An empty one is a body, too: Twilio may have signed its hash.
        body,
      },
      keys,
    );
    if (result.valid) return { valid: true, url };
    // Of the names of this edge one was signed, and the others say less.
    if (reason !== 'body-mismatch') reason = result.reason;
  }
  return { valid: false, reason };
}

function contentTypeOf({ rawHeaders }: EdgeRequest): string | undefined {
  return headerValues(rawHeaders, 'content-type')[0];
}

function refuse(
  status: number,
  reason: RefusalReason,
  text: string,
  headers: Record<string, string> = {},
): Refusal {
  return { verdict: 'refused', status, reason, text, headers: { 'content-type': 'text/plain', ...headers } };
}

// Line ends and colons count, as they do on the wire.
function headerBytes(rawHeaders: readonly string[]): number {
  return rawHeaders.reduce((sum, text) => sum + Buffer.byteLength(text, 'latin1') + 2, 0);
}

// [1] A Function never sees OPTIONS; the platform answers that everything is allowed.
const preflightHeaders = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': '*',
  'access-control-allow-methods': 'GET, POST, OPTIONS',
};
