import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import {
  bodyHashes,
  candidateUrls,
  decodeForm,
  isForm,
  joinByCodePoint,
  joinFields,
  readParams,
  splitUrl,
  type UrlParts,
} from './canonical';
import { type CompatName, compatNames, compatUrls } from './compat';
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
  const usableKeys = readKeys(keys);
  const names = readCompat(compat);
  const received = copyRequest(request);
  if (!received) return refuse('invalid-params');
  const usable = chooseKeys(usableKeys, received.keySid);
  if (usable.length === 0) return refuse('missing-key');
  const shape = signatureFault(received.signature);
  if (shape) return refuse(shape);
  const parts = splitUrl(received.url);
  if (!parts) return refuse('invalid-url');
  const content = readContent(received, { hashes: bodyHashes(parts), nullAsEmpty: names.has('null-empty') });
  if ('reason' in content) return refuse(content.reason);

  const signature = received.signature as string;
  const matched = findMatch({ parts, content, names, keys: usableKeys, usable, signature });
  if (!matched) return refuse('signature-mismatch');
  if (content.hash === undefined) return { valid: true, matched };
  const bodyHash = sha256(content.body);
  if (bodyHash === content.hash) return { valid: true, matched };
  if (names.has('hash-upper') && bodyHash === content.hash.toLowerCase())
    return { valid: true, matched: { ...matched, compat: [...matched.compat, 'hash-upper'] } };
  return refuse('body-mismatch');
}

/** What is wrong with the X-Twilio-Signature header itself; `null` when it is one string of 28 or 44 base64 characters. */
export function signatureFault(signature: unknown): 'missing-signature' | 'malformed-signature' | null {
  if (signature === undefined || signature === null || signature === '') return 'missing-signature';
  return typeof signature === 'string' && /^(?:[A-Za-z0-9+/]{27}|[A-Za-z0-9+/]{43})=$/.test(signature)
    ? null
    : 'malformed-signature';
}

/**
 * The signature Twilio would send with a request: no user info, no fragment, the URL otherwise as given.
 * @throws TypeError when the token is empty, or the request could not have come from Twilio
 */
export function sign(request: Omit<SignedRequest, 'signature'>, authToken: string): string {
  const [key] = readKeys(authToken);
  const parts = splitUrl(request.url);
  if (!parts || !key) throw new TypeError('sign: the URL is not absolute');
  const content = readContent(request, { hashes: bodyHashes(parts), nullAsEmpty: false });
  if ('reason' in content) throw new TypeError(`sign: ${content.reason}`);
  return signFields(parts, content.fields, key);
}

/** The signature over a URL, without its user info and fragment, and these parameters. */
export function signFields(parts: UrlParts, fields: readonly string[], key: Key): string {
  const { scheme, host, port, rest } = parts;
  return hmac(key, `${scheme}://${host}${port}${rest}${joinByCodePoint(fields) ?? joinFields(fields)}`);
}

/** @throws TypeError when a key is empty: anyone could sign with it */
export function readKeys(keys: string | readonly Key[]): readonly Key[] {
  const list = typeof keys === 'string' ? [{ secret: keys }] : keys;
  if (!Array.isArray(list)) throw new TypeError('keys must be an Auth Token or a list of { secret }');
  for (const key of list as readonly Key[]) {
    if (typeof key?.secret !== 'string' || key.secret === '')
      throw new TypeError('a key is empty: anyone could sign with it');
  }
  return list;
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

type Content =
  | { fields: string[]; compat: CompatName[]; hash?: string; body: string | Uint8Array }
  | { reason: SignatureReason };

// Which part of the request the signature covers: form fields directly, any other body through its hash in the URL.
function readContent(
  { params, body, contentType }: SignedRequest,
  { hashes, nullAsEmpty }: { hashes: string[]; nullAsEmpty: boolean },
): Content {
  const read = readParamsSafely(params, nullAsEmpty);
  if (read === null) return { reason: 'invalid-params' };
  const { fields: given, compat } = read;
  if (body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array))
    return { reason: 'invalid-params' };
  if (hashes.length > 1) return { reason: 'ambiguous-body-hash' };
  const [hash] = hashes;
  const form = isForm(contentType) || (contentType === undefined && given.length > 0);
  if (form) {
    if (body !== undefined && params !== undefined && params !== null) return { reason: 'invalid-params' };
    const fields = body === undefined ? given : readParams(decodeForm(body));
    if (!fields) return { reason: 'invalid-params' };
    // The content type is not signed: a hash that is there is checked whatever the type says.
    return { fields, compat, body: body ?? '', ...(hash !== undefined && body !== undefined && { hash }) };
  }
  if (given.length > 0) return { reason: 'invalid-params' };
  if (hash !== undefined)
    return body === undefined ? { reason: 'raw-body-required' } : { fields: [], compat, hash, body };
  if (body !== undefined && body.length > 0) return { reason: 'missing-body-hash' };
  return { fields: [], compat, body: '' };
}

function readParamsSafely(
  params: unknown,
  nullAsEmpty: boolean,
): { fields: string[]; compat: CompatName[] } | null {
  try {
    const fields = readParams(params);
    if (fields) return { fields, compat: [] };
    const withEmpty = nullAsEmpty ? readParams(params, { nullAsEmpty }) : null;
    return withEmpty && { fields: withEmpty, compat: ['null-empty'] };
  } catch {
    // A getter or a proxy of the caller's.
    return null;
  }
}

// Each field is read once: a getter could answer differently the second time.
function copyRequest(request: SignedRequest): SignedRequest | null {
  try {
    const { url, method, contentType, params, body, signature, keySid } = request;
    return { url, method, contentType, params, body, signature, keySid };
  } catch {
    return null;
  }
}

// The header is not signed, so it may only narrow the choice.
function chooseKeys(keys: readonly Key[], keySid: unknown): readonly Key[] {
  if (typeof keySid !== 'string') return keys;
  const named = keys.filter(({ id }) => id === keySid);
  return named.length > 0 ? named : keys;
}

interface Search {
  parts: UrlParts;
  content: Exclude<Content, { reason: SignatureReason }>;
  names: ReadonlySet<CompatName>;
  keys: readonly Key[];
  /** Those of the keys that are tried. */
  usable: readonly Key[];
  signature: string;
}

// Ends at the first match: the time tells a caller with a genuine signature which form it was made over, and nobody else
// anything. Each comparison takes the same time whatever it compares.
function findMatch({ parts, content, names, keys, usable, signature }: Search): Matched | null {
  const received = Buffer.from(signature);
  const suffix = joinFields(content.fields);
  const match = (from: UrlParts, compat: CompatName[], fields: string): Matched | null => {
    for (const { url, userinfoKept } of candidateUrls(from)) {
      for (const key of usable) {
        if (signature.length !== (key.hash === 'sha256' ? 44 : 28)) continue;
        if (!timingSafeEqual(Buffer.from(hmac(key, url + fields)), received)) continue;
        const needed: CompatName[] = userinfoKept ? ['userinfo-kept'] : [];
        return { url, keyIndex: keys.indexOf(key), compat: [...needed, ...compat, ...content.compat] };
      }
    }
    return null;
  };
  const exact = match(parts, [], suffix);
  if (exact) return exact;
  // One doubt at a time: a URL with user info has four forms already.
  const byPoint = parts.userinfo === '' ? joinByCodePoint(content.fields) : null;
  const reordered = byPoint === null ? null : match(parts, [], byPoint);
  if (reordered || names.size === 0) return reordered;
  const handshake = content.fields.length === 0 && content.body.length === 0;
  for (const rewritten of compatUrls(parts, names, { handshake })) {
    const found = match(rewritten.parts, rewritten.compat, suffix);
    if (found) return found;
  }
  return null;
}

function hmac({ secret, hash = 'sha1' }: Key, text: string): string {
  return createHmac(hash, secret).update(text).digest('base64');
}

function sha256(body: string | Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}

function refuse(reason: SignatureReason): Verification {
  return { valid: false, reason };
}
