import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express5, { type RequestHandler } from 'express';
import express4 from 'express4';
import { getExpectedBodyHash, getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';
import {
  type FetchOptions,
  type TwilioWebhookOptions,
  twilioWebhook,
  verifyFetchRequest,
} from '../../src/signature/index';
import { type RawRequest, sendRaw } from '../send-raw';
import { signWithTwilio } from '../sign-with-twilio';

const token = '12345';
const publicUrl = 'https://hooks.example.com';
const params = { Body: 'hi', From: '+15550100001' };
const unauthorized = 'Unauthorized - you are not authenticated to perform this request';

const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () =>
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    );
  });
}

type Express = typeof express5;
const versions: [string, Express][] = [
  ['Express 4', express4 as unknown as Express],
  ['Express 5', express5],
];

interface Received {
  body: unknown;
  rawBody: string | undefined;
}

async function start(
  express: Express,
  options: Partial<TwilioWebhookOptions> = {},
  parsers: RequestHandler[] = [],
) {
  const received: Received[] = [];
  const reasons: string[] = [];
  const app = express();
  for (const parser of parsers) app.use(parser);
  app.use(twilioWebhook({ keys: token, publicUrl, onRefused: (reason) => reasons.push(reason), ...options }));
  app.use(express.urlencoded({ extended: true }), express.json());
  app.all(/.*/, (request, response) => {
    const { rawBody } = request as unknown as { rawBody?: Buffer | string };
    received.push({ body: request.body, rawBody: rawBody?.toString() });
    response.send('handled');
  });
  return { url: await listen(app), received, reasons };
}

const form = (path = '/sms', given: Record<string, string> = params) =>
  signWithTwilio({ token, url: publicUrl + path, params: given });

function json(body: string, path = '/hook'): RawRequest {
  const target = `${path}?bodySHA256=${getExpectedBodyHash(body)}`;
  const signature = getExpectedTwilioSignature(token, publicUrl + target, {});
  return {
    method: 'POST',
    target,
    headers: ['content-type', 'application/json', 'x-twilio-signature', signature],
    body,
  };
}

describe.each(versions)('%s', (_, express) => {
  test('lets a signed form through and leaves its parameters, as parsers after it would', async () => {
    const { url, received } = await start(express);
    expect(await sendRaw(url, form())).toMatchObject({ status: 200, text: 'handled' });
    expect(received).toEqual([{ body: params, rawBody: form().body }]);
  });

  test('leaves several values of one name as a list, and __proto__ as a name like any other', async () => {
    const { url, received } = await start(express);
    const signature = getExpectedTwilioSignature(token, `${publicUrl}/sms`, {
      Tag: ['b', 'a'],
      ['__proto__']: 'x',
    });
    const headers = [...form().headers.slice(0, 3), signature];
    const answer = await sendRaw(url, { ...form(), headers, body: 'Tag=b&__proto__=x&Tag=a' });
    expect(answer).toMatchObject({ status: 200 });
    expect(JSON.stringify(received[0]?.body)).toBe('{"Tag":["b","a"],"__proto__":"x"}');
  });

  // Copying the list for each of them took a minute.
  test('answers a form that repeats a parameter forty thousand times, under the signature of a single one', async () => {
    const { url, received } = await start(express);
    const once = form('/sms', { a: '1' });
    const repeats = 40_000;
    expect(await sendRaw(url, { ...once, body: 'a=1&'.repeat(repeats) })).toMatchObject({ status: 200 });
    expect(received[0]?.body).toEqual({ a: Array(repeats).fill('1') });
  });

  test('lets a signed GET and a signed JSON body through', async () => {
    const { url, received } = await start(express);
    const signature = getExpectedTwilioSignature(token, `${publicUrl}/sms?Body=a%20b`, {});
    const get = { target: '/sms?Body=a%20b', headers: ['x-twilio-signature', signature] };
    expect(await sendRaw(url, get)).toMatchObject({ status: 200 });
    expect(await sendRaw(url, json('{"a": 1}'))).toMatchObject({ status: 200 });
    expect(received[1]).toEqual({ body: { a: 1 }, rawBody: '{"a": 1}' });
  });

  test('lets an empty body through to the parsers behind it, which do not read it again', async () => {
    const { url, received } = await start(express);
    const nothing = (path: string, ...headers: string[]): RawRequest => ({
      method: 'POST',
      target: path,
      headers: [...headers, 'x-twilio-signature', getExpectedTwilioSignature(token, publicUrl + path, {})],
    });
    const none = ['content-length', '0'];
    const formType = ['content-type', 'application/x-www-form-urlencoded'];
    const jsonType = ['content-type', 'application/json'];
    const hashed = `/hook?bodySHA256=${getExpectedBodyHash('')}`;
    for (const request of [
      nothing('/sms', ...formType, ...none),
      nothing('/sms', ...formType, 'transfer-encoding', 'chunked'),
      { ...nothing('/sms', ...formType, ...none), method: 'GET' },
      nothing(hashed, ...jsonType, ...none),
    ])
      expect(await sendRaw(url, request)).toMatchObject({ status: 200, text: 'handled' });
    expect(received).toEqual([
      { body: {}, rawBody: '' },
      { body: {}, rawBody: '' },
      { body: {}, rawBody: '' },
      { body: undefined, rawBody: '' },
    ]);
  });

  test('leaves what the parsers leave, of a request without a body and of one that they have read', async () => {
    const plain = express();
    const left: unknown[] = [];
    plain.use(express.urlencoded({ extended: true }), express.json(), (request, response) => {
      left.push(request.body);
      response.send('handled');
    });
    const signed = ['x-twilio-signature', getExpectedTwilioSignature(token, `${publicUrl}/sms`, {})];
    const bare: RawRequest = { target: '/sms', headers: signed };
    const empty: RawRequest = {
      target: '/sms',
      headers: ['content-type', 'application/json', 'content-length', '0', ...signed],
    };
    const parsers = [express.urlencoded({ extended: true }), express.json()];
    const [without, before, after] = [
      await listen(plain),
      await start(express),
      await start(express, {}, parsers),
    ];
    for (const request of [bare, empty])
      expect(await sendRaw(without, request)).toMatchObject({ status: 200 });
    expect(await sendRaw(before.url, bare)).toMatchObject({ status: 200 });
    expect(before.received).toEqual([{ body: left[0], rawBody: '' }]);
    expect(await sendRaw(after.url, empty)).toMatchObject({ status: 200 });
    expect(after.received).toEqual([{ body: left[1], rawBody: undefined }]);
  });

  const forgeries: [what: string, reason: string, make: () => RawRequest][] = [
    ['no signature', 'missing-signature', () => ({ ...form(), headers: form().headers.slice(0, 2) })],
    [
      'a malformed one',
      'malformed-signature',
      () => ({ ...form(), headers: [...form().headers.slice(0, 3), 'x'] }),
    ],
    [
      'one of another token',
      'signature-mismatch',
      () => signWithTwilio({ token: 'other', url: `${publicUrl}/sms`, params }),
    ],
    ['another text', 'signature-mismatch', () => ({ ...form(), body: form().body.replace('hi', 'ho') })],
    ['another path', 'signature-mismatch', () => ({ ...form(), target: '/voice' })],
    ['a query added', 'signature-mismatch', () => ({ ...form(), target: '/sms?admin=1' })],
    ['another method', 'method-not-allowed', () => ({ ...form(), method: 'DELETE' as const })],
    ['fields in the body of a GET', 'invalid-params', () => ({ ...form(), method: 'GET' as const })],
    [
      'a form that says it is text',
      'missing-body-hash',
      () => ({ ...form(), headers: ['content-type', 'text/plain', ...form().headers.slice(2)] }),
    ],
    ['another JSON body', 'body-mismatch', () => ({ ...json('{"a":1}'), body: '{"a":2}' })],
    ['JSON without a hash', 'missing-body-hash', () => ({ ...json('{}'), target: '/hook' })],
    [
      'a body above the limit',
      'body-too-large',
      () => ({ ...form('/sms', { Body: 'x'.repeat(2_000_000) }) }),
    ],
  ];

  test.each(forgeries)(
    'refuses %s with one text for all, says why to its owner, and the handler does not run',
    async (_what, reason, make) => {
      const { url, received, reasons } = await start(express);
      const answer = await sendRaw(url, make());
      expect(answer).toMatchObject({ status: 403, text: unauthorized });
      expect(reasons).toEqual([reason]);
      expect(received).toEqual([]);
    },
  );

  test.each([
    ['%', 'signature-mismatch'],
    ['example.com:99999', 'signature-mismatch'],
    ['a b', 'invalid-url'],
    ['hooks.example.com/sms?a=', 'invalid-url'],
  ])('without a public URL refuses the Host %s, which is none, like any other', async (host, reason) => {
    const { url, received, reasons } = await start(express, { publicUrl: undefined });
    const request = { ...form(), headers: ['host', host, ...form().headers] };
    expect(await sendRaw(url, request)).toMatchObject({ status: 403, text: unauthorized });
    expect({ reasons, received }).toEqual({ reasons: [reason], received: [] });
  });

  test('after parsers it takes a flat form, and refuses nested fields and JSON whose bytes are gone', async () => {
    const { url, received, reasons } = await start(express, {}, [
      express.urlencoded({ extended: true }),
      express.json(),
    ]);
    expect(await sendRaw(url, form())).toMatchObject({ status: 200 });
    expect(await sendRaw(url, form('/sms', { 'a[b]': 'c' }))).toMatchObject({ status: 403 });
    expect(await sendRaw(url, json('{"a":1}'))).toMatchObject({ status: 403 });
    expect(reasons).toEqual(['invalid-params', 'raw-body-required']);
    expect(received).toHaveLength(1);
  });

  test('after a parser that keeps the raw body it takes that, an empty one included', async () => {
    const keep = express.json({
      verify: (request, _response, buffer) => Object.assign(request, { rawBody: buffer }),
    });
    const { url, received, reasons } = await start(express, {}, [keep]);
    expect(await sendRaw(url, json('{"a":1}'))).toMatchObject({ status: 200 });
    expect(received[0]?.body).toEqual({ a: 1 });
    // twilio-node takes a missing raw body for "{}", so that its signature lets any body through.
    expect(await sendRaw(url, { ...json('{}'), body: '{"forged":1}' })).toMatchObject({ status: 403 });
    expect(reasons).toEqual(['body-mismatch']);
    expect(received).toHaveLength(1);
  });

  // Signed are the bytes; a parser that goes by another charset reads other fields out of them.
  test.each([
    [
      'JSON',
      'application/json; charset=utf-7',
      () => json('{"Body":"+ACIALAAiAGEAZABtAGkAbgAiADoAIgB5AGUAcw-"}'),
    ],
    ['a form', 'application/x-www-form-urlencoded; charset=iso-8859-1', () => form('/sms', { a: '\u00e9' })],
  ])(
    'refuses %s that says it is %s, also after a parser that keeps the raw body',
    async (_what, type, make) => {
      const verify = (request: object, _response: unknown, rawBody: Buffer) =>
        void Object.assign(request, { rawBody });
      const parsers = [express.json({ verify }), express.urlencoded({ extended: false, verify })];
      const request = make();
      const headers = ['content-type', type, ...(request.headers ?? []).slice(2)];
      for (const before of [[], parsers]) {
        const { url, received, reasons } = await start(express, {}, before);
        expect(await sendRaw(url, request)).toMatchObject({ status: 200 });
        const { status } = await sendRaw(url, { ...request, headers });
        // Express 4 has parsers that know no such form and answer for themselves.
        if (status !== 415)
          expect({ status, reasons }).toEqual({ status: 403, reasons: ['unsupported-charset'] });
        expect(received).toHaveLength(1);
      }
    },
  );

  test('without a public URL takes the Host, and forwarded headers only when trusted', async () => {
    const own = await start(express, { publicUrl: undefined });
    const direct = signWithTwilio({ token, url: `${own.url}/sms`, params });
    expect(await sendRaw(own.url, direct)).toMatchObject({ status: 200 });
    const forwarded = ['x-forwarded-proto', 'https', 'x-forwarded-host', 'hooks.example.com'];
    const proxied = { ...form(), headers: [...form().headers, ...forwarded] };
    expect(await sendRaw(own.url, proxied)).toMatchObject({ status: 403 });
    expect({ reasons: own.reasons, handled: own.received.length }).toEqual({
      reasons: ['signature-mismatch'],
      handled: 1,
    });
    const trusting = await start(express, { publicUrl: undefined, trustForwarded: true });
    expect(await sendRaw(trusting.url, proxied)).toMatchObject({ status: 200 });
  });

  test('knows the path under which it is mounted, and a prefix that a proxy strips', async () => {
    const app = express();
    app.use(
      '/twilio',
      twilioWebhook({ keys: token, publicUrl: `${publicUrl}/prefix/` }),
      (_request, response) => {
        response.send('handled');
      },
    );
    const url = await listen(app);
    const request = form('/prefix/twilio/sms');
    expect(await sendRaw(url, { ...request, target: '/twilio/sms' })).toMatchObject({
      status: 200,
      text: 'handled',
    });
  });
});

test('works with node:http alone', async () => {
  const reasons: string[] = [];
  const handled: unknown[] = [];
  const check = twilioWebhook({
    keys: [{ secret: 'former' }, { secret: token }],
    publicUrl,
    onRefused: (reason) => reasons.push(reason),
  });
  const url = await listen((request, response) =>
    check(request, response, () => {
      handled.push((request as { body?: unknown }).body);
      response.end('handled');
    }),
  );
  expect(await sendRaw(url, form())).toMatchObject({ status: 200, text: 'handled' });
  expect(await sendRaw(url, { ...form(), body: 'Body=ho' })).toMatchObject({
    status: 403,
    text: unauthorized,
  });
  expect({ reasons, handled }).toEqual({ reasons: ['signature-mismatch'], handled: [params] });
});

test.each<[string, Partial<TwilioWebhookOptions>]>([
  ['without a key', { keys: undefined as unknown as string }],
  ['with an empty key', { keys: '' }],
  ['with no key in the list', { keys: [] }],
  ['with a public URL that has a query', { publicUrl: 'https://example.com/sms?a=1' }],
  ['with a public URL that is none', { publicUrl: 'example.com' }],
])('is not built %s', (_, options) => {
  expect(() => twilioWebhook({ keys: token, ...options })).toThrow(TypeError);
});

describe('a Fetch Request', () => {
  const check = (request: Request, options: Partial<FetchOptions> = {}) =>
    verifyFetchRequest(request, { keys: token, ...options });
  const fetched = ({ method, target, headers, body }: RawRequest, base = publicUrl) => {
    const pairs = (headers ?? []).flatMap((name, at, all) =>
      at % 2 === 0 ? [[name, all[at + 1] ?? ''] as [string, string]] : [],
    );
    return new Request(base + target, { method: method ?? 'GET', headers: pairs, ...(body ? { body } : {}) });
  };

  test('passes with its parameters or raw body when it was signed', async () => {
    expect(await check(fetched(form()))).toMatchObject({ valid: true, params: Object.entries(params) });
    const answer = await check(fetched(json('{"a":1}')));
    expect(answer.valid && Buffer.from(answer.rawBody ?? []).toString()).toBe('{"a":1}');
    expect(await check(fetched(form(), 'http://10.0.0.1:8080'), { publicUrl })).toMatchObject({
      valid: true,
    });
  });

  test('is refused when it was changed, has another method, or is too large', async () => {
    expect(await check(fetched({ ...form(), body: 'Body=ho' }))).toEqual({
      valid: false,
      reason: 'signature-mismatch',
    });
    expect(await check(fetched({ ...form(), method: 'PUT' }))).toEqual({
      valid: false,
      reason: 'method-not-allowed',
    });
    expect(await check(fetched(form()), { maxBodyBytes: 3 })).toEqual({
      valid: false,
      reason: 'body-too-large',
    });
    const used = fetched(form());
    await used.text();
    expect(await check(used)).toEqual({ valid: false, reason: 'body-unreadable' });
  });

  test('has lost the apostrophe that was signed, and passes with the rewrite that undoes it', async () => {
    const request = () => fetched(form("/sms?name=O'Hara"));
    expect(await check(request())).toEqual({ valid: false, reason: 'signature-mismatch' });
    expect(await check(request(), { compat: ['query-apostrophe'] })).toMatchObject({
      valid: true,
      matched: { compat: ['query-apostrophe'] },
    });
  });
});
