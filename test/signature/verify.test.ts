import fc from 'fast-check';
import { getExpectedTwilioSignature, validateRequest } from 'twilio/lib/webhooks/webhooks';
import { getExpectedBodyHash, type SignedRequest, sign, verify } from '../../src/signature/index';
import corners from '../fixtures/signature/corners.json';
import official from '../fixtures/signature/official.json';
import { asRequest, type Vector } from './vector';

// `right` is `compat` where only a named rewrite would accept; two official vectors are about those.
const vectors = [
  ...official.map((vector) => ({
    ...vector,
    right: vector.id === 'java-null-values' ? 'compat' : vector.oracle,
  })),
  ...corners,
] as Vector[];

const withSignature = vectors.filter(({ signature, right }) => right === 'reject' || signature);

test.each(
  withSignature.filter(({ right }) => right === 'accept').map((vector) => [vector.id, vector] as const),
)('accepts %s', (_, vector) => {
  expect(verify(asRequest(vector), vector.authToken)).toMatchObject({ valid: true });
});

// Where the scheme itself cannot tell two requests apart, and where nobody knows the order that Twilio uses: both are tried.
test.each(
  withSignature
    .filter(({ right }) => right === 'accept*' || right === 'unknown')
    .map((vector) => [vector.id, vector] as const),
)('cannot but accept %s', (_, vector) => {
  expect(verify(asRequest(vector), vector.authToken)).toMatchObject({ valid: true, matched: { compat: [] } });
});

// One official vector has neither URL nor signature: it is about the hash of a body.
test('leaves no vector out', () => {
  expect(vectors).toHaveLength(130);
  const known = ['accept', 'reject', 'compat', 'accept*', 'unknown'];
  const left = vectors.filter(
    ({ right, signature }) => !known.includes(right) || (right !== 'reject' && !signature),
  );
  expect(left.map(({ id }) => id)).toEqual(['bodyhash-json']);
  expect(getExpectedBodyHash(String(left[0]?.body))).toBe(
    '0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620',
  );
});

test.each(
  withSignature.filter(({ right }) => right === 'reject').map((vector) => [vector.id, vector] as const),
)('refuses %s', (_, vector) => {
  expect(verify(asRequest(vector), vector.authToken)).toEqual({ valid: false, reason: expect.any(String) });
});

const token = '12345';
const url = 'https://example.com/sms';
const params = { Body: 'hi', From: '+15550100001' };

test.each<[string, Partial<Record<keyof SignedRequest, unknown>>, string]>([
  ['no signature', { signature: undefined }, 'missing-signature'],
  ['two signatures', { signature: ['a', 'b'] }, 'malformed-signature'],
  ['a signature without padding', { signature: 'fwVbeEd+kmKA+5R6gTrgvZQ8GzY' }, 'malformed-signature'],
  ['a relative URL', { url: '/sms' }, 'invalid-url'],
  ['a number as a value', { params: { Body: 5 } }, 'invalid-params'],
  ['a lone surrogate', { params: { Body: '\ud800' } }, 'invalid-params'],
  ['a Map', { params: new Map() }, 'invalid-params'],
  [
    'a form twice',
    { params, body: 'a=1', contentType: 'application/x-www-form-urlencoded' },
    'invalid-params',
  ],
  [
    'JSON without its bytes',
    { url: `${url}?bodySHA256=${'0'.repeat(64)}`, params: {}, contentType: 'application/json' },
    'raw-body-required',
  ],
  [
    'JSON without a hash',
    { params: undefined, body: '{}', contentType: 'application/json' },
    'missing-body-hash',
  ],
  [
    'two hashes',
    { url: `${url}?bodySHA256=a&bodySHA256=b`, params: undefined, body: '{}' },
    'ambiguous-body-hash',
  ],
  ['another text', { params: { ...params, Body: 'ho' } }, 'signature-mismatch'],
])('names the reason for %s', (_, change, reason) => {
  const signature = getExpectedTwilioSignature(token, url, params);
  expect(verify({ url, params, signature, ...change } as SignedRequest, token)).toEqual({
    valid: false,
    reason,
  });
});

test('says body-mismatch only of a request whose URL was really signed', () => {
  const hashed = `${url}?bodySHA256=${'0'.repeat(64)}`;
  const request = { url: hashed, body: '{}', contentType: 'application/json' };
  const signature = getExpectedTwilioSignature(token, hashed, {});
  expect(verify({ ...request, signature }, token)).toEqual({ valid: false, reason: 'body-mismatch' });
  const forged = getExpectedTwilioSignature('other', hashed, {});
  expect(verify({ ...request, signature: forged }, token)).toEqual({
    valid: false,
    reason: 'signature-mismatch',
  });
});

test('throws for an empty key, where it is configured', () => {
  expect(() => verify({ url }, '')).toThrow(TypeError);
  expect(() => verify({ url }, [{ secret: token }, { secret: '' }])).toThrow(TypeError);
});

test('says which of several keys signed', () => {
  const signature = getExpectedTwilioSignature('second', url, params);
  expect(verify({ url, params, signature }, [{ secret: 'first' }, { secret: 'second' }])).toMatchObject({
    valid: true,
    matched: { keyIndex: 1 },
  });
  expect(verify({ url, params, signature }, [])).toEqual({ valid: false, reason: 'missing-key' });
});

const names = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .filter((name) => name !== '__proto__');
const record = fc.dictionary(
  names,
  fc.oneof(fc.string({ unit: 'grapheme' }), fc.array(fc.string(), { minLength: 1, maxLength: 3 })),
);
// In one order only: the two differ for characters above U+FFFF, where the libraries differ as well.
const simple = record.filter((value) => !/[\ud800-\uffff]/.test(JSON.stringify(value)));

test('accepts whatever the twilio package signs', () => {
  fc.assert(
    fc.property(simple, (given) => {
      const signature = getExpectedTwilioSignature(token, url, given);
      expect(verify({ url, params: given, signature }, token)).toMatchObject({ valid: true });
    }),
  );
});

test('signs what the twilio package accepts', () => {
  fc.assert(
    fc.property(simple, (given) => {
      expect(validateRequest(token, sign({ url, params: given }, token), url, given)).toBe(true);
    }),
  );
});

test('never throws, whatever a request is made of', () => {
  fc.assert(
    fc.property(fc.anything(), fc.anything(), fc.anything(), fc.anything(), (a, b, c, d) => {
      const request = { url, params: a, body: b, contentType: c, signature: d } as SignedRequest;
      expect(verify(request, token).valid).toBe(false);
    }),
  );
});
