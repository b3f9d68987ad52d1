import { decodeForm, isBytes, isForm, isUtf8, splitUrl } from './canonical';
import { readKeys } from './keys';
import { firstForwarded, readOrigin, readPublicUrl } from './origin';
import { readCompat, signatureFault, verify } from './verify';
import type { NodeOptions, ReceivedVerification } from './verify-node-request';

export type FetchOptions = NodeOptions;

/**
 * Reads and checks a Fetch `Request` (Next.js, Hono, Deno, Bun, Workers). The body is read from the request: use the
 * `rawBody` or `params` of the answer, or give a clone.
 *
 * `Request.url` is not what was received: `'` in the query became `%27`, the host lower case, dot segments were resolved.
 * Where Twilio calls such URLs, allow the rewrites that undo it, for example `compat: ['query-apostrophe', 'root-slash']`.
 * @throws TypeError when a key is empty, `publicUrl` is no URL without a query, or `compat` unknown
 */
export async function verifyFetchRequest(
  request: Request,
  { keys, publicUrl, trustForwarded = false, maxBodyBytes = 1_048_576, compat }: FetchOptions,
): Promise<ReceivedVerification> {
  const hasKeys = readKeys(keys).length > 0;
  readCompat(compat);
  const base = publicUrl === undefined ? originOf(request, trustForwarded) : readPublicUrl(publicUrl);
  if (!hasKeys) return { valid: false, reason: 'missing-key' };
  const { method, headers } = request;
  const header = (name: string) => headers.get(name) ?? undefined;
  if (method !== 'GET' && method !== 'POST') return { valid: false, reason: 'method-not-allowed' };
  const signature = header('x-twilio-signature');
  const fault = signatureFault(signature);
  if (fault) return { valid: false, reason: fault };
  const parts = splitUrl(request.url);
  // A fragment never travels, but servers that make a Request of a raw target keep it, and routers read it as a part of the query.
  if (base === null || !parts || parts.fragment !== '') return { valid: false, reason: 'invalid-url' };
  const url = base + parts.rest;
  const rawBody = await readBody(request, maxBodyBytes);
  if (!(rawBody instanceof Uint8Array)) return { valid: false, reason: rawBody.reason };

  const contentType = header('content-type');
  if (rawBody.length > 0 && !isUtf8(contentType)) return { valid: false, reason: 'unsupported-charset' };
  const keySid = header('x-twilio-signature-key-sid');
  const verification = verify({ url, method, contentType, body: rawBody, signature, keySid }, keys, {
    compat,
  });
  if (!verification.valid) return verification;
  return { ...verification, rawBody, params: isForm(contentType) ? decodeForm(rawBody) : [] };
}

function originOf({ url, headers }: Request, trustForwarded: boolean): string | null {
  const parts = splitUrl(url);
  const forwarded = (name: string) => (trustForwarded ? firstForwarded(headers.get(name)) : undefined);
  const scheme = forwarded('x-forwarded-proto') ?? parts?.scheme ?? '';
  return readOrigin(scheme, forwarded('x-forwarded-host') ?? (parts ? parts.host + parts.port : undefined));
}

async function readBody(
  request: Request,
  maxBodyBytes: number,
): Promise<Uint8Array | { reason: 'body-too-large' | 'body-unreadable' }> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    if (request.bodyUsed) return { reason: 'body-unreadable' };
    for await (const chunk of request.body ?? []) {
      if (!isBytes(chunk)) return { reason: 'body-unreadable' };
      length += chunk.length;
      if (length > maxBodyBytes) return { reason: 'body-too-large' };
      chunks.push(chunk);
    }
  } catch {
    // The caller went away, or somebody else is reading.
    return { reason: 'body-unreadable' };
  }
  return Buffer.concat(chunks);
}
