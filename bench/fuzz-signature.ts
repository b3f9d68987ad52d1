/**
 * Throws hostile requests at `verify` and counts what came back. Fails at the first throw, at anything but a reason of the
 * contract, and at the first forged request that is valid. The seed is printed, so that a run can be repeated.
 *
 * Run: npx tsx bench/fuzz-signature.ts [requests, default 1000000] [seed]
 */
import { runInNewContext } from 'node:vm';
import { getExpectedBodyHash, getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';
import { type SignedRequest, verify } from '../src/signature/index';

const wanted = Number(process.argv[2] ?? 1_000_000);
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 31);
const token = '0123456789abcdef0123456789abcdef';

let state = seed >>> 0;
// mulberry32: small, and the same everywhere.
function random(below: number): number {
  state = (state + 0x6d2b79f5) >>> 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
}
const pick = <T>(list: readonly T[]): T => list[random(list.length)] as T;

const characters = [
  ...'aZ09 \'"&=+%/?#@:[]\\\0\n\u00e9\u3042\uffff',
  '\ud800',
  '\udc00',
  '\u{1f600}',
  '__proto__',
  '%zz',
  'bodySHA256',
];
const text = (longest = 12) => Array.from({ length: random(longest) }, () => pick(characters)).join('');
const trap = () => {
  throw new Error('trap');
};
const odd: (() => unknown)[] = [
  () => undefined,
  () => null,
  () => 0,
  () => Number.NaN,
  () => 10n,
  () => true,
  () => Symbol('s'),
  () => trap,
  () => [],
  () => ({}),
  () => new Map([['a', 'b']]),
  () => new Date(0),
  () => Promise.resolve({ Body: 'KEYNOTE 1' }),
  () => Object.create({ Body: 'KEYNOTE 1' }),
  () => new Proxy(Buffer.from(text()), {}),
  () => new Proxy({ [text()]: text() }, { getPrototypeOf: trap }),
  () => runInNewContext('({ Body: ["KEYNOTE 1"], Tag: [] })'),
  () => Object.defineProperty(Buffer.from(text()), 'length', { get: trap }),
  () => new Uint16Array(2),
  () => new SharedArrayBuffer(2),
  () => ({ [Symbol.toStringTag]: 'Uint8Array', length: 0 }),
  () => Object(text()),
  () => Buffer.from(text()),
  () => new Uint8Array(3),
  () => new Proxy({}, { get: trap, ownKeys: trap }),
  () => ({
    get a() {
      return trap();
    },
  }),
  () => ({ toString: 1 }),
  () => [[text(), text()]],
  () => [[text()]],
  () => ({ [text()]: [text(), text()] }),
  () => ({ [text()]: { a: 'b' } }),
  () => new URLSearchParams(text()),
  () => Object.create(null),
  () => text(),
  () => text(200),
];
const value = () => pick(odd)();

const genuine = {
  url: 'https://example.com/sms?a=1',
  params: { Body: 'KEYNOTE 5', From: '+15550100001' } as Record<string, string>,
};
const genuineSignature = getExpectedTwilioSignature(token, genuine.url, genuine.params);
const jsonUrl = `${genuine.url}&bodySHA256=${getExpectedBodyHash('{}')}`;
const jsonSignature = getExpectedTwilioSignature(token, jsonUrl, {});
const bareSignature = getExpectedTwilioSignature(token, genuine.url, {});
const signatures: (() => unknown)[] = [
  () => genuineSignature,
  () => genuineSignature,
  () => `${genuineSignature.slice(0, -2)}A=`,
  () => genuineSignature.trimEnd().slice(0, 27),
  () => `${genuineSignature}, ${genuineSignature}`,
  () => [genuineSignature],
  () => 'A'.repeat(27).concat('='),
  () => 'A'.repeat(43).concat('='),
  value,
];
const urls: (() => unknown)[] = [
  () => `https://example.com/${text()}`,
  () => `https://${text()}@example.com:${text(4)}/${text()}?${text()}#${text()}`,
  () => `https://example.com/sms?a=1${text(3) || 'x'}`,
  () => `${text()}://${text()}`,
  value,
];
const types = [
  'application/x-www-form-urlencoded',
  'application/json',
  'multipart/form-data',
  'text/plain',
  undefined,
  5,
  '',
  'APPLICATION/X-WWW-FORM-URLENCODED; charset=latin1',
];

/** What the signature of a URL without parameters covers: no body, and no parameters but empty texts. */
function isBare({ params, body, contentType }: SignedRequest): boolean {
  const text = body === undefined || body === null ? '' : Buffer.from(body).toString();
  if (text !== '') return isForm(contentType) && [...new URLSearchParams(`?${text}`)].flat().join('') === '';
  if (params === undefined || params === null) return true;
  if (Array.isArray(params) || params instanceof URLSearchParams)
    return [...(params as Iterable<unknown[]>)].flat().join('') === '';
  return isRecord(params) && Object.entries(params).flat(2).join('') === '';
}

function isForm(contentType: unknown): boolean {
  return String(contentType).toLowerCase().startsWith('application/x-www-form-urlencoded');
}

function isRecord(params: object): boolean {
  const prototype = Object.getPrototypeOf(params);
  return prototype === null || prototype === Object.prototype;
}

/** Whatever this makes differs from the one request that was signed: in its URL, in its fields, or in both. */
function forge(): SignedRequest {
  const request: Record<string, unknown> = {
    url: pick(urls)(),
    signature: pick(signatures)(),
    contentType: pick(types),
    keySid: value(),
  };
  if (random(2)) request.params = value();
  if (random(2)) request.body = value();
  const kind = random(4);
  if (kind === 0) {
    request.url = genuine.url;
    request.params = { ...genuine.params, Body: `KEYNOTE 1${text()}` };
    delete request.body;
  } else if (kind === 1) {
    // What nobody signed, with a signature that covers nothing but the URL.
    request.url = genuine.url;
    request.signature = bareSignature;
  } else if (kind === 2) {
    // A genuine JSON request, any body but the one that was hashed; now and then with a hash too many.
    request.url = random(8) ? jsonUrl : `${jsonUrl}&bodySHA256=${text()}`;
    request.signature = jsonSignature;
    request.body = pick([() => '{} ', () => '[]', () => Buffer.from('{"a":1}'), () => undefined, value])();
  }
  return request as unknown as SignedRequest;
}

const known = new Set<string>([
  'missing-signature',
  'malformed-signature',
  'invalid-url',
  'invalid-params',
  'raw-body-required',
  'missing-body-hash',
  'ambiguous-body-hash',
  'body-mismatch',
  'signature-mismatch',
]);
const reasons = new Map<string, number>();
console.log(`${wanted} requests, seed ${seed}`);
for (let made = 1; made <= wanted; made++) {
  const request = forge();
  const verification = verify(request, token, random(2) ? { compat: 'all' } : {});
  if (verification.valid && request.signature === bareSignature && isBare(request)) {
    reasons.set('(nothing but the signed URL)', (reasons.get('(nothing but the signed URL)') ?? 0) + 1);
    continue;
  }
  if (verification.valid) {
    console.error(`request ${made} is forged and valid`, request);
    process.exit(1);
  }
  if (!known.has(verification.reason)) {
    console.error(`request ${made}: ${verification.reason} is no reason`);
    process.exit(1);
  }
  reasons.set(verification.reason, (reasons.get(verification.reason) ?? 0) + 1);
  if (made % 100_000 === 0) console.log(`${made} …`);
}
for (const [reason, count] of [...reasons].sort((a, b) => b[1] - a[1]))
  console.log(`${String(count).padStart(9)} ${reason}`);
console.log('no throw, nothing forged is valid');
