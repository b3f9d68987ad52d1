import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import {
  bodyHashes,
  candidateUrls,
  decodeForm,
  isForm,
  parameterSuffixes,
  readParams,
  splitUrl,
} from './canonical';
import type { Key, SignatureReason, SignedRequest } from './signed-request';

export type Verification =
  | { valid: true; matched: { url: string; keyIndex: number; compat: string[] } }
  | { valid: false; reason: SignatureReason };

/**
 * Checks that Twilio signed a request. Never throws on anything a request can carry, and never says valid for an empty
 * key. The order of the reasons is the order of the checks: nothing is hashed before shapes are right, and the body last,
 * so that an unauthenticated caller cannot make us hash much.
 *
 * @param keys one Auth Token, or every key that may have signed (rotation, several accounts)
 * @throws TypeError when a key is empty, which is a fault of the configuration and would make signatures forgeable
 */
export function verify(request: SignedRequest, keys: string | readonly Key[]): Verification {
  const usable = chooseKeys(readKeys(keys), request.keySid);
  if (usable.length === 0) return refuse('missing-key');
  const { signature } = request;
  if (signature === undefined || signature === null || signature === '') return refuse('missing-signature');
  if (typeof signature !== 'string' || !/^(?:[A-Za-z0-9+/]{27}|[A-Za-z0-9+/]{43})=$/.test(signature)) {
    return refuse('malformed-signature');
  }
  const parts = splitUrl(request.url);
  if (!parts) return refuse('invalid-url');
  const content = readContent(request, bodyHashes(parts));
  if ('reason' in content) return refuse(content.reason);

  const received = Buffer.from(signature);
  let matched: { url: string; keyIndex: number; compat: string[] } | undefined;
  for (const suffix of parameterSuffixes(content.pairs)) {
    for (const { url, compat } of candidateUrls(parts)) {
      for (const { key, keyIndex } of usable) {
        if (key.hash === 'sha256' ? signature.length !== 44 : signature.length !== 28) continue;
        const expected = Buffer.from(hmac(key, url + suffix));
        if (timingSafeEqual(expected, received)) matched ??= { url, keyIndex, compat };
      }
    }
  }
  if (!matched) return refuse('signature-mismatch');
  if (content.hash !== undefined && content.hash !== sha256(content.body)) return refuse('body-mismatch');
  return { valid: true, matched };
}

/**
 * The signature Twilio would send with a request: no user info, no fragment, the URL otherwise as given.
 * @throws TypeError when the token is empty, or the request could not have come from Twilio
 */
export function sign(request: Omit<SignedRequest, 'signature'>, authToken: string): string {
  const [key] = readKeys(authToken);
  const parts = splitUrl(request.url);
  if (!parts || !key) throw new TypeError('sign: the URL is not absolute');
  const content = readContent(request, bodyHashes(parts));
  if ('reason' in content) throw new TypeError(`sign: ${content.reason}`);
  const { scheme, host, port, rest } = parts;
  return hmac(key, `${scheme}://${host}${port}${rest}${parameterSuffixes(content.pairs)[0]}`);
}

type Content =
  | { pairs: [string, string][]; hash?: string; body: string | Uint8Array }
  | { reason: SignatureReason };

// Which part of the request the signature covers: form fields directly, any other body through its hash in the URL.
function readContent({ params, body, contentType }: SignedRequest, hashes: string[]): Content {
  const given = readParams(params);
  if (given === null) return { reason: 'invalid-params' };
  if (body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array))
    return { reason: 'invalid-params' };
  if (hashes.length > 1) return { reason: 'ambiguous-body-hash' };
  const [hash] = hashes;
  const form = isForm(contentType) || (contentType === undefined && given.length > 0);
  if (form) {
    if (body !== undefined && params !== undefined && params !== null) return { reason: 'invalid-params' };
    const pairs = body === undefined ? given : decodeForm(body);
    // The content type is not signed: a hash that is there is checked whatever the type says.
    return { pairs, body: body ?? '', ...(hash !== undefined && body !== undefined && { hash }) };
  }
  if (given.length > 0) return { reason: 'invalid-params' };
  if (hash !== undefined)
    return body === undefined ? { reason: 'raw-body-required' } : { pairs: [], hash, body };
  if (body !== undefined && body.length > 0) return { reason: 'missing-body-hash' };
  return { pairs: [], body: '' };
}

function readKeys(keys: string | readonly Key[]): readonly Key[] {
  const list = typeof keys === 'string' ? [{ secret: keys }] : keys;
  for (const { secret } of list) {
    if (typeof secret !== 'string' || secret === '')
      throw new TypeError('a key is empty: anyone could sign with it');
  }
  return list;
}

// The header is not signed, so it may only narrow the choice.
function chooseKeys(keys: readonly Key[], keySid: unknown): { key: Key; keyIndex: number }[] {
  const all = keys.map((key, keyIndex) => ({ key, keyIndex }));
  const named = all.filter(({ key }) => key.id !== undefined && key.id === keySid);
  return named.length > 0 ? named : all;
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
