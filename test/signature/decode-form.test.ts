import { createHash } from 'node:crypto';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';
import { verify } from '../../src/signature/index';

const token = '0123456789abcdef0123456789abcdef';
const url = 'https://example.com/sms/incoming';
const contentType = 'application/x-www-form-urlencoded';
const mark = Buffer.from([0xef, 0xbb, 0xbf]);

test.each<[string, string | Uint8Array, string]>([
  ['a byte order mark', Buffer.concat([mark, Buffer.from('Body=5')]), '\ufeffBody'],
  ['a byte order mark in a text', '\ufeffBody=5', '\ufeffBody'],
  ['a question mark', '?Body=5', '?Body'],
  ['two question marks', Buffer.from('??Body=5'), '??Body'],
])('%s at the beginning of a form belongs to the first name', (_, body, name) => {
  const signature = getExpectedTwilioSignature(token, url, { [name]: '5' });
  expect(verify({ url, contentType, body, signature }, token)).toMatchObject({ valid: true });
  const without = getExpectedTwilioSignature(token, url, { Body: '5' });
  expect(verify({ url, contentType, body, signature: without }, token)).toEqual({
    valid: false,
    reason: 'signature-mismatch',
  });
});

test('a hash behind two question marks is not that of the body', () => {
  const body = '{"a":1}';
  const hash = createHash('sha256').update(body).digest('hex');
  const signedUrl = `${url}??bodySHA256=${hash}`;
  const signature = getExpectedTwilioSignature(token, signedUrl, {});
  expect(verify({ url: signedUrl, contentType: 'application/json', body, signature }, token)).toEqual({
    valid: false,
    reason: 'missing-body-hash',
  });
});
