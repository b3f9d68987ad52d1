import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import {
  connect as connectHttp2,
  createServer as createHttp2Server,
  type Http2Server,
  type OutgoingHttpHeaders,
} from 'node:http2';
import { type AddressInfo, connect } from 'node:net';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';
import {
  type FetchOptions,
  twilioWebhook,
  verifyFetchRequest,
  verifyNodeRequest,
  type WebhookReason,
} from '../../src/signature/index';

const token = '12345';
const publicUrl = 'https://hooks.example.com';
const form = 'application/x-www-form-urlencoded';

/** What whoever reads a body may leave. */
type ReadRequest = IncomingMessage & { body?: unknown; rawBody?: unknown; fields?: unknown };

const servers: (Server | Http2Server)[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

async function listen(server: Server | Http2Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** Sends lines and a body as they are and reads what comes back until the server closes. */
function exchange(port: number, lines: string[], body = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', reject);
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
  });
}

/** A server behind `twilioWebhook`, what ran behind it, and why the rest did not. */
async function start(
  options: Partial<Parameters<typeof twilioWebhook>[0]> = {},
  before: RequestListener = () => undefined,
) {
  const handled: string[] = [];
  const reasons: WebhookReason[] = [];
  const faults: unknown[] = [];
  const check = twilioWebhook({ keys: token, onRefused: (reason) => reasons.push(reason), ...options });
  const port = await listen(
    createServer((request, response) => {
      before(request, response);
      check(request, response, (error) => {
        if (error) faults.push(error);
        else {
          handled.push(request.url ?? '');
          response.end('handled');
        }
      });
    }),
  );
  return { port, handled, reasons, faults };
}

const headers = (signature: string, ...others: string[]) => [
  `X-Twilio-Signature: ${signature}`,
  'Connection: close',
  ...others,
];
const sign = (url: string, params = {}) => getExpectedTwilioSignature(token, url, params);

describe('a Host that the caller chose', () => {
  const captured = sign('http://example.com/sms?a=1');

  test.each([
    ['ends the URL before the path that is called', 'example.com/sms?a=1#'],
    ['brings a path of its own', 'example.com/sms?a='],
    ['brings a backslash', 'example.com\\sms'],
    ['brings user info', 'user@example.com'],
    ['is two words', 'a b'],
    ['is empty', ''],
  ])('%s: refused, the handler does not run', async (_, host) => {
    const { port, handled, reasons } = await start();
    const answer = await exchange(port, ['GET /admin HTTP/1.1', `Host: ${host}`, ...headers(captured)]);
    expect(answer).toMatch(/^HTTP\/1.1 403 /);
    expect({ reasons, handled }).toEqual({ reasons: ['invalid-url'], handled: [] });
  });

  test.each([['%'], ['example.com:99999'], ['[::1'], ['a_b'], ['0x7f.1']])(
    'is no name: %s is refused like any other, not answered with an error',
    async (host) => {
      const { port, handled, reasons } = await start();
      const signature = sign('http://other.example/sms?a=1');
      const answer = await exchange(port, ['GET /sms?a=1 HTTP/1.1', `Host: ${host}`, ...headers(signature)]);
      expect(answer).toMatch(/^HTTP\/1.1 403 /);
      expect({ reasons, handled }).toEqual({ reasons: ['signature-mismatch'], handled: [] });
    },
  );

  test('is forwarded by a trusted proxy: neither host nor scheme may bring a path', async () => {
    const { port, handled, reasons } = await start({ trustForwarded: true });
    for (const forwarded of [
      ['X-Forwarded-Host: example.com/sms?a=1#'],
      ['X-Forwarded-Host: h', 'X-Forwarded-Proto: http://example.com/sms?a=1#'],
    ])
      await exchange(port, ['GET /admin HTTP/1.1', 'Host: h', ...headers(captured, ...forwarded)]);
    expect({ reasons, handled }).toEqual({ reasons: ['invalid-url', 'invalid-url'], handled: [] });
  });

  test('in a Fetch Request is held to the same rule', async () => {
    const check = (options: Partial<FetchOptions>, forwarded: Record<string, string>) =>
      verifyFetchRequest(
        new Request('http://inner/admin', { headers: { 'x-twilio-signature': captured, ...forwarded } }),
        { keys: token, ...options },
      );
    const host = { 'x-forwarded-host': 'example.com/sms?a=1#', 'x-forwarded-proto': 'http' };
    expect(await check({ trustForwarded: true }, host)).toEqual({ valid: false, reason: 'invalid-url' });
    expect(await check({}, host)).toEqual({ valid: false, reason: 'signature-mismatch' });
  });
});

test('a target that names another host is refused', async () => {
  const { port, handled, reasons } = await start({ publicUrl });
  for (const target of [`${publicUrl}/sms`, 'http://hooks.example.com/sms'])
    await exchange(port, [`GET ${target} HTTP/1.1`, 'Host: h', ...headers(sign(`${publicUrl}/sms`))]);
  expect({ reasons, handled }).toEqual({ reasons: ['invalid-url', 'invalid-url'], handled: [] });
});

test('a target with a `#` is refused: applications read fields behind it that nobody signed', async () => {
  const { port, handled, reasons } = await start({ publicUrl });
  const signed = (target: string) => [
    `GET ${target} HTTP/1.1`,
    'Host: h',
    ...headers(sign(`${publicUrl}/sms?a=1`)),
  ];
  for (const target of ['/sms?a=1#&admin=1', '/sms?a=1#', '/sms?a=1#/admin'])
    expect(await exchange(port, signed(target))).toMatch(/^HTTP\/1.1 403 /);
  expect({ reasons, handled }).toEqual({
    reasons: ['invalid-url', 'invalid-url', 'invalid-url'],
    handled: [],
  });
  expect(await exchange(port, signed('/sms?a=1'))).toContain('handled');
});

test('a Fetch Request that kept a fragment of its target is refused', async () => {
  const check = (target: string) =>
    verifyFetchRequest(
      new Request(publicUrl + target, { headers: { 'x-twilio-signature': sign(`${publicUrl}/sms?a=1`) } }),
      { keys: token },
    );
  for (const target of ['/sms?a=1#&admin=1', '/sms?a=1#'])
    expect(await check(target)).toEqual({ valid: false, reason: 'invalid-url' });
  expect(await check('/sms?a=1')).toMatchObject({ valid: true });
});

test('two signatures are refused, although one of them is genuine', async () => {
  const { port, handled, reasons } = await start({ publicUrl });
  const genuine = sign(`${publicUrl}/sms`);
  const lines = ['GET /sms HTTP/1.1', 'Host: h', ...headers(genuine)];
  await exchange(port, [...lines, `X-Twilio-Signature: ${genuine}`]);
  expect({ reasons, handled }).toEqual({ reasons: ['malformed-signature'], handled: [] });
  expect(await exchange(port, lines)).toContain('handled');
});

test('two key ids pick none, and one that is unknown picks none either', async () => {
  const keys = [
    { id: 'one', secret: 'other' },
    { id: 'two', secret: token },
  ];
  const { port, handled, reasons } = await start({ publicUrl, keys });
  const lines = ['GET /sms HTTP/1.1', 'Host: h', ...headers(sign(`${publicUrl}/sms`))];
  const sid = (id: string) => `X-Twilio-Signature-Key-Sid: ${id}`;
  for (const ids of [[sid('one'), sid('two')], [sid('__proto__')], [sid('two')], []])
    expect(await exchange(port, [...lines, ...ids])).toContain('handled');
  expect(await exchange(port, [...lines, sid('one')])).toMatch(/^HTTP\/1.1 403 /);
  expect({ reasons, handled: handled.length }).toEqual({ reasons: ['signature-mismatch'], handled: 4 });
});

test('a body in chunks is read as one, whatever the chunks', async () => {
  const { port, handled } = await start({ publicUrl });
  const signature = sign(`${publicUrl}/sms`, { Body: 'h\u00e9', From: '1' });
  const chunks = ['Body=h%', 'C3%A9&Fr', 'om=1'].map((text) => `${text.length.toString(16)}\r\n${text}\r\n`);
  const lines = ['POST /sms HTTP/1.1', 'Host: h', `Content-Type: ${form}`, 'Transfer-Encoding: chunked'];
  const answer = await exchange(port, [...lines, ...headers(signature)], `${chunks.join('')}0\r\n\r\n`);
  expect(answer).toContain('handled');
  expect(handled).toEqual(['/sms']);
});

describe('a body that names its charset', () => {
  const signature = sign(`${publicUrl}/sms`, { Body: 'hi' });
  const received = async (contentType: string) => {
    const { port, handled, reasons } = await start({ publicUrl });
    const lines = ['POST /sms HTTP/1.1', 'Host: h', `Content-Type: ${contentType}`, 'Content-Length: 7'];
    await exchange(port, [...lines, ...headers(signature)], 'Body=hi');
    return { handled, reasons };
  };
  const fetched = (contentType: string, body: string, params = {}) =>
    verifyFetchRequest(
      new Request(`${publicUrl}/sms`, {
        method: 'POST',
        headers: { 'content-type': contentType, 'x-twilio-signature': sign(`${publicUrl}/sms`, params) },
        body,
      }),
      { keys: token },
    );

  test.each([
    '',
    '; charset=UTF-8',
    '; charset=utf8',
    '; boundary=x; charset="utf-8" ; a=b',
    ';charset = utf-8',
    '; a=b',
  ])('as UTF-8 passes: form%s', async (rest) => {
    expect(await received(form + rest)).toEqual({ handled: ['/sms'], reasons: [] });
    expect(await fetched(form + rest, 'Body=hi', { Body: 'hi' })).toMatchObject({ valid: true });
  });

  test.each([
    '; charset=utf-7',
    '; charset=utf-16le',
    '; CHARSET=ISO-8859-1',
    '; charset=us-ascii',
    '; charset=utf-8x',
    '; charset=xutf-8',
    '; charset=',
    '; charset',
    '; charset="utf-8',
    '; charset="utf\\-7"',
    '; xcharset=utf-8',
    '; charset*=utf-8',
    '; charset=utf-8; charset=utf-7',
    '; charset=utf-7; charset=utf-8',
    '; a="; charset=utf-8"; charset=utf-7',
  ])('as another is refused, and the handler does not run: form%s', async (rest) => {
    expect(await received(form + rest)).toEqual({ handled: [], reasons: ['unsupported-charset'] });
    expect(await fetched(form + rest, 'Body=hi', { Body: 'hi' })).toEqual({
      valid: false,
      reason: 'unsupported-charset',
    });
  });

  test('may say anything when there is none', async () => {
    const { port, handled } = await start({ publicUrl });
    const lines = ['GET /sms HTTP/1.1', 'Host: h', `Content-Type: ${form}; charset=utf-7`];
    await exchange(port, [...lines, ...headers(sign(`${publicUrl}/sms`))]);
    expect(handled).toEqual(['/sms']);
    expect(await fetched(`${form}; charset=utf-7`, '')).toMatchObject({ valid: true });
  });
});

test('an upload that is broken off runs nothing and holds up nobody', async () => {
  const { port, handled, reasons } = await start({ publicUrl });
  const lines = ['POST /sms HTTP/1.1', 'Host: h', `Content-Type: ${form}`, 'Content-Length: 100'];
  const signature = sign(`${publicUrl}/sms`, { Body: 'hi' });
  await new Promise<void>((resolve) => {
    const text = `${[...lines, ...headers(signature)].join('\r\n')}\r\n\r\nBody=hi`;
    const socket = connect(port, '127.0.0.1', () => socket.write(text, () => socket.destroy()));
    socket.on('close', () => resolve());
  });
  while (reasons.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  expect({ reasons, handled }).toEqual({ reasons: ['body-unreadable'], handled: [] });
});

test('a request that was broken off before the check came to it is refused, not waited for', async () => {
  const outcome = new Promise((resolve) => {
    const server = createServer((request) => {
      request.on('close', () => resolve(verifyNodeRequest(request, { keys: token, publicUrl })));
    });
    void listen(server).then((port) => {
      const lines = ['POST /sms HTTP/1.1', 'Host: h', 'Content-Length: 100', ...headers(sign('x'))];
      const socket = connect(port, '127.0.0.1', () =>
        socket.write(`${lines.join('\r\n')}\r\n\r\n`, () => setTimeout(() => socket.destroy(), 20)),
      );
    });
  });
  expect(await outcome).toEqual({ valid: false, reason: 'body-unreadable' });
});

test('a stream that somebody has set to text is read as well', async () => {
  for (const encoding of ['utf8', 'latin1', 'hex'] as const) {
    const { port } = await start({ publicUrl }, (request) => void request.setEncoding(encoding));
    const body = 'Body=h\u00e9';
    const lines = ['POST /sms HTTP/1.1', 'Host: h', `Content-Type: ${form}`, 'Content-Length: 8'];
    const signature = sign(`${publicUrl}/sms`, { Body: 'h\u00e9' });
    expect(await exchange(port, [...lines, ...headers(signature)], body)).toContain('handled');
  }
});

describe('a body that somebody has read before', () => {
  /** A server whose check begins once `read` is done, and what ran behind it. */
  async function startAfter(read: (request: ReadRequest) => Promise<void>) {
    const handled: unknown[] = [];
    const reasons: WebhookReason[] = [];
    const faults: unknown[] = [];
    const check = twilioWebhook({ keys: token, publicUrl, onRefused: (reason) => reasons.push(reason) });
    const server = createServer(async (request: ReadRequest, response) => {
      await read(request);
      check(request, response, (error) => {
        if (error) faults.push(error);
        else handled.push(request.body);
        response.end('handled');
      });
    });
    return { port: await listen(server), handled, reasons, faults };
  }
  // As express-formidable does.
  const readElsewhere = async (request: ReadRequest) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    request.fields = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
  };
  const lengthened = [`Content-Type: ${form}`, 'Content-Length: 9'];
  const chunked = [`Content-Type: ${form}`, 'Transfer-Encoding: chunked'];
  const unsigned = 'From=evil';
  const inChunks = `9\r\n${unsigned}\r\n0\r\n\r\n`;
  const throwing = new Proxy({}, { ownKeys: () => fail() });
  function fail(): never {
    throw new Error('looked at');
  }

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['an empty object, as Express 4 does for any request', {}],
    ['names without a value', { From: [] }],
    ['an empty list of pairs', []],
    ['empty URLSearchParams', new URLSearchParams()],
  ])('is refused when they left %s, and the handler does not run', async (_, left) => {
    const { port, handled, reasons } = await startAfter(async (request) => {
      await readElsewhere(request);
      request.body = left;
    });
    for (const [lines, body] of [
      [lengthened, unsigned],
      [chunked, inChunks],
    ] as const)
      await exchange(
        port,
        ['POST /sms HTTP/1.1', 'Host: h', ...lines, ...headers(sign(`${publicUrl}/sms`))],
        body,
      );
    expect({ reasons, handled }).toEqual({
      reasons: ['raw-body-required', 'raw-body-required'],
      handled: [],
    });
  });

  test.each<[string, unknown]>([
    ['text', unsigned],
    ['bytes', Buffer.from(unsigned)],
    ['a Map', new Map([['From', 'evil']])],
    ['what throws when it is looked at', throwing],
  ])('is refused when they left %s in place of fields', async (_, left) => {
    const { port, handled, reasons, faults } = await startAfter(async (request) => {
      await readElsewhere(request);
      request.body = left;
    });
    const lines = ['POST /sms HTTP/1.1', 'Host: h', ...lengthened, ...headers(sign(`${publicUrl}/sms`))];
    await exchange(port, lines, unsigned);
    expect({ reasons, handled, faults }).toEqual({ reasons: ['invalid-params'], handled: [], faults: [] });
  });

  test('passes with its signed fields, left as an object or as URLSearchParams', async () => {
    const signed = headers(sign(`${publicUrl}/sms`, { From: 'evil' }));
    for (const left of [{ From: 'evil' }, new URLSearchParams(unsigned)]) {
      const { port, handled } = await startAfter(async (request) => {
        await readElsewhere(request);
        request.body = left;
      });
      await exchange(port, ['POST /sms HTTP/1.1', 'Host: h', ...lengthened, ...signed], unsigned);
      expect(handled).toEqual([left]);
    }
  });

  test.each(['', Buffer.alloc(0)])('is refused when what was kept of it is empty', async (kept) => {
    const { port, handled, reasons } = await startAfter(async (request) => {
      await readElsewhere(request);
      request.rawBody = kept;
    });
    const signed = headers(sign(`${publicUrl}/sms`));
    await exchange(port, ['POST /sms HTTP/1.1', 'Host: h', ...lengthened, ...signed], unsigned);
    await exchange(port, ['POST /sms HTTP/1.1', 'Host: h', ...chunked, ...signed], inChunks);
    expect({ reasons, handled }).toEqual({
      reasons: ['raw-body-required', 'raw-body-required'],
      handled: [],
    });
  });

  test('passes when what was kept of it is empty, as it was', async () => {
    const { port, handled, reasons } = await startAfter(async (request) => {
      request.rawBody = '';
    });
    const signed = headers(sign(`${publicUrl}/sms`));
    await exchange(port, ['POST /sms HTTP/1.1', 'Host: h', 'Content-Length: 0', ...signed]);
    await exchange(port, ['GET /sms HTTP/1.1', 'Host: h', ...signed]);
    expect({ reasons, handled }).toEqual({ reasons: [], handled: [undefined, undefined] });
  });

  // `req.on('data')` without waiting for the end: the rest would go to the parser behind.
  test('is refused while somebody keeps it who has not got all of it', async () => {
    const { port, handled, reasons } = await startAfter(
      (request) =>
        new Promise((resolve) => {
          request.on('data', (chunk) => {
            request.rawBody = (request.rawBody ?? '') + chunk.toString();
            resolve();
          });
        }),
    );
    const lines = [
      'POST /sms HTTP/1.1',
      'Host: h',
      ...lengthened,
      ...headers(sign(`${publicUrl}/sms`, { From: '' })),
    ];
    const answer = await exchange(port, lines, 'From=');
    expect(answer).toMatch(/^HTTP\/1.1 403 /);
    expect({ reasons, handled }).toEqual({ reasons: ['raw-body-required'], handled: [] });
  });

  test('that was empty passes, whatever they left', async () => {
    const signed = headers(sign(`${publicUrl}/sms`));
    const none = ['GET /sms HTTP/1.1', 'Host: h'];
    const noLength = ['POST /sms HTTP/1.1', 'Host: h', `Content-Type: ${form}`, 'Content-Length: 0'];
    const noJson = ['GET /sms HTTP/1.1', 'Host: h', 'Content-Type: application/json', 'Content-Length: 0'];
    for (const left of [undefined, {}]) {
      const { port, handled, reasons } = await startAfter(async (request) => {
        await readElsewhere(request);
        request.body = left;
      });
      for (const lines of [none, noLength, noJson]) await exchange(port, [...lines, ...signed]);
      expect({ reasons, handled }).toEqual({ reasons: [], handled: [left, left, left] });
    }
  });

  test('that was empty must be so in the URL as well, and leaves no fields', async () => {
    const { port, handled, reasons } = await startAfter(async (request) => {
      await readElsewhere(request);
      request.body = { From: 'evil' };
    });
    const hashed = `/sms?bodySHA256=${'0'.repeat(64)}`;
    await exchange(port, [`GET ${hashed} HTTP/1.1`, 'Host: h', ...headers(sign(publicUrl + hashed))]);
    await exchange(port, ['GET /sms HTTP/1.1', 'Host: h', ...headers(sign(`${publicUrl}/sms`))]);
    expect({ reasons, handled }).toEqual({
      reasons: ['raw-body-required', 'raw-body-required'],
      handled: [],
    });
  });

  test('that was empty passes over HTTP/2 when the headers say so', async () => {
    const { send, handled, reasons } = await startHttp2(readElsewhere);
    expect(await send({ ':path': '/sms', 'x-twilio-signature': sign(`${publicUrl}/sms`) })).toBe(200);
    expect({ reasons, handled }).toEqual({ reasons: [], handled: ['/sms'] });
  });

  test('over HTTP/2, which announces none, is refused as well', async () => {
    const { send, handled, reasons } = await startHttp2(async (request) => {
      await readElsewhere(request);
      request.body = {};
    });
    const fields = { 'content-type': form, 'x-twilio-signature': sign(`${publicUrl}/sms`) };
    expect(await send({ ':method': 'POST', ':path': '/sms', ...fields }, unsigned)).toBe(403);
    expect({ reasons, handled }).toEqual({ reasons: ['raw-body-required'], handled: [] });
  });
});

test('a fault of the one who is told why never lets the request through', async () => {
  const fault = new Error('the log is full');
  const { port, handled, faults } = await start({
    publicUrl,
    onRefused: () => {
      throw fault;
    },
  });
  const answer = await exchange(port, ['GET /sms HTTP/1.1', 'Host: h', ...headers(sign('x'))]);
  expect(answer).toMatch(/^HTTP\/1.1 403 /);
  expect({ faults, handled }).toEqual({ faults: [fault], handled: [] });
});

/** A server of HTTP/2 behind `twilioWebhook`, what ran behind it, and why the rest did not. */
async function startHttp2(
  before: (request: ReadRequest) => Promise<void> = async () => undefined,
  options: Partial<Parameters<typeof twilioWebhook>[0]> = { publicUrl },
) {
  const handled: string[] = [];
  const bodies: unknown[] = [];
  const reasons: WebhookReason[] = [];
  const check = twilioWebhook({ keys: token, onRefused: (reason) => reasons.push(reason), ...options });
  const port = await listen(
    createHttp2Server(async (request, response) => {
      await before(request as never);
      check(request as never, response as never, () => {
        handled.push(request.url);
        bodies.push((request as unknown as ReadRequest).body);
        response.end('handled');
      });
    }),
  );
  const send = async (fields: OutgoingHttpHeaders, body = '') => {
    const client = connectHttp2(`http://127.0.0.1:${port}`);
    const status = await new Promise<number>((resolve) => {
      const stream = client.request(fields, { endStream: body === '' });
      let received = 0;
      stream.on('response', (answer) => {
        received = Number(answer[':status']);
      });
      stream.on('close', () => resolve(received));
      stream.resume();
      if (body !== '') stream.end(body);
    });
    await new Promise((resolve) => client.close(() => resolve(null)));
    return status;
  };
  return { port, send, handled, bodies, reasons };
}

test('HTTP/2: the authority is the host, and a refusal does not set what HTTP/2 forbids', async () => {
  const warnings: Error[] = [];
  const collect = (warning: Error) => warnings.push(warning);
  process.on('warning', collect);
  const { port, send, handled, bodies, reasons } = await startHttp2(undefined, {});
  const post = (signature: string) =>
    send(
      { ':method': 'POST', ':path': '/sms', 'content-type': form, 'x-twilio-signature': signature },
      'Body=hi',
    );
  expect(await post(sign(`http://127.0.0.1:${port}/sms`, { Body: 'hi' }))).toBe(200);
  expect(await post(sign(`http://127.0.0.1:${port}/other`, { Body: 'hi' }))).toBe(403);
  expect(await post('bogus')).toBe(403);
  expect({ reasons, handled }).toEqual({
    reasons: ['signature-mismatch', 'malformed-signature'],
    handled: ['/sms'],
  });
  expect(bodies).toEqual([{ Body: 'hi' }]);
  process.off('warning', collect);
  expect(warnings).toEqual([]);
});

describe('a WebSocket handshake', () => {
  async function shake(signature: string, options: Partial<Parameters<typeof verifyNodeRequest>[1]>) {
    const server = createServer();
    const outcome = new Promise((resolve) => {
      server.on('upgrade', (request, socket) => {
        void verifyNodeRequest(request, { keys: token, ...options }).then((verification) => {
          socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
          resolve(verification);
        });
      });
    });
    const port = await listen(server);
    await exchange(port, [
      'GET /relay HTTP/1.1',
      'Host: h',
      'Upgrade: websocket',
      'Connection: Upgrade',
      `X-Twilio-Signature: ${signature}`,
    ]);
    return outcome;
  }

  test('is signed over wss, with the default port of HTTPS or without', async () => {
    const options = { publicUrl: 'wss://relay.example.com' };
    for (const url of ['wss://relay.example.com/relay', 'wss://relay.example.com:443/relay'])
      expect(await shake(sign(url), options)).toMatchObject({ valid: true, matched: { url } });
    for (const url of ['https://relay.example.com/relay', 'wss://relay.example.com:80/relay'])
      expect(await shake(sign(url), options)).toEqual({ valid: false, reason: 'signature-mismatch' });
  });

  test('on a server that says https, or with a slash at the end, needs the rewrite that is named so', async () => {
    const https = { publicUrl: 'https://relay.example.com' };
    const url = 'wss://relay.example.com/relay/';
    expect(await shake(sign(url), https)).toEqual({ valid: false, reason: 'signature-mismatch' });
    expect(await shake(sign(url), { ...https, compat: ['wss-scheme', 'wss-slash'] })).toMatchObject({
      matched: { url, compat: ['wss-scheme', 'wss-slash'] },
    });
  });
});

test.each([
  'example.com',
  'ftp://example.com',
  'https://example.com/?a=1',
  'https://example.com/#',
  'https://',
])('a public URL that is none or has more than a path is a fault of the configuration: %s', async (wrong) => {
  const request = new Request('https://example.com/');
  await expect(verifyFetchRequest(request, { keys: token, publicUrl: wrong })).rejects.toThrow(TypeError);
  const incoming = { method: 'GET', headers: {}, url: '/' } as never;
  await expect(verifyNodeRequest(incoming, { keys: token, publicUrl: wrong })).rejects.toThrow(/publicUrl/);
  expect(() => twilioWebhook({ keys: token, publicUrl: wrong })).toThrow(TypeError);
});

test('a Fetch body that another has taken, or that is no bytes, is refused', async () => {
  const request = (body: string | ReadableStream) =>
    new Request(`${publicUrl}/sms`, {
      method: 'POST',
      headers: { 'content-type': form, 'x-twilio-signature': sign(`${publicUrl}/sms`, {}) },
      body,
      duplex: 'half',
    } as RequestInit);
  const texts = new ReadableStream({
    start(controller) {
      controller.enqueue('Body=hi');
      controller.close();
    },
  });
  const locked = request('Body=hi');
  locked.body?.getReader();
  const broken = new ReadableStream({
    start(controller) {
      controller.error(new Error('gone'));
    },
  });
  for (const one of [request(texts), locked, request(broken)])
    expect(await verifyFetchRequest(one, { keys: token })).toEqual({
      valid: false,
      reason: 'body-unreadable',
    });
});

test('twilioWebhook is not built with a limit that limits nothing', () => {
  expect(() => twilioWebhook({ keys: token, maxBodyBytes: Number.NaN })).toThrow(/maxBodyBytes/);
  expect(() => twilioWebhook({ keys: token, maxBodyBytes: -1 })).toThrow(/maxBodyBytes/);
});

test('a request without a socket, as a test or a host of functions makes it, is taken for one over plain HTTP', async () => {
  const query = '/sms?Body=5';
  const request = (scheme: string) => ({
    method: 'GET',
    url: query,
    headers: {
      host: 'hooks.example.com',
      'x-twilio-signature': getExpectedTwilioSignature(token, `${scheme}://hooks.example.com${query}`, {}),
    },
    rawBody: '',
  });
  expect(await verifyNodeRequest(request('http') as never, { keys: token })).toMatchObject({ valid: true });
  expect(await verifyNodeRequest(request('https') as never, { keys: token })).toEqual({
    valid: false,
    reason: 'signature-mismatch',
  });
});
