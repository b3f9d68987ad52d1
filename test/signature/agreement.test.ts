import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import {
  getExpectedTwilioSignature,
  validateRequest,
  validateRequestWithBody,
} from 'twilio/lib/webhooks/webhooks';
import { sign, verify } from '../../src/signature/index';

const token = '0123456789abcdef0123456789abcdef';
const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom(...' \'"&=+%/?#@:[]\n\t\u00e9\u3042'),
    fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 1 }),
  ),
});
const name = text.filter((one) => one !== '' && one !== '__proto__');
const fields = fc.dictionary(name, fc.oneof(text, fc.array(text, { minLength: 1, maxLength: 4 })));
const urlPart = fc.string({ unit: fc.constantFrom(..."ab09-._~!$&'()*+,;=:@/%"), maxLength: 20 });
const url = fc
  .record({
    scheme: fc.constantFrom('https', 'http'),
    host: fc.constantFrom('example.com', 'a.b.example', '127.0.0.1', '[2001:db8::1]'),
    port: fc.constantFrom('', ':443', ':80', ':8443'),
    path: urlPart,
    query: fc.oneof(
      fc.constant(''),
      urlPart.map((query) => `?${query}`),
    ),
  })
  .map(({ scheme, host, port, path, query }) => `${scheme}://${host}${port}/${path}${query}`);

test('what the twilio package signs, verifies: any URL, repeated, empty and non-ASCII parameters', () => {
  fc.assert(
    fc.property(url, fields, (address, params) => {
      const signature = getExpectedTwilioSignature(token, address, params);
      expect(verify({ url: address, params, signature }, token)).toMatchObject({ valid: true });
    }),
    { numRuns: 1000 },
  );
});

// Any Unicode, in the order of the twilio package, which is that of UTF-16.
const unicode = fc.string({ unit: 'binary', maxLength: 8 });
const unicodeFields = fc
  .dictionary(unicode, fc.oneof(unicode, fc.array(unicode, { minLength: 1, maxLength: 4 })), {
    noNullPrototype: true,
  })
  .filter((one) => !Object.hasOwn(one, '__proto__'));

test('what the twilio package signs, verifies: names and values of any characters, empty ones included', () => {
  fc.assert(
    fc.property(url, unicodeFields, (address, params) => {
      const signature = getExpectedTwilioSignature(token, address, params);
      expect(verify({ url: address, params, signature }, token)).toMatchObject({ valid: true });
    }),
    { numRuns: 1000 },
  );
});

test('a list in any order, with any value repeated, has one signature in both libraries', () => {
  const values = fc.array(unicode, { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(unicode, values, fc.nat(), (key, list, turn) => {
      const turned = [...list.slice(turn % list.length), ...list, ...list.slice(0, turn % list.length)];
      const address = 'https://example.com/sms';
      const signature = sign(
        { url: address, params: [[key, '0'], ...turned.map((one) => [key, one] as const)] },
        token,
      );
      const both = { [key]: ['0', ...list] };
      expect(verify({ url: address, params: both, signature }, token)).toMatchObject({ valid: true });
      fc.pre(!/[\ud800-\uffff]/.test(list.join('')));
      expect(validateRequest(token, signature, address, both)).toBe(true);
    }),
  );
});

test('what sign makes, the twilio package accepts', () => {
  fc.assert(
    fc.property(url, fields, (address, params) => {
      expect(validateRequest(token, sign({ url: address, params }, token), address, params)).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

test('a form verifies from its raw bytes as it does from its parameters', () => {
  fc.assert(
    fc.property(url, fields, (address, params) => {
      const pairs = Object.entries(params).flatMap(([key, value]) =>
        [value].flat().map((one): [string, string] => [key, one]),
      );
      const signature = getExpectedTwilioSignature(token, address, params);
      const body = new URLSearchParams(pairs).toString();
      const contentType = 'application/x-www-form-urlencoded';
      for (const form of [body, Buffer.from(body)])
        expect(verify({ url: address, body: form, contentType, signature }, token)).toMatchObject({
          valid: true,
        });
      expect(verify({ url: address, params: new URLSearchParams(pairs), signature }, token)).toMatchObject({
        valid: true,
      });
    }),
  );
});

test('a JSON body verifies in both libraries, and with one byte changed in neither', () => {
  fc.assert(
    fc.property(fc.json(), fc.nat(), (body, at) => {
      const hash = createHash('sha256').update(body).digest('hex');
      const address = `https://example.com/hook?bodySHA256=${hash}`;
      const request = { url: address, contentType: 'application/json' };
      const signature = sign({ ...request, body }, token);
      expect(validateRequestWithBody(token, signature, address, body)).toBe(true);
      expect(verify({ ...request, body, signature }, token)).toMatchObject({ valid: true });
      const bytes = Buffer.from(body);
      bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ 1;
      expect(verify({ ...request, body: bytes, signature }, token)).toEqual({
        valid: false,
        reason: 'body-mismatch',
      });
    }),
  );
});

test('a parameter that was changed, added or left out is refused by both libraries', () => {
  const two = fc.dictionary(name, text, { minKeys: 1 });
  fc.assert(
    fc.property(two, two, (signed, received) => {
      const flat = (params: Record<string, string>) =>
        Object.keys(params)
          .sort()
          .map((key) => key + params[key])
          .join('');
      fc.pre(flat(signed) !== flat(received));
      const address = 'https://example.com/sms';
      const signature = getExpectedTwilioSignature(token, address, signed);
      expect(validateRequest(token, signature, address, received)).toBe(false);
      expect(verify({ url: address, params: received, signature }, token)).toEqual({
        valid: false,
        reason: 'signature-mismatch',
      });
    }),
  );
});

test('a key that is chosen by its id must still have signed', () => {
  const keys = [
    { id: 'one', secret: 'first' },
    { id: 'two', secret: 'second' },
  ];
  const request = { url: 'https://example.com/sms', params: { Body: 'hi' } };
  const signature = getExpectedTwilioSignature('second', request.url, request.params);
  expect(verify({ ...request, signature, keySid: 'two' }, keys)).toMatchObject({ matched: { keyIndex: 1 } });
  expect(verify({ ...request, signature, keySid: 'unknown' }, keys)).toMatchObject({
    matched: { keyIndex: 1 },
  });
  expect(verify({ ...request, signature, keySid: 'one' }, keys)).toEqual({
    valid: false,
    reason: 'signature-mismatch',
  });
});

test('a SharedKey with SHA-256 takes only signatures of its own length, and SHA-1 only its own', () => {
  const keys = [{ secret: token }, { secret: 'shared', hash: 'sha256' as const }];
  const address = 'https://example.com/sms';
  const long = createHmac('sha256', 'shared').update(address).digest('base64');
  expect(verify({ url: address, signature: long }, keys)).toMatchObject({ matched: { keyIndex: 1 } });
  expect(verify({ url: address, signature: long }, token)).toEqual({
    valid: false,
    reason: 'signature-mismatch',
  });
  const wrongKey = createHmac('sha256', token).update(address).digest('base64');
  expect(verify({ url: address, signature: wrongKey }, keys)).toEqual({
    valid: false,
    reason: 'signature-mismatch',
  });
});

test('a getter that throws, a proxy, and a request that is nothing give a reason, never a throw', () => {
  const trap = () => {
    throw new Error('trap');
  };
  const signature = getExpectedTwilioSignature(token, 'https://example.com/', {});
  const hostile = new Proxy({}, { get: trap, ownKeys: trap, has: trap });
  for (const request of [
    hostile,
    undefined,
    null,
    { url: 'https://example.com/', signature, params: hostile },
    {
      url: 'https://example.com/',
      signature,
      params: {
        get Body() {
          return trap();
        },
      },
    },
  ]) {
    expect(verify(request as never, token)).toEqual({ valid: false, reason: 'invalid-params' });
  }
});
