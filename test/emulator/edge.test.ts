import path from 'node:path';
import { createEdge, type Edge, type EdgeOptions } from '../../src/emulator/create-edge';
import { unauthorizedText } from '../../src/emulator/edge';
import type { RequestRecord } from '../../src/emulator/request-log';
import { type RawAnswer, sendRaw } from '../send-raw';
import { signWithTwilio } from '../sign-with-twilio';

const dir = path.join(__dirname, '..', 'fixtures', 'foreign-project');
const token = '0123456789abcdef0123456789abcdef';
const env = { ACCOUNT_SID: `AC${'1'.repeat(32)}`, AUTH_TOKEN: token, GREETING: 'hi' };
const text = { Body: 'KEYNOTE 5', From: '+15550100001', MessageSid: `SM${'a'.repeat(32)}` };

let edge: Edge;
const records: RequestRecord[] = [];

async function startEdge(options: Partial<EdgeOptions> = {}): Promise<Edge> {
  return createEdge({ dir, env, onRequest: (record) => records.push(record), ...options });
}

const lastReason = () => records.at(-1)?.reason;

beforeAll(async () => {
  edge = await startEdge();
});
afterAll(() => edge.close());

/** What came of a request that must reach no handler, and why. */
async function expectRefused(
  request: Parameters<typeof sendRaw>[1],
  answer: { status: number; reason: string; text?: string },
): Promise<RawAnswer> {
  const before = (await sendRaw(edge.url, { target: '/ran' })).text;
  const { reason, ...expected } = answer;
  const given = await sendRaw(edge.url, request);
  expect(given).toMatchObject(expected);
  expect(records.at(-1)).toMatchObject({ verdict: 'refused', reason });
  expect(await sendRaw(edge.url, { target: '/ran' })).toMatchObject({ status: 200, text: before });
  return given;
}

test('what runs is seen, so that what must not run would be', async () => {
  await sendRaw(edge.url, { target: '/hello' });
  expect(JSON.parse((await sendRaw(edge.url, { target: '/ran' })).text)).toEqual(['hello']);
});

describe('a protected function', () => {
  const sign = (changes: { token?: string; path?: string } = {}) =>
    signWithTwilio({
      token: changes.token ?? token,
      url: `${edge.url}${changes.path ?? '/message'}`,
      params: text,
    });

  // The handler counts its calls and says the number: had a refused request reached it, the next number would be higher.
  async function expectNextCall(number: number): Promise<void> {
    const answer = await sendRaw(edge.url, sign());
    expect(answer.status).toBe(200);
    expect(answer.text).toContain(`<Message>KEYNOTE 5 (${number})</Message>`);
  }

  test('runs for a request that the twilio package signed', async () => {
    const answer = await sendRaw(edge.url, sign());
    expect(answer).toMatchObject({
      status: 200,
      text: expect.stringContaining('<Message>KEYNOTE 5 (1)</Message>'),
    });
    expect(answer.headers['content-type']).toBe('text/xml; charset=utf-8');
    expect(records.at(-1)).toMatchObject({ verdict: 'passed', reason: null, status: 200 });
  });

  const refused: [what: string, reason: string, make: () => Parameters<typeof sendRaw>[1]][] = [
    ['without a signature', 'missing-signature', () => ({ ...sign(), headers: sign().headers.slice(0, 2) })],
    ['with a bogus signature', 'malformed-signature', () => withSignature('bogus')],
    [
      'with a signature of the right shape',
      'signature-mismatch',
      () => withSignature('AAAAAAAAAAAAAAAAAAAAAAAAAAA='),
    ],
    ['with a signature made with another token', 'signature-mismatch', () => sign({ token: 'f'.repeat(32) })],
    [
      'with one character of Body changed',
      'signature-mismatch',
      () => withBody(sign().body.replace('5', '1')),
    ],
    ['with a parameter added', 'signature-mismatch', () => withBody(`${sign().body}&Extra=1`)],
    [
      'with the signature of another path',
      'signature-mismatch',
      () => ({ ...sign({ path: '/other' }), target: '/message' }),
    ],
    [
      'with a query that was not signed',
      'signature-mismatch',
      () => ({ ...sign(), target: '/message?admin=1' }),
    ],
    [
      'with two signatures',
      'malformed-signature',
      () => ({ ...sign(), headers: [...sign().headers, ...sign().headers.slice(2)] }),
    ],
    ['as a GET without a signature', 'missing-signature', () => ({ target: '/message' })],
    [
      'as JSON under the form’s signature',
      'missing-body-hash',
      () => ({
        ...sign(),
        headers: ['content-type', 'application/json', ...sign().headers.slice(2)],
        body: JSON.stringify(text),
      }),
    ],
  ];
  const withSignature = (signature: string) => ({
    ...sign(),
    headers: [...sign().headers.slice(0, 3), signature],
  });
  const withBody = (body: string) => ({ ...sign(), body });

  test.each(refused)('refuses a request %s', async (_, reason, make) => {
    const answer = await sendRaw(edge.url, make());
    expect(answer).toMatchObject({ status: 403, text: unauthorizedText });
    expect(answer.headers['content-type']).toBe('text/plain');
    expect(records.at(-1)).toMatchObject({ verdict: 'refused', reason });
  });

  test('was not run by any of the refused requests', () => expectNextCall(2));

  test.each(['localhost', '127.0.0.1', '[::1]'])('knows itself as %s', async (name) => {
    const url = `${edge.url.replace('127.0.0.1', name)}/message`;
    const answer = await sendRaw(edge.url, signWithTwilio({ token, url, params: text }));
    expect(answer.status).toBe(200);
  });

  test('takes no word of a forwarded header for its own name', async () => {
    const signed = signWithTwilio({ token, url: 'https://evil.example/message', params: text });
    const headers = [...signed.headers, 'x-forwarded-proto', 'https', 'x-forwarded-host', 'evil.example'];
    await expectRefused({ ...signed, headers }, { status: 403, reason: 'signature-mismatch' });
    await expectNextCall(6);
  });
});

test('a protected asset needs a signature too', async () => {
  await expectRefused(
    { target: '/sound.txt' },
    { status: 403, text: unauthorizedText, reason: 'missing-signature' },
  );
  const { headers } = signWithTwilio({ token, url: `${edge.url}/sound.txt`, params: {} });
  const answer = await sendRaw(edge.url, { target: '/sound.txt', headers: headers.slice(2) });
  expect(answer).toMatchObject({ status: 200, text: 'for Twilio only\n' });
});

test.each([
  ['a private function', '/inner/secret', 'private'],
  ['a private asset', '/hidden.json', 'private'],
  ['an unknown path', '/nothing', 'not-found'],
  ['another case of a path', '/Hello', 'not-found'],
  ['a slash behind a path', '/hello/', 'not-found'],
  ['a path with dots', '/inner/../hello', 'not-found'],
])('%s is not there', async (_, target, reason) => {
  await expectRefused({ target }, { status: 404, text: 'Could not find requested resource', reason });
});

test.each(['PUT', 'DELETE', 'PATCH', 'PROPFIND'])('refuses the method %s', async (method) => {
  const answer = await expectRefused(
    { method, target: '/hello' },
    { status: 405, reason: 'method-not-allowed' },
  );
  expect(answer.headers.allow).toBe('GET, HEAD, POST, OPTIONS');
});

test('answers OPTIONS as the platform does, without running the function', async () => {
  const answer = await sendRaw(edge.url, { method: 'OPTIONS', target: '/throws' });
  expect(answer).toMatchObject({ status: 200, text: '' });
  expect(answer.headers).toMatchObject({
    'access-control-allow-origin': '*',
    'access-control-allow-headers': '*',
    'access-control-allow-methods': 'GET, POST, OPTIONS',
  });
});

test('refuses a GET with a body', async () => {
  await expectRefused({ target: '/hello', body: 'x' }, { status: 403, reason: 'get-with-body' });
});

test('refuses more than 1 MB', async () => {
  const request = { method: 'POST', target: '/hello', body: 'x'.repeat(1_000_001) };
  await expectRefused(request, { status: 413, reason: 'body-too-large' });
});

test.each([
  ['more than 90 headers', Array.from({ length: 91 }, (_, index) => [`x-${index}`, '1']).flat()],
  ['more than 15 kB of headers', ['x-long', 'x'.repeat(15_000)]],
])('refuses %s', async (_, headers) => {
  await expectRefused({ target: '/hello', headers }, { status: 431, reason: 'headers-too-large' });
});

test('gives handlers the public name, their variables, and no header the platform hides', async () => {
  const answer = await sendRaw(edge.url, {
    target: '/context',
    headers: ['X-Seen', 'yes', 'I-Twilio-Idempotency-Token', 'hidden', 'i-t-ringtrue-request', '7'],
  });
  const context = JSON.parse(answer.text);
  expect(context).toMatchObject({
    DOMAIN_NAME: edge.url.replace('http://', ''),
    PATH: '/context',
    GREETING: 'hi',
  });
  expect(context.headers).toEqual({ 'x-seen': 'yes' });
});

test('lets no variable stand for its own name and path', async () => {
  const variables = { ...env, DOMAIN_NAME: 'localhost:3000', PATH: '/usr/bin', SERVICE_SID: 'ZS1' };
  const tunnel = await startEdge({ env: variables, publicUrl: 'https://tunnel.example' });
  try {
    expect(JSON.parse((await sendRaw(tunnel.url, { target: '/context' })).text)).toMatchObject({
      DOMAIN_NAME: 'tunnel.example',
      PATH: '/context',
      GREETING: 'hi',
    });
  } finally {
    await tunnel.close();
  }
});

test('marks cookies HttpOnly and Secure and refuses those that live longer than a day', async () => {
  const answer = await sendRaw(edge.url, { target: '/cookie?age=60' });
  expect(answer.headers['set-cookie']).toEqual(['seen=yes;Max-Age=60; HttpOnly; Secure']);
  expect(await sendRaw(edge.url, { target: '/cookie?age=86401' })).toMatchObject({
    status: 400,
    text: 'Cookies max-age cannot be greater than a day.',
  });
});

test('checks signatures over the public URL, and over nothing else, when it has one', async () => {
  const tunnel = await startEdge({ publicUrl: 'https://tunnel.example/base/' });
  try {
    const good = signWithTwilio({ token, url: 'https://tunnel.example/base/message', params: text });
    const send = (request: Parameters<typeof sendRaw>[1]) =>
      sendRaw(tunnel.url, { ...request, target: '/message' });
    expect(await send(good)).toMatchObject({ status: 200, text: expect.stringContaining('KEYNOTE 5 (1)') });
    const local = signWithTwilio({ token, url: `${tunnel.url}/message`, params: text });
    expect(await send(local)).toMatchObject({ status: 403, text: unauthorizedText });
    expect(lastReason()).toBe('signature-mismatch');
    expect((await send(good)).text).toContain('KEYNOTE 5 (2)');
    const { DOMAIN_NAME } = JSON.parse((await sendRaw(tunnel.url, { target: '/context' })).text);
    expect(DOMAIN_NAME).toBe('tunnel.example');
  } finally {
    await tunnel.close();
  }
});

test('lets a refused request pass and says so when it only observes', async () => {
  const observer = await startEdge({ enforce: 'observe' });
  try {
    const answer = await sendRaw(observer.url, { method: 'POST', target: '/message' });
    expect(answer.status).toBe(200);
    expect(records.at(-1)).toMatchObject({ verdict: 'observed', reason: 'missing-signature' });
    expect((await sendRaw(observer.url, { target: '/inner/secret' })).status).toBe(404);
  } finally {
    await observer.close();
  }
});
