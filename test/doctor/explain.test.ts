import { createHash } from 'node:crypto';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';
import { type CauseCode, causeCodes } from '../../src/doctor/cause-code';
import { explain } from '../../src/doctor/explain';
import type { CapturedRequest } from '../../src/doctor/explanation';

const token = '0123456789abcdef0123456789abcdef';
const url = 'https://example.com/sms/incoming';
const params = {
  AccountSid: `AC${'1'.repeat(32)}`,
  Body: 'KEYNOTE 5 loved it',
  From: '+15550100001',
  MessageSid: `SM${'2'.repeat(32)}`,
};
const signature = getExpectedTwilioSignature(token, url, params);
const contentType = 'application/x-www-form-urlencoded';
const form: CapturedRequest = { url, method: 'POST', contentType, params, signature };

const signed = (signedUrl: string, fields: Record<string, string> = params) =>
  getExpectedTwilioSignature(token, signedUrl, fields);
const json = JSON.stringify({ a: 1, b: 'x' });
const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const jsonUrl = (text: string) => `${url}?bodySHA256=${hash(text)}`;

test.each<[CauseCode, CapturedRequest]>([
  ['url-scheme', { ...form, url: url.replace('https', 'http') }],
  [
    'forwarded-host',
    {
      ...form,
      url: url.replace('example.com', '10.0.0.3:8080'),
      headers: { 'X-Forwarded-Host': 'example.com' },
    },
  ],
  ['host-header', { ...form, url: url.replace('example.com', 'inner'), headers: { host: 'example.com' } }],
  ['host-case', { ...form, url: url.replace('example', 'EXAMPLE') }],
  ['url-port', { ...form, signature: signed(url.replace('.com', '.com:8443')) }],
  ['trailing-slash', { ...form, url: `${url}/` }],
  ['root-slash', { ...form, url: 'https://example.com/', signature: signed('https://example.com') }],
  ['path-prefix', { ...form, signature: signed(url.replace('/sms', '/api/sms')) }],
  ['index-page', { ...form, url: `${url}/index.php` }],
  ['path-extension', { ...form, url: `${url}.protected` }],
  ['double-slash', { ...form, url: url.replace('/sms', '//sms') }],
  ['query-added', { ...form, url: `${url}?utm=1` }],
  ['query-order', { ...form, url: `${url}?a=1&b=2&c=3`, signature: signed(`${url}?b=2&c=3&a=1`) }],
  ['query-apostrophe', { ...form, url: `${url}?a=it%27s`, signature: signed(`${url}?a=it's`) }],
  ['query-space', { ...form, url: `${url}?a=b%20c`, signature: signed(`${url}?a=b+c`) }],
  ['fragment-signed', { ...form, url: `${url}#rc=2`, signature: signed(`${url}#rc=2`) }],
  ['json-as-form', { ...form, contentType: 'application/json', signature: signed(url, {}) }],
  [
    'parameters-doubled',
    {
      ...form,
      method: 'GET',
      url: `${url}?Body=5`,
      params: { Body: '5' },
      contentType: undefined,
      signature: signed(`${url}?Body=5`, {}),
    },
  ],
  [
    'parameter-null',
    { ...form, params: { ...params, FromCity: null }, signature: signed(url, { ...params, FromCity: '' }) },
  ],
  [
    'parameter-type',
    { ...form, params: { ...params, NumMedia: 0 }, signature: signed(url, { ...params, NumMedia: '0' }) },
  ],
  ['parameter-trimmed', { ...form, signature: signed(url, { ...params, Body: `${params.Body} ` }) }],
  ['parameter-emptied', { ...form, signature: signed(url, { ...params, FromCity: '' }) }],
  ['plus-undecoded', { ...form, params: { ...params, Body: 'KEYNOTE+5+loved+it' } }],
  ['parameters-encoded', { ...form, params: { ...params, From: '%2B15550100001' } }],
  [
    'parameter-charset',
    {
      ...form,
      params: { ...params, Body: Buffer.from('fünf').toString('latin1') },
      signature: signed(url, { ...params, Body: 'fünf' }),
    },
  ],
  ['parameter-missing', { ...form, signature: signed(url, { ...params, NumMedia: '0' }) }],
  ['parameter-extra', { ...form, params: { ...params, Extra: 'x' } }],
  ['parameter-changed', { ...form, params: { ...params, Body: 'KEYNOTE 1 loved it' } }],
  [
    'body-hash-dropped',
    {
      url,
      method: 'POST',
      contentType: 'application/json',
      body: json,
      signature: signed(jsonUrl(json), {}),
    },
  ],
  [
    'body-not-signed',
    { url, method: 'POST', contentType: 'application/json', body: json, signature: signed(url, {}) },
  ],
  [
    'json-reserialised',
    {
      url: jsonUrl('{"a": 1, "b": "x"}'),
      contentType: 'application/json',
      body: json,
      signature: signed(jsonUrl('{"a": 1, "b": "x"}'), {}),
    },
  ],
  [
    'body-replaced',
    { url: jsonUrl('{}'), contentType: 'application/json', body: json, signature: signed(jsonUrl('{}'), {}) },
  ],
  [
    'body-newline',
    {
      url: jsonUrl(`${json}\n`),
      contentType: 'application/json',
      body: json,
      signature: signed(jsonUrl(`${json}\n`), {}),
    },
  ],
  [
    'raw-body-missing',
    {
      url: jsonUrl(json),
      contentType: 'application/json',
      params: { a: 1, b: 'x' },
      signature: signed(jsonUrl(json), {}),
    },
  ],
])('proves %s', (code, request) => {
  const { causes, reason } = explain(request, token);
  expect(reason).not.toBeNull();
  expect(causes.map((cause) => cause.code)).toContain(code);
});

test.each<[CauseCode, string]>([
  ['key-blanks', `${token} `],
  ['key-quoted', `"${token}"`],
  ['key-case', token.toUpperCase()],
])('proves %s', (code, key) => {
  expect(explain(form, key).causes[0]).toMatchObject({ code });
});

test('proves that another known key signed, by its kind', () => {
  const otherKeys = [{ kind: 'former', secret: token }] as const;
  expect(explain(form, 'f'.repeat(32), { otherKeys }).causes[0]).toMatchObject({ code: 'key-rotated' });
});

test('proves two causes together and names each as the company of the other', () => {
  const request = { ...form, url: 'http://example.com/sms/incoming', params: { ...params, Extra: 'x' } };
  const { causes } = explain(request, token);
  expect(causes.map(({ code, with: others }) => [code, others])).toEqual([
    ['url-scheme', ['parameter-extra']],
    ['parameter-extra', ['url-scheme']],
  ]);
});

test('compares the parameters of the application with the raw form', () => {
  const body = new URLSearchParams({ ...params, Body: ' 5 ' }).toString();
  const request = {
    ...form,
    body,
    params: { ...params, Body: '5' },
    signature: signed(url, { ...params, Body: ' 5 ' }),
  };
  expect(explain(request, token).causes[0]).toMatchObject({ code: 'parameter-trimmed' });
});

test('has no cause for a request that verifies, and none for a random signature', () => {
  expect(explain(form, token)).toMatchObject({ causes: [], reason: null });
  const random = explain({ ...form, signature: `${'A'.repeat(27)}=` }, token);
  expect(random).toMatchObject({ causes: [], reason: 'signature-mismatch', tried: causeCodes });
  expect(random.next.length).toBeGreaterThan(0);
});

test('shows neither key, signature, number, user info nor a secret of the query', () => {
  const secretUrl = `https://user:pa55word@example.com/sms/incoming?api_token=hidden-value`;
  const found = explain(
    { ...form, url: secretUrl.replace('https', 'http'), signature: signed(`${url}?api_token=hidden-value`) },
    token,
  );
  expect(found.causes[0]).toMatchObject({ code: 'url-scheme' });
  const text = JSON.stringify(found);
  for (const secret of [token, signature, params.From, 'pa55word', 'hidden-value'])
    expect(text).not.toContain(secret);
});

test.each<[string, unknown]>([
  [
    'a getter that throws',
    {
      get url(): string {
        throw new Error('no');
      },
    },
  ],
  ['no field at all', {}],
  ['fields of other types', { url: 5, signature: 7, params: 3, headers: 'x', body: 1 }],
  ['a relative URL', { ...form, url: '/sms' }],
  ['lone surrogates', { ...form, params: { Body: '\ud800' }, url: `${url}?a=\udfff%ff` }],
])('does not throw on %s', (_, request) => {
  expect(explain(request as CapturedRequest, token).causes).toEqual([]);
});

test('an empty key throws, because anyone could sign with it', () => {
  expect(() => explain(form, '')).toThrow(TypeError);
});
