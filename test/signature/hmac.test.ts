import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { hmac } from '../../src/signature/hmac';

const names = ['sha1', 'sha256'] as const;
const text = fc.string({ unit: 'grapheme', maxLength: 200 });
const key = fc.oneof(
  fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 130 }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 70 }),
  fc.string({ unit: fc.constantFrom('\0', '\x7f', '\x80', '6', '\\'), minLength: 1, maxLength: 66 }),
);

test.each(names)('is the HMAC that Node makes: %s, any key, any text', (hash) => {
  fc.assert(
    fc.property(key, text, text, (secret, url, appended) => {
      const expected = createHmac(hash, secret).update(`${url}${appended}`).digest('base64');
      expect(hmac({ secret, hash }, url, appended)).toBe(expected);
    }),
    { numRuns: 1000 },
  );
});

test.each(names)('is the same for keys and texts of every length about a block and the limit: %s', (hash) => {
  const check = (secret: string, url: string, appended: string) =>
    expect(hmac({ secret, hash }, url, appended)).toBe(
      createHmac(hash, secret)
        .update(url + appended)
        .digest('base64'),
    );
  for (let length = 1; length <= 130; length++) check('k'.repeat(length), 'x'.repeat(length), '');
  for (const length of [0, 1, 8191, 8192, 8193]) {
    check('key', 'u', 'x'.repeat(length));
    check('key', '\u00e9'.repeat(length), '');
  }
});

// https://www.rfc-editor.org/rfc/rfc2202 and https://www.rfc-editor.org/rfc/rfc4231, test case 2
test('agrees with the documents that define it', () => {
  const request = ['what do ya want ', 'for nothing?'] as const;
  const hex = (base64: string) => Buffer.from(base64, 'base64').toString('hex');
  expect(hex(hmac({ secret: 'Jefe' }, ...request))).toBe('effcdf6ae5eb2fa2d27416d5f184df9c259a7c79');
  expect(hex(hmac({ secret: 'Jefe', hash: 'sha256' }, ...request))).toBe(
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  );
});

test('keeps keys apart, and goes on when it has met more than it remembers', () => {
  for (let round = 0; round < 2; round++) {
    for (let at = 0; at < 200; at++) {
      const secret = `key${at}`;
      expect(hmac({ secret }, 'a', 'b')).toBe(createHmac('sha1', secret).update('ab').digest('base64'));
    }
  }
});
