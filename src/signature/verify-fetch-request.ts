import { decodeForm, isForm } from './canonical';
import { signatureFault, verify } from './verify';
import type { NodeOptions, ReceivedVerification } from './verify-node-request';

export type FetchOptions = NodeOptions;

/**
 * Reads and checks a Fetch `Request` (Next.js, Hono, Deno, Bun, Workers). The body is read from the request: use the
 * `rawBody` or `params` of the answer, or give a clone.
 *
 * `Request.url` is not what was received: `'` in the query became `%27`, the host lower case, dot segments were resolved.
 * Where Twilio calls such URLs, allow the rewrites that undo it, for example `compat: ['query-apostrophe', 'root-slash']`.
 * @throws TypeError when a key is empty or `compat` unknown
 */
export async function verifyFetchRequest(
  request: Request,
  { keys, publicUrl, trustForwarded = false, maxBodyBytes = 1_048_576, compat }: FetchOptions,
): Promise<ReceivedVerification> {
  const { method, headers } = request;
  if (method !== 'GET' && method !== 'POST') return { valid: false, reason: 'method-not-allowed' };
  const header = (name: string) => headers.get(name) ?? undefined;
  const signature = header('x-twilio-signature');
  const fault = signatureFault(signature);
  if (fault) return { valid: false, reason: fault };
  const origin = publicUrl?.replace(/\/+$/, '') ?? (trustForwarded ? forwardedOrigin(header) : undefined);
  const url =
    origin === undefined ? request.url : origin + request.url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '');
  const rawBody = await readBody(request, maxBodyBytes);
  if (!(rawBody instanceof Uint8Array)) return { valid: false, reason: rawBody.reason };

  const contentType = header('content-type');
  const keySid = header('x-twilio-signature-key-sid');
  const verification = verify({ url, method, contentType, body: rawBody, signature, keySid }, keys, {
    compat,
  });
  if (!verification.valid) return verification;
  return { ...verification, rawBody, params: isForm(contentType) ? decodeForm(rawBody) : [] };
}

function forwardedOrigin(header: (name: string) => string | undefined): string | undefined {
  const first = (name: string) => header(name)?.split(',')[0]?.trim();
  const host = first('x-forwarded-host');
  return host === undefined ? undefined : `${first('x-forwarded-proto') ?? 'https'}://${host}`;
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
      length += chunk.length;
      if (length > maxBodyBytes) return { reason: 'body-too-large' };
      chunks.push(chunk);
    }
  } catch {
    return { reason: 'body-unreadable' };
  }
  return Buffer.concat(chunks);
}
