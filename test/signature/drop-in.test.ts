import fc from 'fast-check';
import * as twilio from 'twilio/lib/webhooks/webhooks';
import * as ours from '../../src/signature/index';

const token = '12345';
const url = 'https://example.com/sms?a=1';
const params = { Body: 'hi', From: '+15550100001', Tags: ['b', 'a', 'b'] };

test('makes the signature and body hash that the twilio package makes', () => {
  expect(ours.getExpectedTwilioSignature(token, url, params)).toBe(
    twilio.getExpectedTwilioSignature(token, url, params),
  );
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (body) => {
      expect(ours.getExpectedBodyHash(body)).toBe(twilio.getExpectedBodyHash(body));
    }),
  );
});

test('accepts what the twilio package signs and refuses what it refuses', () => {
  const signature = twilio.getExpectedTwilioSignature(token, url, params);
  expect(ours.validateRequest(token, signature, url, params)).toBe(true);
  for (const change of [{ Body: 'ho' }, { Extra: '1' }]) {
    expect(ours.validateRequest(token, signature, url, { ...params, ...change })).toBe(false);
    expect(twilio.validateRequest(token, signature, url, { ...params, ...change })).toBe(false);
  }
});

describe('with a body', () => {
  const body = '{"a":1}';
  const hashed = `https://example.com/hook?bodySHA256=${twilio.getExpectedBodyHash(body)}`;
  const signature = twilio.getExpectedTwilioSignature(token, hashed, {});

  test('accepts the body that was hashed, as text and as bytes, and no other', () => {
    expect(ours.validateRequestWithBody(token, signature, hashed, body)).toBe(true);
    expect(ours.validateRequestWithBody(token, signature, hashed, Buffer.from(body))).toBe(true);
    // What `request.arrayBuffer()` gives, as in the twilio package.
    const buffer = Uint8Array.from(Buffer.from(body)).buffer;
    expect(twilio.validateRequestWithBody(token, signature, hashed, buffer as never)).toBe(true);
    expect(ours.validateRequestWithBody(token, signature, hashed, buffer)).toBe(true);
    expect(ours.getExpectedBodyHash(buffer)).toBe(twilio.getExpectedBodyHash(body));
    expect(ours.validateRequestWithBody(token, signature, hashed, new ArrayBuffer(7))).toBe(false);
    expect(ours.validateRequestWithBody(token, signature, hashed, '{"a":2}')).toBe(false);
    expect(ours.validateRequestWithBody(token, signature, hashed, { a: 1 } as unknown as string)).toBe(false);
  });

  test('refuses a URL without a hash, and says no to an unreadable one where the twilio package throws', () => {
    const plain = twilio.getExpectedTwilioSignature(token, url, {});
    expect(ours.validateRequestWithBody(token, plain, url, '')).toBe(false);
    expect(() => twilio.validateRequestWithBody(token, plain, '/relative', body)).toThrow();
    expect(ours.validateRequestWithBody(token, plain, '/relative', body)).toBe(false);
  });
});

test('throws for an empty token: everybody can sign with it', () => {
  const forged = twilio.getExpectedTwilioSignature('', url, params);
  for (const empty of ['', ' ', '\n']) {
    expect(() => ours.validateRequest(empty, forged, url, params)).toThrow(TypeError);
    expect(() => ours.getExpectedTwilioSignature(empty, url, params)).toThrow(TypeError);
    expect(() => ours.validateRequestWithBody(empty, forged, url, '')).toThrow(TypeError);
  }
});
