import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import express5, { type RequestHandler } from 'express';
import express4 from 'express4';
import { getExpectedBodyHash, getExpectedTwilioSignature, webhook } from 'twilio/lib/webhooks/webhooks';
import { type TwilioWebhookOptions, twilioWebhook } from '../../src/signature/index';
import { readTable } from './read-table';

const token = '0123456789abcdef0123456789abcdef';
const host = 'hooks.example.com';
const site = `https://${host}`;
const params = { Body: 'hi', From: '+15550100001' };
const formType = 'application/x-www-form-urlencoded';
const sign = (url: string, given: object = params) => getExpectedTwilioSignature(token, url, given);

interface Sent {
  method?: string;
  target: string;
  host?: string;
  type?: string;
  signature?: string;
  body?: string;
}

const form = (target: string, change: Partial<Sent> = {}): Sent => ({
  target,
  type: formType,
  signature: sign(site + target),
  body: new URLSearchParams(params).toString(),
  ...change,
});
const json = (body: string, hashed = body): Sent => {
  const target = `/hook?bodySHA256=${getExpectedBodyHash(hashed)}`;
  return { target, type: 'application/json', signature: sign(site + target, {}), body };
};

interface Difference {
  given: string;
  twilioNode: number;
  here: number;
  requests: Sent[];
  /** What stands before twilio-node's check: parsers by default, as it wants them. */
  stack?: (express: typeof express5) => RequestHandler[];
  /** What stands before ours: nothing by default, as it wants it. */
  ourStack?: (express: typeof express5) => RequestHandler[];
  /** Of twilio-node, besides protocol and host. */
  theirs?: object;
  ours?: Partial<TwilioWebhookOptions>;
  environment?: string | undefined;
}

const parsers = (express: typeof express5) => [express.urlencoded({ extended: true }), express.json()];
const keepingParsers = (express: typeof express5) => [
  express.json({
    verify: (request, _response, rawBody) => Object.assign(request, { rawBody: rawBody.toString() }),
  }),
];
/** As a proxy or another middleware that has the whole body may leave it. */
const emptyRaw = (): RequestHandler[] => [
  (request, _response, next) => {
    Object.assign(request, { rawBody: '', body: {} });
    next();
  },
];

/** As in docs/signature.md, with the statuses of both. */
const differences: Difference[] = [
  {
    given: '`authToken` in the options, another one in `TWILIO_AUTH_TOKEN`',
    twilioNode: 403,
    here: 200,
    requests: [form('/sms')],
    theirs: { authToken: token },
    environment: 'ffffffffffffffffffffffffffffffff',
  },
  {
    given: '`authToken` in the options, no `TWILIO_AUTH_TOKEN`',
    twilioNode: 500,
    here: 200,
    requests: [form('/sms')],
    theirs: { authToken: token },
    environment: undefined,
  },
  {
    given: 'any JSON with a signature over the hash of `{}`, no `rawBody`',
    twilioNode: 200,
    here: 403,
    requests: [json('{"forged":1}', '{}')],
    ourStack: parsers,
  },
  {
    given: 'genuine JSON, no parser and no `rawBody`',
    twilioNode: 403,
    here: 200,
    requests: [json('{"a":1}')],
    stack: () => [],
  },
  {
    given: 'a genuine request without a body, `rawBody` empty',
    twilioNode: 403,
    here: 200,
    requests: [{ ...json(''), method: 'POST' }],
    stack: emptyRaw,
    ourStack: emptyRaw,
  },
  {
    given: 'a genuine form, `bodySHA256` somewhere in the URL',
    twilioNode: 403,
    here: 200,
    requests: [form('/sms?next=bodySHA256x'), form('/bodySHA256')],
  },
  {
    given: 'a genuine form, `%3F` in the path and a query',
    twilioNode: 403,
    here: 200,
    requests: [form('/a%3Fb?x=1&flag')],
  },
  {
    given: 'another path or query than the fixed `url` (here `publicUrl`)',
    twilioNode: 200,
    here: 403,
    requests: [form('/sms', { target: '/sms?admin=1' }), form('/sms', { target: '/admin' })],
    theirs: { url: `${site}/sms` },
  },
  {
    given: 'captured JSON as `charset=utf-7`, `rawBody` kept',
    twilioNode: 200,
    here: 403,
    requests: [{ ...json('{"a":"+ACIALAAiAGIAIgA6ACI-"}'), type: 'application/json; charset=utf-7' }],
    stack: keepingParsers,
    ourStack: keepingParsers,
  },
  {
    given: 'a captured form as another method or type',
    twilioNode: 200,
    here: 403,
    requests: [
      form('/sms', { method: 'DELETE' }),
      form('/sms', { method: 'PUT' }),
      form('/sms', { type: 'application/json', body: JSON.stringify(params) }),
    ],
  },
  {
    given: 'a captured GET with a JSON list or text for its body',
    twilioNode: 200,
    here: 403,
    requests: [
      {
        method: 'POST',
        target: '/sms',
        type: 'application/json',
        signature: sign(`${site}/sms`, {}),
        body: '[]',
      },
      {
        method: 'POST',
        target: '/sms',
        type: 'text/plain',
        signature: sign(`${site}/sms`, {}),
        body: 'KEYNOTE 1',
      },
    ],
  },
  {
    given: 'unsigned JSON with a `toString`',
    twilioNode: 500,
    here: 403,
    requests: [{ ...json('{"a":{"toString":1}}'), target: '/sms', signature: sign(site) }],
  },
  {
    given: 'an unsigned request to a `Host` that is none',
    twilioNode: 500,
    here: 403,
    requests: ['%', 'a b', 'example.com:99999'].map((name) =>
      form('/sms', { host: name, signature: sign(site) }),
    ),
    theirs: { host: undefined },
    ours: { publicUrl: undefined },
  },
  {
    given: 'a genuine form, no parser',
    twilioNode: 403,
    here: 200,
    requests: [form('/sms')],
    stack: () => [],
  },
  {
    given: 'a genuine form with brackets in a name, no parser (there: an `extended` one)',
    twilioNode: 403,
    here: 200,
    requests: [form('/sms', { body: 'a%5Bb%5D=c', signature: sign(`${site}/sms`, { 'a[b]': 'c' }) })],
  },
  { given: 'no signature', twilioNode: 400, here: 403, requests: [form('/sms', { signature: '' })] },
];

/** Sends exactly this, and answers the status. */
function send(
  port: number,
  { method = 'POST', target, type, signature, body = '', ...sent }: Sent,
): Promise<number> {
  const head = [
    `${method} ${target} HTTP/1.1`,
    `Host: ${sent.host ?? host}`,
    ...(type ? [`Content-Type: ${type}`] : []),
    ...(signature ? [`X-Twilio-Signature: ${signature}`] : []),
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(`${head.join('\r\n')}\r\n\r\n${body}`));
    socket.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(Number(text.split(' ')[1])));
  });
}

/** The status of a request behind a middleware, and how often what stands behind it ran. */
async function answer(
  express: typeof express5,
  handlers: RequestHandler[],
  check: RequestHandler,
  sent: Sent,
) {
  let handled = 0;
  const app = express();
  app.set('env', 'test');
  for (const handler of [...handlers, check]) app.use(handler);
  app.all(/.*/, (_request, response) => {
    handled++;
    response.send('handled');
  });
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const status = await send((server.address() as AddressInfo).port, sent);
  await new Promise((resolve) => server.close(resolve));
  return { status, handled };
}

describe.each([
  ['Express 4', express4 as unknown as typeof express5],
  ['Express 5', express5],
])('%s', (_, express) => {
  const variable = process.env.TWILIO_AUTH_TOKEN;
  afterEach(() => {
    if (variable === undefined) delete process.env.TWILIO_AUTH_TOKEN;
    else process.env.TWILIO_AUTH_TOKEN = variable;
    jest.restoreAllMocks();
  });

  test.each(differences.map((one) => [one.given, one] as const))('%s', async (_given, difference) => {
    jest.spyOn(console, 'error').mockReturnValue();
    const { requests, stack = parsers, ourStack = () => [], theirs = {}, ours = {} } = difference;
    const { twilioNode, here } = difference;
    const known = 'environment' in difference ? difference.environment : token;
    if (known === undefined) delete process.env.TWILIO_AUTH_TOKEN;
    else process.env.TWILIO_AUTH_TOKEN = known;
    for (const sent of requests) {
      const their = webhook({ protocol: 'https', host, ...theirs }) as RequestHandler;
      expect(await answer(express, stack(express), their, sent)).toEqual({
        status: twilioNode,
        handled: twilioNode === 200 ? 1 : 0,
      });
      const our = twilioWebhook({ keys: token, publicUrl: site, ...ours }) as RequestHandler;
      expect(await answer(express, ourStack(express), our, sent)).toEqual({
        status: here,
        handled: here === 200 ? 1 : 0,
      });
    }
  });
});

test('the table in docs/signature.md has exactly these rows', () => {
  expect(readTable('sent to both')).toEqual(
    differences.map(({ given, twilioNode, here }) => [given, String(twilioNode), String(here)]),
  );
});
