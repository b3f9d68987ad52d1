import { createHash } from 'node:crypto';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';
import type { CauseCode } from '../../src/doctor/cause-code';
import type { CapturedRequest, ExplainOptions } from '../../src/doctor/explanation';
import type { Key } from '../../src/signature/index';

/** A request that fails for one cause, signed by the `twilio` package. */
export interface BrokenRequest {
  code: CauseCode;
  request: CapturedRequest;
  /** Default: `authToken`. */
  keys?: string | readonly Key[];
  options?: ExplainOptions;
}

export const authToken = '0123456789abcdef0123456789abcdef';
const formerToken = 'fedcba9876543210fedcba9876543210';
export const url = 'https://example.com/sms/incoming';
const contentType = 'application/x-www-form-urlencoded';
const params = {
  AccountSid: `AC${'1'.repeat(32)}`,
  Body: 'KEYNOTE 5 loved it',
  From: '+15550100001',
  MessageSid: `SM${'2'.repeat(32)}`,
};
const json = JSON.stringify({ a: 1, b: 'x' });

/** What Twilio would have sent. */
export function signed(
  signedUrl: string,
  fields: Record<string, string | string[]> = params,
  token = authToken,
): string {
  return getExpectedTwilioSignature(token, signedUrl, fields);
}

/** A text message as an Express application has it, signed for `url` unless `change` says otherwise. */
export function form(change: Partial<CapturedRequest> = {}): CapturedRequest {
  return { url, method: 'POST', contentType, params, signature: signed(url), ...change };
}

function call(query: string): CapturedRequest {
  return { url: `${url}${query}`, method: 'GET' };
}

function event(signedBody: string, change: Partial<CapturedRequest> = {}): CapturedRequest {
  const signedUrl = `${url}?bodySHA256=${sha256(signedBody)}`;
  return {
    url: signedUrl,
    method: 'POST',
    contentType: 'application/json',
    body: json,
    signature: signed(signedUrl, {}),
    ...change,
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** One request for each cause, in the order of `causeCodes`. */
export const brokenRequests: readonly BrokenRequest[] = [
  { code: 'url-scheme', request: form({ url: url.replace('https', 'http') }) },
  {
    code: 'websocket-scheme',
    request: {
      url: 'https://example.com/stream',
      method: 'GET',
      signature: signed('wss://example.com/stream', {}),
    },
  },
  {
    code: 'forwarded-host',
    request: form({
      url: 'https://10.0.0.3:8080/sms/incoming',
      headers: { Host: '10.0.0.3:8080', 'X-Forwarded-Host': 'example.com' },
    }),
  },
  {
    code: 'host-header',
    request: form({ url: 'https://inner/sms/incoming', headers: { Host: 'example.com' } }),
  },
  {
    code: 'host-configured',
    request: form({ url: 'https://inner/sms/incoming' }),
    options: { knownUrls: ['https://example.com/voice'] },
  },
  {
    code: 'host-case',
    request: form({ url: `${url.replace('example', 'EXAMPLE')}?a='`, signature: signed(`${url}?a='`) }),
  },
  {
    code: 'host-punycode',
    request: form({
      url: "https://bücher.example/sms/incoming?a='",
      signature: signed("https://xn--bcher-kva.example/sms/incoming?a='"),
    }),
  },
  { code: 'host-www', request: form({ url: url.replace('//', '//www.') }) },
  { code: 'url-port', request: form({ signature: signed(url.replace('.com', '.com:8443')) }) },
  { code: 'trailing-slash', request: form({ url: `${url}/` }) },
  {
    code: 'root-slash',
    request: form({ url: 'https://example.com/', signature: signed('https://example.com') }),
  },
  { code: 'path-prefix', request: form({ signature: signed(url.replace('/sms', '/api/sms')) }) },
  {
    code: 'path-configured',
    request: form({ url: 'https://example.com/internal/handler' }),
    options: { knownUrls: ['https://other.example/sms/incoming'] },
  },
  { code: 'index-page', request: form({ url: `${url}/index.php` }) },
  { code: 'path-extension', request: form({ url: `${url}.protected` }) },
  { code: 'double-slash', request: form({ url: url.replace('/incoming', '//incoming') }) },
  { code: 'path-case', request: form({ url: url.replace('sms', 'SMS') }) },
  {
    code: 'path-encoding',
    request: form({
      url: 'https://example.com/sms%2Fincoming',
      signature: signed('https://example.com/sms/incoming'),
    }),
  },
  {
    code: 'query-dropped',
    request: form({ signature: signed(`${url}?event=7`) }),
    options: { knownUrls: ['https://other.example/voice?event=7'] },
  },
  { code: 'query-added', request: form({ url: `${url}?utm=1` }) },
  {
    code: 'query-order',
    request: form({ url: `${url}?a=1&b=2&c=3`, signature: signed(`${url}?b=2&c=3&a=1`) }),
  },
  {
    code: 'query-apostrophe',
    request: form({ url: `${url}?a=it%27s%2fb`, signature: signed(`${url}?a=it's%2fb`) }),
  },
  {
    code: 'query-space',
    request: form({ url: `${url}?a=b%20c%2fd`, signature: signed(`${url}?a=b+c%2fd`) }),
  },
  {
    code: 'query-encoding',
    request: form({ url: `${url}?to=a%40b.example`, signature: signed(`${url}?to=a@b.example`) }),
  },
  { code: 'query-empty-value', request: form({ url: `${url}?debug=`, signature: signed(`${url}?debug`) }) },
  {
    code: 'url-normalised',
    request: form({
      url: 'https://example.com/sms/./incoming',
      signature: signed('https://example.com/sms/incoming'),
    }),
  },
  {
    code: 'url-configured',
    request: form({ url: 'http://10.0.0.3:8080/handler?x=1' }),
    options: { knownUrls: [url] },
  },
  { code: 'fragment-signed', request: form({ url: `${url}#rc=2`, signature: signed(`${url}#rc=2`) }) },
  {
    code: 'userinfo-signed',
    request: form({
      headers: { Authorization: `Basic ${Buffer.from('event:open').toString('base64')}` },
      signature: signed('https://event:open@example.com/sms/incoming'),
    }),
  },
  {
    code: 'json-as-form',
    request: form({ contentType: 'application/json', signature: signed(url, {}) }),
  },
  {
    code: 'parameters-doubled',
    request: {
      ...call('?Digits=5&CallStatus=ringing'),
      params: { Digits: '5', CallStatus: 'ringing' },
      signature: signed(`${url}?Digits=5&CallStatus=ringing`, {}),
    },
  },
  {
    code: 'query-in-parameters',
    request: form({
      url: `${url}?Event=7&Room=2`,
      params: { ...params, Event: '7', Room: '2' },
      signature: signed(`${url}?Event=7&Room=2`),
    }),
  },
  {
    code: 'query-as-form',
    request: { ...call(`?${new URLSearchParams(params)}`), method: 'POST', signature: signed(url) },
  },
  {
    code: 'form-as-query',
    request: form({ signature: signed(`${url}?${new URLSearchParams(params)}`, {}) }),
  },
  {
    code: 'parameters-not-parsed',
    request: form({ params: {}, body: new URLSearchParams(params).toString() }),
  },
  { code: 'parameters-unsigned', request: form({ signature: signed(url, {}) }) },
  {
    code: 'parameter-null',
    request: form({
      params: { ...params, FromCity: null },
      signature: signed(url, { ...params, FromCity: '' }),
    }),
  },
  {
    code: 'parameter-type',
    request: form({
      params: { ...params, NumMedia: 0 },
      signature: signed(url, { ...params, NumMedia: '0' }),
    }),
  },
  {
    code: 'parameter-trimmed',
    request: form({ signature: signed(url, { ...params, Body: `${params.Body} ` }) }),
  },
  { code: 'parameter-emptied', request: form({ signature: signed(url, { ...params, FromCity: '' }) }) },
  {
    code: 'parameters-nested',
    request: form({
      params: { ...params, Answer: { score: '5' } },
      signature: signed(url, { ...params, 'Answer[score]': '5' }),
    }),
  },
  {
    code: 'duplicates-collapsed',
    request: form({
      params: { ...params, Topic: 'sound,light' },
      signature: signed(url, { ...params, Topic: ['sound', 'light'] }),
    }),
  },
  { code: 'plus-undecoded', request: form({ params: { ...params, Body: 'KEYNOTE+5+loved+it' } }) },
  { code: 'parameters-encoded', request: form({ params: { ...params, From: '%2B15550100001' } }) },
  {
    code: 'parameter-charset',
    request: form({
      params: { ...params, Body: Buffer.from('fünf').toString('latin1') },
      signature: signed(url, { ...params, Body: 'fünf' }),
    }),
  },
  {
    code: 'newlines-changed',
    request: form({
      params: { ...params, Body: 'KEYNOTE\n5' },
      signature: signed(url, { ...params, Body: 'KEYNOTE\r\n5' }),
    }),
  },
  {
    code: 'unicode-form',
    request: form({
      params: { ...params, Body: 'fünf'.normalize('NFC') },
      signature: signed(url, { ...params, Body: 'fünf'.normalize('NFD') }),
    }),
  },
  {
    code: 'parameter-names',
    request: form({
      params: { account_sid: params.AccountSid, body: params.Body, from: params.From },
      signature: signed(url, { AccountSid: params.AccountSid, Body: params.Body, From: params.From }),
    }),
  },
  { code: 'parameter-missing', request: form({ signature: signed(url, { ...params, NumMedia: '0' }) }) },
  { code: 'parameter-extra', request: form({ params: { ...params, Event: '7' } }) },
  { code: 'parameter-changed', request: form({ params: { ...params, Body: 'KEYNOTE 1 loved it' } }) },
  {
    code: 'parameters-unsorted',
    // A signature over fields in another order is that of a URL to which they were appended by hand.
    request: form({
      signature: signed(`${url}From${params.From}Body${params.Body}`, {}),
      params: { From: params.From, Body: params.Body },
    }),
  },
  { code: 'key-blanks', request: form(), keys: `${authToken} ` },
  { code: 'key-quoted', request: form(), keys: `"${authToken}"` },
  { code: 'key-case', request: form(), keys: authToken.toUpperCase() },
  {
    code: 'key-not-selected',
    request: form({ keySid: 'next' }),
    keys: [
      { id: 'now', secret: authToken },
      { id: 'next', secret: formerToken },
    ],
  },
  {
    code: 'key-rotated',
    request: form(),
    keys: formerToken,
    options: { otherKeys: [{ kind: 'former', secret: authToken }] },
  },
  {
    code: 'key-other-account',
    request: form(),
    keys: formerToken,
    options: { otherKeys: [{ kind: 'other-account', secret: authToken }] },
  },
  {
    code: 'key-api-secret',
    request: form(),
    keys: formerToken,
    options: { otherKeys: [{ kind: 'api-key-secret', secret: authToken }] },
  },
  {
    code: 'key-test-credentials',
    request: form(),
    keys: formerToken,
    options: { otherKeys: [{ kind: 'test', secret: authToken }] },
  },
  {
    code: 'key-other',
    request: form(),
    keys: formerToken,
    options: { otherKeys: [{ kind: 'other', secret: authToken }] },
  },
  { code: 'key-hash', request: form(), keys: [{ secret: authToken, hash: 'sha256' }] },
  { code: 'body-hash-dropped', request: event(json, { url }) },
  {
    code: 'body-hash-doubled',
    request: event(json, {
      url: `${url}?bodySHA256=${sha256(json)}&bodySHA256=${sha256('{}')}`,
      signature: signed(`${url}?bodySHA256=${sha256(json)}`, {}),
    }),
  },
  { code: 'body-not-signed', request: event(json, { url, signature: signed(url, {}) }) },
  { code: 'raw-body-missing', request: event(json, { body: undefined, params: { a: 1, b: 'x' } }) },
  { code: 'json-reserialised', request: event('{"a": 1, "b": "x"}') },
  { code: 'body-replaced', request: event('{}') },
  { code: 'body-empty', request: event('') },
  { code: 'body-newline', request: event(`${json}\n`) },
  { code: 'body-charset', request: event(`\ufeff${json}`) },
  {
    code: 'body-hash-form',
    request: event(json, {
      url: `${url}?bodySHA256=${sha256(json).toUpperCase()}`,
      signature: signed(`${url}?bodySHA256=${sha256(json).toUpperCase()}`, {}),
    }),
  },
];
