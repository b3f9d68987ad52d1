import * as crypto from 'node:crypto';
import { createHash } from 'node:crypto';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';
import { hmac } from '../../src/signature/hmac';
import { type SignedRequest, verify } from '../../src/signature/index';

jest.mock('../../src/signature/hmac', () => {
  const real = jest.requireActual('../../src/signature/hmac');
  return { hmac: jest.fn(real.hmac) };
});
jest.mock('node:crypto', () => {
  const real = jest.requireActual('node:crypto');
  return { ...real, createHash: jest.fn(real.createHash) };
});
const hmacs = jest.mocked(hmac);
const hashes = jest.mocked(crypto.createHash);
beforeEach(() => {
  hmacs.mockClear();
  hashes.mockClear();
});

const token = '12345';
const url = 'https://example.com/sms';
const wrong = 'A'.repeat(27).concat('=');
const emoji = { '\u{1f600}': 'a', '\uff5e': 'b' };
const check = (request: object) => verify({ url, signature: wrong, ...request } as SignedRequest, token);

test.each<[string, object, number]>([
  ['a URL without a port', {}, 2],
  ['a URL with one', { url: 'https://example.com:8443/sms' }, 2],
  ['a lone colon', { url: 'https://example.com:/sms' }, 1],
  ['another scheme', { url: 'ftp://example.com/' }, 1],
  ['a scheme that is the name of a method', { url: 'constructor://example.com/' }, 1],
  ['user info', { url: 'https://u:p@example.com:8443/sms' }, 4],
  ['names above U+FFFF that stand otherwise in another order', { params: emoji }, 4],
  ['such names and user info', { params: emoji, url: 'https://u:p@example.com/sms' }, 4],
  ['such names, user info and a port', { params: emoji, url: 'https://u:p@example.com:8443/sms' }, 4],
  ['names above U+FFFF alone', { params: { '\u{1f600}': 'b', '\ud7ff': 'a' } }, 2],
  ['names below U+10000 alone', { params: { '\uffff': 'b', '\ue000': 'a' } }, 2],
  ['emoji in the text', { params: { Body: '\u{1f600}', From: '1' } }, 2],
  ['a signature as long as that of SHA-256', { signature: 'A'.repeat(43).concat('=') }, 0],
])('a wrong signature costs the HMACs of each form and no more: %s', (_, request, count) => {
  expect(check(request)).toEqual({ valid: false, reason: 'signature-mismatch' });
  expect(hmacs).toHaveBeenCalledTimes(count);
});

test('a genuine request costs one', () => {
  const signature = getExpectedTwilioSignature(token, url, { Body: 'hi' });
  expect(check({ params: { Body: 'hi' }, signature })).toMatchObject({ valid: true });
  expect(hmacs).toHaveBeenCalledTimes(1);
});

test.each<[string, object]>([
  ['none', {}],
  ['in two orders', emoji],
])('rewrites are at most 32 URLs more, whatever the URL, with parameters %s', (_, params) => {
  for (const userinfo of ['U:p@', '']) {
    const address = `https://${userinfo}M\u00fcnchen.Example:/?a='%27+%20%40%3A%c3%a9\u00e9&b=%27%20+#fragment`;
    hmacs.mockClear();
    expect(verify({ url: address, params, signature: wrong } as never, token, { compat: 'all' }).valid).toBe(
      false,
    );
    expect(hmacs.mock.calls.length).toBeGreaterThan(32);
    expect(hmacs.mock.calls.length).toBeLessThanOrEqual(33 * 4);
  }
});

test.each<[string, object, string]>([
  ['a malformed header', { signature: 'bogus' }, 'malformed-signature'],
  ['no header', { signature: undefined }, 'missing-signature'],
  ['a URL that is none', { url: '/sms' }, 'invalid-url'],
  ['parameters that are none', { params: 5 }, 'invalid-params'],
  ['a body without its hash', { body: 'x', contentType: 'text/plain' }, 'missing-body-hash'],
  ['a hash without its body', { url: `${url}?bodySHA256=0` }, 'raw-body-required'],
  ['two hashes', { url: `${url}?bodySHA256=0&bodySHA256=0`, body: 'x' }, 'ambiguous-body-hash'],
])('%s is refused before anything is hashed', (_, request, reason) => {
  expect(check(request)).toEqual({ valid: false, reason });
  expect(hmacs).not.toHaveBeenCalled();
});

test('behind a malformed header neither parameters nor body are looked at', () => {
  const trap = new Proxy(
    {},
    {
      get: () => {
        throw new Error('looked at');
      },
      ownKeys: () => {
        throw new Error('looked at');
      },
    },
  );
  expect(check({ signature: 'bogus', params: trap, body: trap, url: trap })).toEqual({
    valid: false,
    reason: 'malformed-signature',
  });
});

test('a body is hashed for nobody who has not a genuine URL', () => {
  const body = 'x'.repeat(1000);
  const address = `${url}?bodySHA256=${createHash('sha256').update(body).digest('hex')}`;
  hashes.mockClear();
  expect(check({ url: address, body }).valid).toBe(false);
  expect(hashes).not.toHaveBeenCalled();
  expect(check({ url: address, body, signature: getExpectedTwilioSignature(token, address, {}) }).valid).toBe(
    true,
  );
  expect(hashes).toHaveBeenCalledTimes(1);
});

test('100,000 parameters are sorted once, for a wrong signature as well', () => {
  const params = Object.fromEntries(Array.from({ length: 100_000 }, (_, at) => [`n${at}`, 'v']));
  const sort = jest.spyOn(Array.prototype, 'sort');
  const sorted = jest.spyOn(Array.prototype, 'toSorted');
  try {
    for (const address of ['https://u:p@example.com:8443/', url]) {
      sort.mockClear();
      sorted.mockClear();
      expect(check({ params, url: address })).toMatchObject({ valid: false });
      expect(sort.mock.calls.length + sorted.mock.calls.length).toBe(1);
    }
  } finally {
    sort.mockRestore();
    sorted.mockRestore();
  }
  expect(hmacs).toHaveBeenCalledTimes(4 + 2);
});
