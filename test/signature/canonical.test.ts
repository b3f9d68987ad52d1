import { constants } from 'node:buffer';
import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';
import { isUtf8 } from '../../src/signature/canonical';
import { type CompatName, type SignedRequest, sign, verify } from '../../src/signature/index';

const token = '12345';
const site = 'https://example.com/sms';
const params = { Body: 'hi' };
const form = 'application/x-www-form-urlencoded';
const bare = getExpectedTwilioSignature(token, site, {});
const signed = getExpectedTwilioSignature(token, site, params);
const check = (request: object) => verify({ url: site, ...request } as SignedRequest, token);
const signedAs = (url: string, over: string) =>
  check({ url, params, signature: getExpectedTwilioSignature(token, over, params) });

test.each([
  ['https://example.com/a', 'https://example.com:443/a'],
  ['HTTPS://example.com/a', 'HTTPS://example.com:443/a'],
  ['wss://example.com/a', 'wss://example.com:443/a'],
  ['http://example.com/a', 'http://example.com:80/a'],
  ['ws://example.com/a', 'ws://example.com:80/a'],
  ['https://example.com:8443/a', 'https://example.com/a'],
  ['https://example.com:/a', 'https://example.com:/a'],
  ['ftp://example.com/a', 'ftp://example.com/a'],
  ['https://[::1]:8443/a', 'https://[::1]/a'],
  ['https://u:p@[::1]/a', 'https://[::1]:443/a'],
  ['https://u@v:p@example.com/a', 'https://example.com/a'],
  ['https://u:p]@example.com:8443/a', 'https://example.com/a'],
  ['https://example.com?a#b#c', 'https://example.com?a'],
  ['https://example.com\\a:1', 'https://example.com\\a:1'],
  ['https://example.com/@:1', 'https://example.com:443/@:1'],
])('%s may have been signed as %s', (url, over) => {
  expect(signedAs(url, over)).toEqual({ valid: true, matched: { url: over, keyIndex: 0, compat: [] } });
});

test.each([
  ['https://example.com/a', 'https://example.com:80/a'],
  ['http://example.com/a', 'http://example.com:443/a'],
  ['wss://example.com/a', 'wss://example.com:80/a'],
  ['ftp://example.com/a', 'ftp://example.com:80/a'],
  ['https://example.com:443/a', 'https://example.com:80/a'],
  ['https://example.com:/a', 'https://example.com/a'],
  ['https://example.com:/a', 'https://example.com:443/a'],
])('%s was not signed as %s', (url, over) => {
  expect(signedAs(url, over)).toEqual({ valid: false, reason: 'signature-mismatch' });
});

test.each([
  '',
  '/sms',
  'example.com',
  '//example.com',
  'https:/example.com',
  'https:example.com',
  'https:///a',
  'https://:443/',
  'https://u@/',
  'https://u@:1/',
  ' https://example.com/',
  'see https://example.com/',
  '1a://example.com/',
  '://example.com',
  'https\\://example.com',
  new URL(site),
  5,
  null,
  undefined,
  [site],
  { toString: () => site },
])('%s is no URL, whoever signed it', (url) => {
  expect(check({ url, signature: bare })).toEqual({ valid: false, reason: 'invalid-url' });
});

test('a URL of 100,000 characters is one, a longer one is none, and the longest text there is throws nothing', () => {
  const site100k = `${site}?${'a'.repeat(100_000 - site.length - 1)}`;
  expect(signedAs(site100k, site100k)).toMatchObject({ valid: true });
  expect(signedAs(`${site100k}a`, `${site100k}a`)).toEqual({ valid: false, reason: 'invalid-url' });
  expect(() => sign({ url: `${site100k}a` }, token)).toThrow(/too long/);
  // As long as a string can be, to which no port can be added, and one that is six times as long when it is escaped.
  for (const url of [site.padEnd(constants.MAX_STRING_LENGTH, 'a'), `${site}?${'\u00e9'.repeat(90_000_000)}`])
    expect(verify({ url, signature: bare }, token, { compat: 'all' })).toEqual({
      valid: false,
      reason: 'invalid-url',
    });
});

test('a URL that escaping makes six times as long is rewritten', () => {
  const signature = getExpectedTwilioSignature(token, `${site}?${'%C3%A9'.repeat(90_000)}`, {});
  const request = { url: `${site}?${'\u00e9'.repeat(90_000)}`, signature };
  expect(verify(request, token, { compat: 'all' })).toMatchObject({ matched: { compat: ['query-utf8'] } });
});

const inCodePoints = (pairs: readonly (readonly [string, string])[]): string => {
  const bytes = (text: string) => Buffer.from(text);
  return [...pairs]
    .sort((a, b) => Buffer.compare(bytes(a[0]), bytes(b[0])) || Buffer.compare(bytes(a[1]), bytes(b[1])))
    .flat()
    .join('');
};
const mac = (text: string) => createHmac('sha1', token).update(text).digest('base64');
// The edges of the surrogates, and what stands on either side of them.
const edge = fc.string({
  unit: fc.constantFrom(
    'a',
    '\ud7ff',
    '\ue000',
    '\uffff',
    '\u{10000}',
    '\u{103fe}',
    '\u{103ff}',
    '\u{10ffff}',
  ),
  maxLength: 3,
});

test('signs in the order of code points, and takes that of UTF-16 as well', () => {
  const distinct = fc.uniqueArray(fc.tuple(edge, edge), {
    selector: (pair) => pair.join('\0'),
    maxLength: 8,
  });
  fc.assert(
    fc.property(distinct, (pairs) => {
      expect(sign({ url: site, params: pairs }, token)).toBe(mac(site + inCodePoints(pairs)));
      expect(check({ params: pairs, signature: mac(site + inCodePoints(pairs)) }).valid).toBe(true);
      const every = { url: site, params: pairs, signature: mac(site + inCodePoints(pairs)) };
      expect(verify(every, token, { compat: 'all' }).valid).toBe(true);
      const record: Record<string, string[]> = {};
      for (const [name, value] of pairs) record[name] = [...(record[name] ?? []), value];
      expect(check({ params: pairs, signature: getExpectedTwilioSignature(token, site, record) }).valid).toBe(
        true,
      );
    }),
    { numRuns: 500 },
  );
});

describe('names that have another order in code points than in UTF-16', () => {
  const names = { '\u{1f600}': 'b', '\uff5e': 'a' };
  const utf16 = (url: string) => mac(`${url}\u{1f600}b\uff5ea`);
  const points = (url: string) => mac(`${url}\uff5ea\u{1f600}b`);
  const outcome = (url: string, signature: string, compat?: CompatName[]) => {
    const verification = verify({ url, params: names, signature }, token, { compat });
    return verification.valid ? verification.matched : verification.reason;
  };

  test('are taken in either, with the port as given and without', () => {
    for (const order of [points, utf16])
      for (const over of ['https://example.com:8443/sms', site])
        expect(outcome('https://example.com:8443/sms', order(over))).toMatchObject({ url: over, compat: [] });
  });

  test('under a URL with user info are taken in either, with it and without, with the port as given only', () => {
    const url = 'https://u:p@example.com:8443/sms';
    const given = 'https://example.com:8443/sms';
    expect(sign({ url, params: names }, token)).toBe(points(given));
    for (const order of [points, utf16]) {
      expect(outcome(url, order(given))).toEqual({ url: given, keyIndex: 0, compat: [] });
      expect(outcome(url, order(url))).toEqual({ url, keyIndex: 0, compat: ['userinfo-kept'] });
      expect(outcome(url, order(site))).toBe('signature-mismatch');
      expect(outcome(url, order('https://u:p@example.com/sms'))).toBe('signature-mismatch');
    }
  });

  test('under a rewritten URL are taken in either', () => {
    const [received, over] = ['https://example.com/sms?a=%27', "https://example.com/sms?a='"];
    for (const order of [points, utf16]) {
      expect(outcome(received, order(over))).toBe('signature-mismatch');
      expect(outcome(received, order(over), ['query-apostrophe'])).toMatchObject({
        url: over,
        compat: ['query-apostrophe'],
      });
    }
  });
});

test.each([
  [form, true],
  [` ${form}`, true],
  [`${form} ; charset=utf-8`, true],
  [form.toUpperCase(), true],
  [`${form}ed`, false],
  [`x${form}`, false],
  [`text/plain; ${form}`, false],
  [`${form}, application/json`, false],
  ['', false],
  [{ toString: (): string => form }, false],
  [[form], false],
])('%s: a form is %s', (contentType, isForm) => {
  const refusal = { valid: false, reason: 'invalid-params' };
  expect(check({ contentType, params, signature: signed })).toMatchObject(isForm ? { valid: true } : refusal);
  expect(check({ contentType, body: 'Body=hi', signature: signed })).toMatchObject(
    isForm ? { valid: true } : { valid: false, reason: 'missing-body-hash' },
  );
});

test('a form is decoded from any bytes, not from Buffers alone', () => {
  const body = Uint8Array.from(Buffer.from('Body=h%C3%A9'));
  const signature = getExpectedTwilioSignature(token, site, { Body: 'h\u00e9' });
  expect(check({ body, contentType: form, signature })).toMatchObject({ valid: true });
  expect(check({ body, contentType: form, params: null, signature })).toMatchObject({ valid: true });
  expect(check({ body, contentType: form, params: {}, signature })).toEqual({
    valid: false,
    reason: 'invalid-params',
  });
});

describe('which request carries what', () => {
  const hash = createHash('sha256').update('{}').digest('hex');
  const hashed = `${site}?bodySHA256=${hash}`;
  const genuine = getExpectedTwilioSignature(token, hashed, {});
  test.each<[string, object, string | true]>([
    ['no body, of JSON', { contentType: 'application/json', signature: bare }, true],
    ['an empty body, of JSON', { body: '', contentType: 'application/json', signature: bare }, true],
    [
      'a body without a type, that would be a form',
      { body: '{}', signature: getExpectedTwilioSignature(token, site, { '{}': '' }) },
      'missing-body-hash',
    ],
    ['a body without a type, hashed', { url: hashed, body: '{}', signature: genuine }, true],
    [
      'a hash, and parameters without a value',
      { url: hashed, params: { None: [] }, signature: genuine },
      'raw-body-required',
    ],
    [
      'a hash, and parameters without a type',
      { url: hashed, params, signature: getExpectedTwilioSignature(token, hashed, params) },
      true,
    ],
    [
      'a hash, and parameters of JSON',
      { url: hashed, params, contentType: 'application/json', signature: genuine },
      'invalid-params',
    ],
    [
      'parameters without a value, of JSON',
      { params: { None: [] }, contentType: 'application/json', signature: bare },
      true,
    ],
    [
      'an empty name, of JSON',
      { params: { '': '' }, contentType: 'application/json', signature: bare },
      'invalid-params',
    ],
    [
      'an empty value in a list, of JSON',
      { params: { '': [''] }, contentType: 'application/json', signature: bare },
      'invalid-params',
    ],
    [
      'parameters and a body without a type',
      { params, body: 'Body=hi', signature: signed },
      'invalid-params',
    ],
    [
      'a name in small letters',
      { url: `${site}?bodysha256=${hash}`, body: '{}', signature: bare },
      'missing-body-hash',
    ],
    [
      'a hash behind a second question mark',
      { url: `${site}?a=1?bodySHA256=${hash}`, body: '{}', signature: bare },
      'missing-body-hash',
    ],
    [
      'a hash in the fragment',
      { url: `${site}#?bodySHA256=${hash}`, body: '{}', signature: bare },
      'missing-body-hash',
    ],
    [
      'a hash in the path',
      { url: `${site}/bodySHA256=${hash}`, body: '{}', signature: bare },
      'missing-body-hash',
    ],
  ])('%s', (_, request, outcome) => {
    expect(check(request)).toMatchObject(
      outcome === true ? { valid: true } : { valid: false, reason: outcome },
    );
  });

  test('a hash whose name and digits are escaped is one', () => {
    const url = `${site}?body%53HA256=${hash.replace(/^./, (digit) => `%${digit.charCodeAt(0).toString(16)}`)}`;
    const signature = getExpectedTwilioSignature(token, url, {});
    expect(check({ url, body: '{}', signature })).toMatchObject({ valid: true });
    expect(check({ url, body: '[]', signature })).toEqual({ valid: false, reason: 'body-mismatch' });
  });
});

test.each<[string, unknown, string]>([
  ['nothing', undefined, 'missing-signature'],
  ['null', null, 'missing-signature'],
  ['an empty text', '', 'missing-signature'],
  ['no padding', bare.slice(0, 27), 'malformed-signature'],
  ['28 characters without padding', `${bare.slice(0, 27)}A`, 'malformed-signature'],
  ['padding of two', `${bare.slice(0, 26)}==`, 'malformed-signature'],
  ['a newline at its end', `${bare}\n`, 'malformed-signature'],
  ['a newline in place of the padding', `${bare.slice(0, 27)}\n`, 'malformed-signature'],
  ['a blank in front', ` ${bare.slice(1)}`, 'malformed-signature'],
  ['a character of another alphabet', `-${bare.slice(1)}`, 'malformed-signature'],
  ['what follows the padding', `${bare.slice(0, 26)}=A`, 'malformed-signature'],
  ['a few characters', 'AAA=', 'malformed-signature'],
  ['44 characters, one of them none of base64', `${'A'.repeat(42)}-=`, 'malformed-signature'],
  ['29 characters', `A${bare}`, 'malformed-signature'],
  ['two joined', `${bare}, ${bare}`, 'malformed-signature'],
  ['a list of one', [bare], 'malformed-signature'],
  ['a list of its characters', [...bare], 'malformed-signature'],
  ['an object that says it', { length: 28, toString: () => bare }, 'malformed-signature'],
  ['a number', 5, 'malformed-signature'],
  ['bytes', Buffer.from(bare), 'malformed-signature'],
  ['other bits that base64 does not use', bare.replace(/.=$/, 'B='), 'signature-mismatch'],
])('a signature of %s is told as what it is', (_, signature, reason) => {
  expect(check({ signature })).toEqual({ valid: false, reason });
});

test('sign throws for what Twilio could not have sent', () => {
  expect(() => sign({ url: '/sms' }, token)).toThrow(/the URL is not absolute/);
  expect(() => sign({ url: site, params: { Body: 5 } as never }, token)).toThrow(/invalid-params/);
  expect(() => sign({ url: site, params: { Body: null } as never }, token)).toThrow(/invalid-params/);
  expect(() => sign({ url: site, body: '{}', contentType: 'application/json' }, token)).toThrow(
    /missing-body-hash/,
  );
});

test.each([
  undefined,
  null,
  5,
  '',
  'application/json',
  'application/json; charset=utf-8',
  'application/json;charset=UTF8',
  'application/json;  charset="utf-8"',
  'application/json; charset  =  utf-8  ; version=1',
])('%p leaves a body to be read as UTF-8', (type) => {
  expect(isUtf8(type)).toBe(true);
});

test.each([
  'application/json; charset=utf-7',
  'application/json; charset=us-ascii',
  'application/json; charset=xutf-8',
  'application/json; charset=utf-8x',
  'application/json; charset="utf-8',
  'application/json; charset=utf-8"',
  'application/json; charset=',
  'application/json; xcharset=utf-8',
  'application/json; charsetx=utf-8',
  'application/json charset=utf-8',
  'application/json; charset=utf-8; charset=utf-7',
  'application/json; charset=utf-8; charset=utf-8',
  'application/json; charset=utf-7; charset=utf-8',
])('%p names another charset than UTF-8, or none that all read alike', (type) => {
  expect(isUtf8(type)).toBe(false);
});
