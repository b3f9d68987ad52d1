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

/** Each is a row of the table in docs/signature.md: first what the twilio package does, then what we do. */
describe('where the twilio package is unsafe', () => {
  const bare = twilio.getExpectedTwilioSignature(token, url, {});

  test('parameters it does not see: URLSearchParams that nobody signed are refused', () => {
    const unsigned = new URLSearchParams({ Body: 'KEYNOTE 1' });
    expect(twilio.validateRequest(token, bare, url, unsigned as unknown as Record<string, string>)).toBe(
      true,
    );
    expect(ours.validateRequest(token, bare, url, unsigned)).toBe(false);
    const signature = twilio.getExpectedTwilioSignature(token, url, { Body: 'KEYNOTE 1' });
    expect(ours.validateRequest(token, signature, url, unsigned)).toBe(true);
  });

  test.each([
    ['a number', { a: 1 }, { a: '1' }],
    ['null', { a: null }, { a: 'null' }],
    ['an object', { a: {} }, { a: '[object Object]' }],
  ])('a value of another type: %s does not pass for its text', (_, typed, text) => {
    const signature = twilio.getExpectedTwilioSignature(token, url, text);
    expect(twilio.validateRequest(token, signature, url, typed)).toBe(true);
    expect(ours.validateRequest(token, signature, url, typed)).toBe(false);
  });

  test('a JSON webhook checked as a form without parameters: its body would stay unchecked', () => {
    const hashed = `https://example.com/hook?bodySHA256=${twilio.getExpectedBodyHash('{}')}`;
    const signature = twilio.getExpectedTwilioSignature(token, hashed, {});
    expect(twilio.validateRequest(token, signature, hashed, {})).toBe(true);
    expect(ours.validateRequest(token, signature, hashed, {})).toBe(false);
  });

  test('an empty token: everybody can sign with it, so it throws', () => {
    const forged = twilio.getExpectedTwilioSignature('', url, params);
    expect(twilio.validateRequest('', forged, url, params)).toBe(true);
    expect(() => ours.validateRequest('', forged, url, params)).toThrow(TypeError);
    expect(() => ours.getExpectedTwilioSignature('', url, params)).toThrow(TypeError);
    expect(() => ours.validateRequestWithBody('', forged, url, '')).toThrow(TypeError);
  });

  test('a URL that was rewritten: the signature of /sms does not fit /a/../sms', () => {
    const signature = twilio.getExpectedTwilioSignature(token, 'https://example.com/sms', params);
    expect(twilio.validateRequest(token, signature, 'https://example.com/a/../sms', params)).toBe(true);
    expect(ours.validateRequest(token, signature, 'https://example.com/a/../sms', params)).toBe(false);
  });

  test.each([
    ['a relative URL', '/sms', params],
    ['parameters that are null', url, null],
  ])('throws on %s, where ours says no', (_, address, given) => {
    const call = (library: Pick<typeof ours, 'validateRequest'>) =>
      library.validateRequest(token, 'x', address, given as Record<string, unknown>);
    expect(() => call(twilio as unknown as typeof ours)).toThrow();
    expect(call(ours)).toBe(false);
  });

  test('user info and fragment, which Twilio does not sign, do not break a genuine request', () => {
    const signature = twilio.getExpectedTwilioSignature(token, 'https://example.com/sms', params);
    for (const address of ['https://user:pass@example.com/sms', 'https://example.com/sms#rc=2']) {
      expect(twilio.validateRequest(token, signature, address, params)).toBe(false);
      expect(ours.validateRequest(token, signature, address, params)).toBe(true);
      expect(ours.getExpectedTwilioSignature(token, address, params)).toBe(signature);
    }
  });
});
