import { createHash } from 'node:crypto';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';
import { type CompatName, type SignedRequest, verify } from '../../src/signature/index';
import corners from '../fixtures/signature/corners.json';
import { asRequest, type Vector } from './vector';

const token = '12345';
const params = { Body: 'hi', From: '+14158675309' };

const vectors = corners as unknown as Vector[];
/** Accepted as they are: user info is always tried both ways, and a name may be percent-encoded. */
const always = ['U06', 'B18'];

test.each(
  vectors
    .filter(({ right, id }) => right === 'compat' && !always.includes(id.slice(0, 3)))
    .map((vector) => [vector.id, vector] as const),
)('accepts only with a rewrite: %s', (_, vector) => {
  expect(verify(asRequest(vector), vector.authToken)).toMatchObject({ valid: false });
  expect(verify(asRequest(vector), vector.authToken, { compat: 'all' })).toMatchObject({
    valid: true,
    matched: { compat: [expect.any(String)] },
  });
});

test('reports that user info had to be kept', () => {
  const vector = vectors.find(({ id }) => id.startsWith('U06')) as Vector;
  expect(verify(asRequest(vector), vector.authToken)).toMatchObject({
    matched: { compat: ['userinfo-kept'] },
  });
});

test('puts rewrites together where one is not enough, and names each', () => {
  const signature = getExpectedTwilioSignature(token, "https://example.com/?n=O'Hara+B", params);
  const request = { url: 'https://Example.com/?n=O%27Hara%20B', params, signature };
  const outcome = verify(request, token, { compat: 'all' });
  expect(outcome.valid && outcome.matched.compat.sort()).toEqual([
    'host-lower',
    'query-apostrophe',
    'query-space',
  ]);
  expect(verify(request, token, { compat: ['host-lower', 'query-apostrophe'] }).valid).toBe(false);
});

test('takes null for an empty value only on request', () => {
  const url = 'https://example.com/sms';
  const signature = getExpectedTwilioSignature(token, url, { Body: 'hi', ToCity: '' });
  const request = { url, params: { Body: 'hi', ToCity: null }, signature } as unknown as SignedRequest;
  expect(verify(request, token)).toEqual({ valid: false, reason: 'invalid-params' });
  expect(verify(request, token, { compat: ['null-empty'] })).toMatchObject({
    matched: { compat: ['null-empty'] },
  });
  for (const other of [undefined, 0, false, {}, [[]]])
    expect(
      verify({ ...request, params: { Body: 'hi', ToCity: other } } as never, token, { compat: 'all' }),
    ).toEqual({ valid: false, reason: 'invalid-params' });
});

test('takes an upper-case body hash only on request', () => {
  const hash = '44136FA355B3678A1146AD16F7E8649E94FB4FC21FE77E8310C060F61CAAFF8A';
  const url = `https://example.com/hook?bodySHA256=${hash}`;
  const request = {
    url,
    body: '{}',
    contentType: 'application/json',
    signature: getExpectedTwilioSignature(token, url, {}),
  };
  expect(verify(request, token)).toEqual({ valid: false, reason: 'body-mismatch' });
  expect(verify(request, token, { compat: ['hash-upper'] })).toMatchObject({
    valid: true,
    matched: { compat: ['hash-upper'] },
  });
  expect(verify({ ...request, body: '[]' }, token, { compat: 'all' })).toEqual({
    valid: false,
    reason: 'body-mismatch',
  });
});

test('a WebSocket rewrite is for handshakes: it does not help a form or a body', () => {
  const hash = createHash('sha256').update('{}').digest('hex');
  const rest = `example.com/relay?bodySHA256=${hash}`;
  const signed = (url: string, given = {}) => getExpectedTwilioSignature(token, url, given);
  for (const [request, valid] of [
    [{ url: 'https://example.com/relay', signature: signed('wss://example.com/relay') }, true],
    [{ url: 'https://example.com/relay', body: '', signature: signed('wss://example.com/relay') }, true],
    [{ url: `https://${rest}`, body: '{}', signature: signed(`wss://${rest}`) }, false],
    [
      {
        url: 'https://example.com/relay',
        body: 'Body=hi',
        contentType: 'application/x-www-form-urlencoded',
        signature: signed('wss://example.com/relay', { Body: 'hi' }),
      },
      false,
    ],
  ] as const)
    expect(verify(request, token, { compat: ['wss-scheme'] }).valid).toBe(valid);
  const signature = getExpectedTwilioSignature(token, 'wss://example.com/relay/', params);
  const request = { url: 'https://example.com/relay', params, signature };
  expect(verify(request, token, { compat: 'all' })).toEqual({ valid: false, reason: 'signature-mismatch' });
});

test('what must be refused stays refused with every rewrite allowed', () => {
  const signed = (url: string) => getExpectedTwilioSignature(token, url, params);
  const pairs: [received: string, signed: string][] = [
    ['https://example.com/sms', 'https://example.com:8443/sms'],
    ['https://example.com/sms?flag=', 'https://example.com/sms?flag'],
    ['https://example.com/sms?b=2&a=1', 'https://example.com/sms?a=1&b=2'],
    ['https://example.com/a/../sms', 'https://example.com/sms'],
    ['https://example.com/sms', 'https://example.com/sms/'],
    ['https://example.com/sms', 'http://example.com/sms'],
    ['https://example.com/sms?', 'https://example.com/sms'],
    ['https://example.com/SMS', 'https://example.com/sms'],
  ];
  for (const [url, over] of pairs) {
    expect({ url, ...verify({ url, params, signature: signed(over) }, token, { compat: 'all' }) }).toEqual({
      url,
      valid: false,
      reason: 'signature-mismatch',
    });
  }
});

test('refuses a rewrite that there is not, where it is configured', () => {
  expect(() => verify({ url: 'https://a' }, token, { compat: ['query-order' as CompatName] })).toThrow(
    /query-order/,
  );
});
