import type { Key } from './signed-request';

/**
 * Checks keys where they are configured, and copies them: what was checked is what is used.
 * @throws TypeError when a key is empty or shows nothing, since anyone could sign with it, has a NUL, or its hash is none of the two
 */
export function readKeys(keys: string | readonly Key[]): readonly Key[] {
  if (typeof keys === 'string') return readToken(keys);
  if (!Array.isArray(keys)) throw new TypeError('keys must be an Auth Token or a list of { secret }');
  return Array.from(keys, readKey);
}

// Most callers have one Auth Token and give it as text every time, so what was made of the last one is kept. Safe: the text is
// compared as a whole, only what a caller configured gets in here, and keys are not changed.
let lastToken: string | undefined;
let lastKeys: readonly Key[] = [];

function readToken(token: string): readonly Key[] {
  if (token === lastToken) return lastKeys;
  const keys = [readKey({ secret: token })];
  lastToken = token;
  lastKeys = keys;
  return keys;
}

function readKey(key: Key): Key {
  const { id, secret, hash = 'sha1' } = key ?? {};
  if (typeof secret !== 'string' || isBlank(secret))
    throw new TypeError('a key is empty: anyone could sign with it');
  // HMAC fills a key up with them, so that a key ending in some is the same key without.
  if (secret.includes('\0')) throw new TypeError('a key has a NUL character in it');
  if (hash !== 'sha1' && hash !== 'sha256') throw new TypeError("the hash of a key is 'sha1' or 'sha256'");
  return { id, secret, hash };
}

/** Whether a text is empty, or nothing but blanks, control characters and characters without width. */
export function isBlank(secret: string): boolean {
  return /^[\s\p{Cc}\p{Cf}]*$/u.test(secret);
}

/** The keys to try: those that X-Twilio-Signature-Key-Sid names, or all. The header is not signed, so it may only narrow. */
export function chooseKeys(keys: readonly Key[], keySid: unknown): readonly Key[] {
  if (typeof keySid !== 'string') return keys;
  const named = keys.filter(({ id }) => id === keySid);
  return named.length > 0 ? named : keys;
}
