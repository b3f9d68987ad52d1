import { createHmac, hash } from 'node:crypto';
import type { Key } from './signed-request';

/**
 * The HMAC in base64 of a URL and what is appended to it, as UTF-8. That of a usual message is put together from two hashes,
 * as RFC 2104 says, in half the time of `createHmac`, which spends most of it on making and dropping its objects. A test holds
 * the two to each other.
 */
export function hmac({ secret, hash: name = 'sha1' }: Key, url: string, appended: string): string {
  const pads = url.length + appended.length > longestMessage ? null : readPads(secret);
  if (!pads) return createHmac(name, secret).update(url).update(appended).digest('base64');
  const outer = outerBlocks[name];
  outer.write(pads.outer + hash(name, pads.inner + url + appended, 'binary'), 'latin1');
  return hash(name, outer, 'base64');
}

// Above, copying the text once more costs what is saved.
const longestMessage = 8192;

// Used again and again: one call is over before the next begins.
const outerBlocks = { sha1: Buffer.alloc(64 + 20), sha256: Buffer.alloc(64 + 32) };

/** A key as it stands before what is hashed: 64 characters, the block of SHA-1 and SHA-256, all ASCII. */
interface Pads {
  inner: string;
  outer: string;
}

// Only configured keys get in here, nothing of a request, and what is kept is worth no more than the key that its owner
// keeps as well. Some programs have many accounts: more than a few keys are not kept.
const knownPads = new Map<string, Pads | null>();
const mostKnown = 64;

function readPads(secret: string): Pads | null {
  const known = knownPads.get(secret);
  if (known !== undefined) return known;
  const pads = makePads(secret);
  if (knownPads.size >= mostKnown) knownPads.clear();
  knownPads.set(secret, pads);
  return pads;
}

// ASCII stays ASCII under both masks, so that pad and text are one string whose UTF-8 is what has to be hashed. Auth Tokens
// are ASCII; any other key, and one longer than a block, is left to `createHmac`.
function makePads(secret: string): Pads | null {
  if (!/^[\0-\x7f]{1,64}$/.test(secret)) return null;
  const block = Buffer.alloc(64);
  block.write(secret, 'latin1');
  return {
    inner: block.map((byte) => byte ^ 0x36).toString(),
    outer: block.map((byte) => byte ^ 0x5c).toString(),
  };
}
