import { bodyHashes, decodeForm, isBytes, isForm, type UrlParts } from './canonical';
import { type Fields, isEmpty, readParams } from './fields';
import type { SignatureReason, SignedRequest } from './signed-request';

/** The part of a request that its signature covers besides the URL. */
export interface Content {
  fields: Fields;
  /** As text or bytes; empty when there is none. */
  body: string | Uint8Array;
  /** What the URL says the SHA-256 of the body is. */
  hash: string | undefined;
  /** Neither parameters nor a body, as in a GET or a WebSocket handshake. */
  isBare: boolean;
}

/**
 * Form fields are signed directly, any other body through its hash in the URL.
 * @param nullAsEmpty takes `null` parameters for empty ones
 * @returns the reason when the request is none that Twilio sends
 */
export function readContent(
  request: SignedRequest,
  parts: UrlParts,
  { nullAsEmpty }: { nullAsEmpty: boolean },
): Content | SignatureReason {
  try {
    return readCarefully(request, parts, nullAsEmpty);
  } catch {
    // A getter or a proxy of the caller's, or more text than a string can hold.
    return 'invalid-params';
  }
}

function readCarefully(
  { params, body: given, contentType: type }: SignedRequest,
  parts: UrlParts,
  nullAsEmpty: boolean,
): Content | SignatureReason {
  const fields = readParams(params, { nullAsEmpty });
  if (!fields) return 'invalid-params';
  const body = given ?? undefined;
  if (body !== undefined && !isBody(body)) return 'invalid-params';
  const hashes = bodyHashes(parts);
  if (hashes.length > 1) return 'ambiguous-body-hash';
  const hash = hashes[0];
  const hasFields = !isEmpty(fields);
  const hasBody = body !== undefined && body.length > 0;
  const isBare = !hasFields && !hasBody;
  // Also of a form that adds nothing to the URL: a captured JSON request could come back as one.
  if (hash !== undefined && body === undefined && fields.joined === '') return 'raw-body-required';
  if (isForm(type) || ((type === undefined || type === null) && hasFields)) {
    if (body === undefined) return { fields, body: '', hash: undefined, isBare };
    if (params !== undefined && params !== null) return 'invalid-params';
    const decoded = readParams(decodeForm(body));
    // The content type is not signed: a hash that is there is checked whatever the type says.
    return decoded ? { fields: decoded, body, hash, isBare } : 'invalid-params';
  }
  if (hasFields) return 'invalid-params';
  if (hash === undefined && hasBody) return 'missing-body-hash';
  return { fields, body: body ?? '', hash, isBare };
}

// Half a character has no bytes that it could have been received as.
function isBody(body: unknown): boolean {
  return typeof body === 'string' ? body.isWellFormed() : isBytes(body);
}
