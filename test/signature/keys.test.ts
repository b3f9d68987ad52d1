import { createHmac } from 'node:crypto';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';
import {
  type CompatName,
  type Key,
  sign,
  twilioWebhook,
  verify,
  verifyFetchRequest,
  verifyNodeRequest,
} from '../../src/signature/index';

const url = 'https://example.com/sms';
const params = { Body: 'hi' };
const signature = getExpectedTwilioSignature('token', url, params);
const request = { url, params, signature };
/** What no signature speaks for, and what is no request of Twilio's at all. */
const received = (method: string) => ({ method, headers: {}, url: '/sms', socket: {} }) as never;
const fetched = (method: string) => new Request(url, { method });

test.each<[string, unknown, RegExp]>([
  ['an empty token', '', /empty/],
  ['a token of blanks', ' \t\n', /empty/],
  ['a NUL, which is the empty key to HMAC', '\0', /empty/],
  ['a NUL of several', '\0\0\0', /empty/],
  ['a token of control characters', '\x01\x7f\x80', /empty/],
  ['a token of characters without width', '\u200b\ufeff\u2060\u{e0001}', /empty/],
  ['a token that ends in a NUL, which is the same one without to HMAC', 'token\0', /NUL/],
  ['a token with a NUL in it', 'to\0ken', /NUL/],
  ['a key with a NUL among others', [{ secret: 'token' }, { secret: 'former\0' }], /NUL/],
  ['an empty key among others', [{ secret: 'token' }, { secret: '' }], /empty/],
  ['a key without a secret', [{}], /empty/],
  ['a key that is a number', [{ secret: 5 }], /empty/],
  ['a key that is a text', ['token'], /empty/],
  ['null for a key', [null], /empty/],
  ['a hole in the list', new Array(1), /empty/],
  ['a hash that Twilio does not use', [{ secret: 'token', hash: 'md5' }], /sha1/],
  ['a hash in capitals', [{ secret: 'token', hash: 'SHA256' }], /sha1/],
  ['null for a hash', [{ secret: 'token', hash: null }], /sha1/],
  ['no keys', undefined, /list of/],
  ['one key without a list', { secret: 'token' }, /list of/],
])('%s is a fault of the configuration, whatever the request', async (_, keys, message) => {
  const configured = keys as readonly Key[];
  for (const given of [request, {}, null, { ...request, signature: 'x' }])
    expect(() => verify(given as never, configured)).toThrow(message);
  expect(() => sign(request, configured as never)).toThrow(message);
  expect(() => twilioWebhook({ keys: configured })).toThrow(TypeError);
  for (const method of ['POST', 'DELETE']) {
    await expect(verifyNodeRequest(received(method), { keys: configured })).rejects.toThrow(message);
    await expect(verifyFetchRequest(fetched(method), { keys: configured })).rejects.toThrow(message);
  }
});

test('a rewrite that there is not is a fault of the configuration, whatever the request', async () => {
  const options = { keys: 'token', compat: ['query-order' as CompatName] };
  await expect(verifyNodeRequest(received('POST'), options)).rejects.toThrow(/query-order/);
  await expect(verifyFetchRequest(fetched('POST'), options)).rejects.toThrow(/query-order/);
});

test('takes each token for itself, whichever was given before, a faulty one among them', () => {
  const other = getExpectedTwilioSignature('other', url, params);
  for (let turn = 0; turn < 2; turn += 1) {
    expect(verify(request, 'token').valid).toBe(true);
    expect(verify(request, 'other')).toEqual({ valid: false, reason: 'signature-mismatch' });
    expect(verify({ ...request, signature: other }, 'other').valid).toBe(true);
    expect(() => verify(request, ' ')).toThrow(/empty/);
    expect(() => verify(request, ' ')).toThrow(/empty/);
    expect(verify({ ...request, signature: other }, 'token')).toEqual({
      valid: false,
      reason: 'signature-mismatch',
    });
  }
});

test('a list without keys lets nothing pass, and builds no middleware', async () => {
  expect(verify(request, [])).toEqual({ valid: false, reason: 'missing-key' });
  expect(verify({ ...request, keySid: 'one' }, [])).toEqual({ valid: false, reason: 'missing-key' });
  expect(() => twilioWebhook({ keys: [] })).toThrow(/empty/);
  for (const method of ['POST', 'DELETE']) {
    const refusal = { valid: false, reason: 'missing-key' };
    expect(await verifyNodeRequest(received(method), { keys: [] })).toEqual(refusal);
    expect(await verifyFetchRequest(fetched(method), { keys: [] })).toEqual(refusal);
  }
});

test('a key that answers otherwise the second time is the one that was checked', () => {
  const answers = ['token', ''];
  const key = {
    get secret() {
      return answers.shift() ?? '';
    },
  };
  expect(verify(request, [key])).toMatchObject({ valid: true });
});

test('the token with a newline, quotes or blanks about it is another one', () => {
  for (const other of ['token\n', ' token', '"token"', 'Token'])
    expect(verify(request, other)).toEqual({ valid: false, reason: 'signature-mismatch' });
});

test('a token of any characters signs as its UTF-8, however long', () => {
  for (const secret of [
    '\u00fc\u3042\u{1f600}',
    'k'.repeat(64),
    'k'.repeat(65),
    'k\x7f',
    '\x80k',
    '\u200bk',
  ]) {
    const genuine = getExpectedTwilioSignature(secret, url, params);
    expect(sign(request, secret)).toBe(genuine);
    expect(verify({ ...request, signature: genuine }, secret)).toMatchObject({ valid: true });
  }
});

describe('the key id of a request', () => {
  const keys = [
    { id: 'a', secret: 'former' },
    { id: 'b', secret: 'token' },
    { id: 'b', secret: 'next' },
    { secret: 'nameless' },
  ];
  test.each<[string, unknown, object]>([
    ['picks among the keys', 'b', { valid: true, matched: { keyIndex: 1 } }],
    ['narrows to keys that did not sign', 'a', { valid: false, reason: 'signature-mismatch' }],
    ['is unknown: all are tried', 'c', { valid: true, matched: { keyIndex: 1 } }],
    ['is empty', '', { valid: true }],
    ['names a method', 'constructor', { valid: true }],
    ['is two headers', 'a, b', { valid: true }],
    ['is a list', ['a'], { valid: true }],
    ['is an object', { toString: () => 'a' }, { valid: true }],
  ])('%s', (_, keySid, outcome) => {
    expect(verify({ ...request, keySid } as never, keys)).toMatchObject(outcome);
  });

  test('is not there: keys without an id are not preferred', () => {
    expect(verify(request, keys)).toMatchObject({ matched: { keyIndex: 1 } });
    expect(verify({ ...request, keySid: undefined }, keys)).toMatchObject({ matched: { keyIndex: 1 } });
  });

  test('does not make a key sign that did not', () => {
    const forged = getExpectedTwilioSignature('stranger', url, params);
    for (const keySid of ['a', 'b', 'c', undefined])
      expect(verify({ ...request, signature: forged, keySid }, keys)).toEqual({
        valid: false,
        reason: 'signature-mismatch',
      });
  });

  test('picks the hash as well, and the length of the signature has to fit it', () => {
    const mixed = [
      { id: 'old', secret: 'token' },
      { id: 'new', secret: 'token', hash: 'sha256' as const },
    ];
    const long = createHmac('sha256', 'token').update(`${url}Bodyhi`).digest('base64');
    const check = (received: string, keySid?: string) =>
      verify({ ...request, signature: received, keySid }, mixed);
    expect(check(long)).toMatchObject({ matched: { keyIndex: 1 } });
    expect(check(long, 'new')).toMatchObject({ matched: { keyIndex: 1 } });
    expect(check(long, 'old')).toEqual({ valid: false, reason: 'signature-mismatch' });
    expect(check(signature, 'new')).toEqual({ valid: false, reason: 'signature-mismatch' });
    expect(check(signature)).toMatchObject({ matched: { keyIndex: 0 } });
  });
});
