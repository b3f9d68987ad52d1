import { createHash, timingSafeEqual } from 'node:crypto';
import { signedUrls, splitUrl, type UrlParts } from './canonical';
import { type CompatName, type CompatUrl, compatNames, compatUrls } from './compat';
import type { Fields } from './fields';
import { hmac } from './hmac';
import { chooseKeys, readKeys } from './keys';
import { type Content, readContent } from './read-content';
import type { Key, SignatureReason, SignedRequest } from './signed-request';

export type Verification = { valid: true; matched: Matched } | { valid: false; reason: SignatureReason };

export interface Matched {
  /** The form of the URL that was signed. Do not log it: its query may hold secrets. */
  url: string;
  keyIndex: number;
  /** The rewrites that were needed, `[]` when none. */
  compat: CompatName[];
}

export interface VerifyOptions {
  /** Rewrites to try besides the URL as given; see `CompatName`. Default none but `userinfo-kept`. */
  compat?: 'all' | readonly CompatName[] | undefined;
}

/**
 * Checks that Twilio signed a request. Never throws on anything a request can carry, and never says valid for an empty
 * key. The order of the reasons is the order of the checks: nothing is hashed before shapes are right, and the body last,
 * so that an unauthenticated caller cannot make us hash much: at most four HMACs a key; `compat` adds up to 32 URLs to try.
 *
 * @param keys one Auth Token, or every key that may have signed (rotation, several accounts)
 * @throws TypeError when a key is empty or `compat` unknown: faults of the configuration
 */
export function verify(
  request: SignedRequest,
  keys: string | readonly Key[],
  { compat }: VerifyOptions = {},
): Verification {
  const allKeys = readKeys(keys);
  const names = readCompat(compat);
  const received = copyRequest(request);
  if (!received) return refuse('invalid-params');
  const usable = chooseKeys(allKeys, received.keySid);
  if (usable.length === 0) return refuse('missing-key');
  const fault = signatureFault(received.signature);
  if (fault) return refuse(fault);
  const parts = splitUrl(received.url);
  if (!parts) return refuse('invalid-url');
  const content = readContent(received, parts, { nullAsEmpty: names.has('null-empty') });
  if (typeof content === 'string') return refuse(content);

  const signature = toBytes(received.signature as string);
  const matched = findMatch({ parts, content, names, allKeys, usable, signature });
  if (!matched) return refuse('signature-mismatch');
  if (content.fields.hadNull) matched.compat.push('null-empty');
  if (content.hash === undefined) return { valid: true, matched };
  const bodyHash = sha256(content.body);
  if (bodyHash === content.hash) return { valid: true, matched };
  if (!names.has('hash-upper') || bodyHash !== content.hash.toLowerCase()) return refuse('body-mismatch');
  matched.compat.push('hash-upper');
  return { valid: true, matched };
}

/** What is wrong with the X-Twilio-Signature header itself; `null` when it is one string of 28 or 44 base64 characters. */
export function signatureFault(signature: unknown): 'missing-signature' | 'malformed-signature' | null {
  if (signature === undefined || signature === null || signature === '') return 'missing-signature';
  const isShaped =
    typeof signature === 'string' &&
    (signature.length === 28 || signature.length === 44) &&
    /^[A-Za-z0-9+/]+=$/.test(signature);
  return isShaped ? null : 'malformed-signature';
}

/**
 * The signature Twilio would send with a request: no user info, no fragment, the URL otherwise as given.
 * @throws TypeError when the token is empty, or the request could not have come from Twilio
 */
export function sign(request: Omit<SignedRequest, 'signature'>, authToken: string): string {
  const [key] = readKeys(authToken);
  const parts = splitUrl(request.url);
  if (!parts || !key) throw new TypeError('sign: the URL is not absolute, or too long');
  const content = readContent(request, parts, { nullAsEmpty: false });
  if (typeof content === 'string') throw new TypeError(`sign: ${content}`);
  return signFields(parts, content.fields, key);
}

/** The signature over a URL, without its user info and fragment, and these parameters. */
export function signFields(parts: UrlParts, fields: Fields, key: Key): string {
  const { scheme, host, port, rest } = parts;
  return hmac(key, `${scheme}://${host}${port}${rest}`, fields.byPoint ?? fields.joined);
}

/** @throws TypeError for a name that is none */
export function readCompat(compat: VerifyOptions['compat']): ReadonlySet<CompatName> {
  if (compat === undefined) return noCompat;
  if (compat === 'all') return allCompat;
  for (const name of compat) {
    if (!allCompat.has(name)) throw new TypeError(`compat: there is no rewrite ${JSON.stringify(name)}`);
  }
  return new Set(compat);
}

const noCompat: ReadonlySet<CompatName> = new Set();
const allCompat: ReadonlySet<CompatName> = new Set(compatNames);

// Each field is read once: a getter could answer differently the second time.
function copyRequest(request: SignedRequest): SignedRequest | null {
  try {
    const { url, contentType, params, body, signature, keySid } = request;
    return { url, contentType, params, body, signature, keySid };
  } catch {
    return null;
  }
}

interface Search {
  parts: UrlParts;
  content: Content;
  names: ReadonlySet<CompatName>;
  allKeys: readonly Key[];
  /** Those of the keys that are tried. */
  usable: readonly Key[];
  /** The signature, compared as text: the same bytes have several spellings in base64. */
  signature: Buffer;
}

// Ends at the first match: the time tells a caller with a genuine signature which form it was made over, and nobody else
// anything. Each comparison takes the same time whatever it compares.
function findMatch(search: Search): Matched | null {
  const { parts, content, names } = search;
  const given = match(search, { parts, compat: [] });
  if (given || names.size === 0) return given;
  for (const rewritten of compatUrls(parts, names, { handshake: content.isBare })) {
    const found = match(search, rewritten);
    if (found) return found;
  }
  return null;
}

function match(search: Search, rewritten: CompatUrl): Matched | null {
  const { byPoint, joined } = search.content.fields;
  return (
    (byPoint === null ? null : matchForms(search, rewritten, byPoint)) ??
    matchForms(search, rewritten, joined)
  );
}

function matchForms(search: Search, rewritten: CompatUrl, joined: string): Matched | null {
  const { userinfo } = rewritten.parts;
  // Never signed by Twilio, but by some senders.
  return (
    matchPorts(search, rewritten, '', joined) ??
    (userinfo === '' ? null : matchPorts(search, rewritten, userinfo, joined))
  );
}

function matchPorts(
  search: Search,
  { parts, compat }: CompatUrl,
  userinfo: string,
  joined: string,
): Matched | null {
  for (const url of signedUrls(parts, userinfo)) {
    const keyIndex = findKey(search, url, joined);
    if (keyIndex >= 0)
      return { url, keyIndex, compat: userinfo === '' ? [...compat] : ['userinfo-kept', ...compat] };
    // Of eight forms: in either order, without user info and with it, the port as given.
    if (search.content.fields.byPoint !== null && parts.userinfo !== '') break;
  }
  return null;
}

function findKey({ allKeys, usable, signature }: Search, url: string, joined: string): number {
  for (const key of usable) {
    const expected = expectedSignatures[key.hash ?? 'sha1'];
    if (signature.length !== expected.length) continue;
    expected.write(hmac(key, url, joined), 'latin1');
    if (timingSafeEqual(expected, signature)) return allKeys.indexOf(key);
  }
  return -1;
}

// Written anew for each request and each comparison, which are over before the next begin. Base64 of 20 and of 32 bytes.
const receivedSignatures = { sha1: Buffer.alloc(28), sha256: Buffer.alloc(44) };
const expectedSignatures = { sha1: Buffer.alloc(28), sha256: Buffer.alloc(44) };

function toBytes(signature: string): Buffer {
  const bytes = receivedSignatures[signature.length === 28 ? 'sha1' : 'sha256'];
  bytes.write(signature, 'latin1');
  return bytes;
}

function sha256(body: string | Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}

function refuse(reason: SignatureReason): Verification {
  return { valid: false, reason };
}
