import { causeCodes } from '../../src/doctor/cause-code';
import { explain } from '../../src/doctor/explain';
import { showUrl } from '../../src/doctor/explain/describe-change';
import type { CapturedRequest } from '../../src/doctor/explanation';
import { brokenRequests, form as makeForm, signed, authToken as token, url } from './broken-requests';

const form = makeForm();
const signature = form.signature as string;
const params = form.params as Record<string, string>;

test('every cause has a request that shows it', () => {
  expect(brokenRequests.map(({ code }) => code)).toEqual(causeCodes);
});

test.each(brokenRequests)(
  '$code alone explains a request that fails for it',
  ({ code, request, keys = token, options }) => {
    const { causes, reason } = explain(request, keys, options);
    expect(reason).not.toBeNull();
    expect(causes.map((cause) => [cause.code, cause.with])).toEqual([[code, []]]);
  },
);

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

test('ends a search through thousands of fields, and says that it was cut', () => {
  const large = (count: number) => ({
    ...form,
    params: Object.fromEntries(Array.from({ length: count }, (_, at) => [`Field${at}`, `value ${at}`])),
  });
  const found = explain(large(10_000), token);
  expect(found).toMatchObject({ causes: [], tried: causeCodes, search: { cut: true } });
  // Unbounded, there are more than a thousand.
  expect(found.search.signatures).toBeLessThan(500);
  expect(explain(large(200), token).search.cut).toBe(false);
  const largest = explain(large(100_000), token);
  expect(largest.search.cut).toBe(true);
  expect(largest.tried.length).toBeLessThan(causeCodes.length);
});

test('proves a single cause of a request with thousands of fields', () => {
  const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`Field${at}`, `value ${at}`]));
  const request = { ...form, params: many, signature: signed(url, many) };
  expect(explain({ ...request, params: { ...many, extra: 'x' } }, token).causes).toMatchObject([
    { code: 'parameter-extra' },
  ]);
});

test.each([
  '+15551234567',
  '%2B1-555-123-4567',
  '+1%20555%20123%204567',
  '(555)%20123-4567',
  '%28555%29%20123%2D4567',
  '555.123.4567',
  '+1+555+123+4567',
  '1 555 123 4567',
])('masks the phone number %s in path and query, and no more', (number) => {
  const shown = showUrl(
    `https://example.com/to/${number}/sms%20123456?to=${number}&${number}=1&page=2%2D12345`,
  );
  expect(shown.replace('(***', '***').replace('%28***', '***')).toBe(
    'https://example.com/to/***/sms%20123456?to=***&***&page=2%2D12345',
  );
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
