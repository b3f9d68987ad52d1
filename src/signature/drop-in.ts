import { createHash } from 'node:crypto';
import { bodyHashes, isBytes, splitUrl } from './canonical';
import { readParams } from './fields';
import { readKeys } from './keys';
import type { Params } from './signed-request';
import { signFields, verify } from './verify';

/** What twilio-node's types allow for parameters; whatever is no text is refused when it is looked at. */
type LooseParams = Params | Readonly<Record<string, unknown>> | null | undefined;

/**
 * Stands in for twilio-node's `validateRequest`: whether a form or GET webhook is signed. Differs where twilio-node is
 * unsafe; docs/signature.md lists how.
 * @param authToken the Auth Token
 * @param twilioHeader the X-Twilio-Signature header
 * @param url the full URL that Twilio calls, query included
 * @param params the decoded form parameters; `{}` for a GET
 * @throws TypeError when the token is empty
 */
export function validateRequest(
  authToken: string,
  twilioHeader: string | undefined,
  url: string,
  params: LooseParams,
): boolean {
  return verify({ url, params: params as Params, signature: twilioHeader }, authToken).valid;
}

/**
 * Stands in for twilio-node's `validateRequestWithBody`: whether a webhook with `bodySHA256` in its URL is signed, and its
 * body the one that was hashed.
 * @param body the raw body; a re-serialised one has another hash
 * @throws TypeError when the token is empty
 */
export function validateRequestWithBody(
  authToken: string,
  twilioHeader: string | undefined,
  url: string,
  body: string | Uint8Array | ArrayBuffer,
): boolean {
  readKeys(authToken);
  const raw = viewed(body);
  if (typeof raw !== 'string' && !isBytes(raw)) return false;
  const parts = splitUrl(url);
  if (!parts) return false;
  // An empty body without a hash is a plain GET to `verify`; here a hash was promised.
  if (bodyHashes(parts).length === 0) return false;
  return verify({ url, body: raw, signature: twilioHeader, contentType: 'application/json' }, authToken)
    .valid;
}

/**
 * The signature Twilio makes for a URL and form parameters; user info and fragment are left out, as Twilio does.
 * @throws TypeError when the token is empty, the URL not absolute, or a parameter no text
 */
export function getExpectedTwilioSignature(authToken: string, url: string, params: LooseParams): string {
  const [key] = readKeys(authToken);
  const parts = splitUrl(url);
  if (!parts || !key) throw new TypeError('getExpectedTwilioSignature: the URL is not absolute, or too long');
  const fields = readParams(params);
  if (!fields) throw new TypeError('getExpectedTwilioSignature: a parameter is no text');
  return signFields(parts, fields, key);
}

/** The value of `bodySHA256` that Twilio adds to the URL for this raw body: lower-case hexadecimal SHA-256. */
export function getExpectedBodyHash(body: string | Uint8Array | ArrayBuffer): string {
  return createHash('sha256').update(viewed(body)).digest('hex');
}

// What `request.arrayBuffer()` gives; twilio-node takes it.
function viewed(body: string | Uint8Array | ArrayBuffer): string | Uint8Array {
  return body instanceof ArrayBuffer ? new Uint8Array(body) : body;
}
