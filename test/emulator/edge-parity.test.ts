import { existsSync, rmSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import path from 'node:path';
import zlib from 'node:zlib';
import { getExpectedBodyHash, getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';
import { createEdge, type Edge } from '../../src/emulator/create-edge';
import type { RequestRecord } from '../../src/emulator/request-log';
import type { RuntimeEvent } from '../../src/emulator/supervise-runtime';
import { decodeForm } from '../../src/signature/canonical';
import { freePort } from '../free-port';
import { type RawRequest, sendRaw } from '../send-raw';
import { signWithTwilio } from '../sign-with-twilio';
import { makeFunctionsProject } from './functions-project';

// One test for each row of the table in docs/edge.md that test/emulator/edge.test.ts and supervise-runtime.test.ts leave.
const token = '0123456789abcdef0123456789abcdef';
const env = { ACCOUNT_SID: `AC${'1'.repeat(32)}`, AUTH_TOKEN: token };
const marking = `exports.handler = (context, event, callback) => {
  require('node:fs').writeFileSync(require('node:path').join(process.cwd(), 'ran'), '');
  callback(null, 'ran');
};`;

const project = makeFunctionsProject({
  'functions/marks.js': marking,
  'functions/hidden.private.js': marking,
  'functions/marked.protected.js': marking,
  'functions/sometimes.protected.js': `exports.handler = (context, event, callback) => callback(null, 'ran');`,
  'functions/event.js': 'exports.handler = (context, event, callback) => callback(null, event);',
  'functions/long.js': `exports.handler = (context, { length }, callback) => callback(null, 'x'.repeat(Number(length)));`,
  'functions/waits.js': `exports.handler = (context, { ms }, callback) => setTimeout(() => callback(null, 'waited'), Number(ms));`,
  'functions/never.js': 'exports.handler = async () => {};',
  'functions/cookies.js': `exports.handler = (context, { cookie }, callback) => {
    const response = new Twilio.Response();
    for (const one of [cookie].flat()) response.appendHeader('Set-Cookie', one);
    callback(null, response);
  };`,
  'functions/asks.js': `exports.handler = (context, { request }, callback) => {
    const response = new Twilio.Response().setStatusCode(request.headers.authorization ? 200 : 401);
    callback(null, response.appendHeader('WWW-Authenticate', 'Basic realm="x"').setBody('asked'));
  };`,
  'functions/responds.js': `exports.handler = (context, { status, name, value }, callback) => {
    const response = new Twilio.Response().setBody('text').appendHeader('Content-Type', 'text/plain');
    if (name) response.appendHeader(name, value);
    callback(null, response.setStatusCode(Number(status)));
  };`,
  'functions/answers.js': `exports.handler = (context, { as }, callback) => ({
    text: () => callback(null, 'a text'),
    twiml: () => callback(null, new Twilio.twiml.VoiceResponse()),
    object: () => callback(null, { a: 1 }),
    nothing: () => callback(),
    number: () => callback(null, 42),
    false: () => callback(null, false),
    error: () => callback(new Error('private words')),
    words: () => callback('private words'),
    throws: () => { throw new Error('private words'); },
    rejects: () => Promise.reject(new Error('private words')),
    thenable: () => ({ then: (_, reject) => reject(new Error('private words')) }),
    'late rejection': () => { callback(null, 'a text'); Promise.reject(new Error('private words')); },
  })[as]();`,
  'functions/keeps.js': `const kept = [];
    exports.handler = (context, { buffers, arrays }, callback) => {
      for (let n = 0; n < Number(buffers ?? 0); n++) kept.push(Buffer.alloc(1 << 20, 1));
      for (let n = 0; n < Number(arrays ?? 0); n++) kept.push(new Array(1 << 17).fill(n));
      setTimeout(() => callback(null, 'kept'), 150);
    };`,
  'functions/full.js': `const kept = [];
    exports.handler = (context, { how }) => {
      if (how === 'at once') return kept.concat.apply([], Array(3).fill(new Array(2e7).fill(1.5)));
      for (;;) kept.push(new Array(1 << 17).fill(kept.length));
    };`,
  'functions/aborts.js': `exports.handler = (context, { how, text }) => {
    if (text) console.error(text);
    if (how === 'signal') process.kill(process.pid, 'SIGABRT');
    else process.abort();
  };`,
  'functions/greedy.js': `const kept = [];
    exports.handler = () => { for (;;) kept.push(Buffer.alloc(1 << 23, 1)); };`,
  'assets/assets/index.html': '<title>home</title>',
  'assets/favicon.ico': 'an icon',
  'functions/chooses.js': `exports.handler = (context, { what }, callback) => {
    if (what === 'loop') for (;;);
    if (what === 'throw late') setTimeout(() => { throw new Error('private words'); });
    else setTimeout(() => callback(null, what), 20);
  };`,
  'functions/ends-after.js': `exports.handler = (context, { how }, callback) => {
    setTimeout(() => {
      callback(null, 'an answer');
      if (how === 'loops') for (;;);
      process.kill(process.pid, 'SIGKILL');
    }, 20);
  };`,
  'functions/breaks-in.js': `exports.handler = (context, event, callback) => {
    require('node:fs').writeSync(3, 'HTTP/1.1 200 OK');
    setTimeout(() => callback(null, 'ran'), 300);
  };`,
  'assets/film.mp4': Buffer.alloc(5_000_000),
  'assets/long.mp4': Buffer.alloc(26_000_000),
  'assets/removed.txt': 'gone',
});

let edge: Edge;
const records: RequestRecord[] = [];
const events: RuntimeEvent[] = [];

const ask = (target: string, rest: RawRequest = {}) => sendRaw(edge.url, { target, ...rest });
const recordOf = (target: string) => records.findLast(({ url }) => url === edge.url + target);
const handlerRan = () => existsSync(path.join(project.dir, 'ran'));

beforeAll(async () => {
  edge = await createEdge({
    dir: project.dir,
    env,
    onRequest: (record) => records.push(record),
    onRuntimeEvent: (event) => events.push(event),
  });
});
afterAll(async () => {
  await edge.close();
  project.remove();
});

const marked = () => signWithTwilio({ token, url: `${edge.url}/marked`, params: { Body: 'x' } });
const refusals: [what: string, status: number, reason: string, request: () => RawRequest][] = [
  ['a private function', 404, 'private', () => ({ method: 'POST', target: '/hidden' })],
  ['a private function by its file', 404, 'not-found', () => ({ target: '/hidden.private' })],
  ['an unsigned POST', 403, 'missing-signature', () => ({ method: 'POST', target: '/marked' })],
  ['an unsigned HEAD', 403, 'missing-signature', () => ({ method: 'HEAD', target: '/marked' })],
  ['a changed POST', 403, 'signature-mismatch', () => ({ ...marked(), body: 'Body=y' })],
  ['a changed JSON body', 403, 'body-mismatch', () => ({ ...markedJson('{"a":1}'), body: '{"a":2}' })],
  ['a JSON body that was left out', 403, 'body-mismatch', () => ({ ...markedJson('{"a":1}'), body: '' })],
  [
    'a JSON request that comes back as a GET',
    403,
    'body-mismatch',
    () => ({ ...markedJson('{"a":1}'), method: 'GET', body: '' }),
  ],
  ['PUT', 405, 'method-not-allowed', () => ({ method: 'PUT', target: '/marks', body: 'x' })],
  ['DELETE', 405, 'method-not-allowed', () => ({ method: 'DELETE', target: '/marks' })],
  ['TRACE', 405, 'method-not-allowed', () => ({ method: 'TRACE', target: '/marks' })],
  ['a GET with a body', 403, 'get-with-body', () => ({ target: '/marks', body: 'x' })],
  ['a HEAD with a body', 403, 'get-with-body', () => ({ method: 'HEAD', target: '/marks', body: 'x' })],
  [
    'more than 1 MB',
    413,
    'body-too-large',
    () => ({ method: 'POST', target: '/marks', body: 'x'.repeat(1e6) }),
  ],
  ['91 headers', 431, 'headers-too-large', () => ({ target: '/marks', headers: headers(90) })],
  [
    '15,001 bytes of headers',
    431,
    'headers-too-large',
    () => ({ target: '/marks', headers: headersOf(15_001) }),
  ],
  ['a compressed body', 415, 'compressed-body', () => compressed(zlib.gzipSync('Body=forged'), 'gzip')],
  ['a deflated body', 415, 'compressed-body', () => compressed(zlib.deflateSync('Body=forged'), 'Deflate')],
  ['two encodings', 415, 'compressed-body', () => ({ target: '/marks', headers: twice('content-encoding') })],
  [
    '5 kB that unpack to 5 MB',
    415,
    'compressed-body',
    () => ({ ...compressed(zlib.gzipSync(Buffer.alloc(5_000_000, 'a')), 'gzip'), target: '/marks' }),
  ],
  [
    'a signed byte order mark, which the runtime takes away',
    400,
    'ambiguous-form',
    () => signedAs({ '\uFEFFBody': 'x' }, '\uFEFFBody=x'),
  ],
  [
    'a signed text that the runtime takes for a 5, for its broken escape',
    400,
    'ambiguous-form',
    () => signedAs({ Body: '\u0135%a' }, '%42%6F%64%79=\u0135%a'),
  ],
  [
    'signed JSON that is other fields in UTF-7',
    415,
    'unsupported-charset',
    () => inCharset('utf-7', markedJson('{"Body":"+ACIALAAiAGEAIgA6ACIAYg-"}')),
  ],
  [
    'a signed form that is other text in another charset',
    415,
    'unsupported-charset',
    () => inCharset('iso-8859-1', signedAs({ Body: '\u00e9' }, 'Body=%C3%A9')),
  ],
  ['a whole URL as target', 400, 'bad-target', () => ({ target: 'http://other.example/marks' })],
  ['a signed GET with fields behind a `#`', 400, 'bad-target', () => behindHash('/marked?a=1', '#&admin=1')],
  ['a signed GET with a lone `#`', 400, 'bad-target', () => behindHash('/marked?a=1', '#')],
];

function markedJson(body: string): RawRequest {
  const target = `/marked?bodySHA256=${getExpectedBodyHash(body)}`;
  const signature = getExpectedTwilioSignature(token, edge.url + target, {});
  const headers = ['content-type', 'application/json', 'x-twilio-signature', signature];
  return { method: 'POST', target, headers, body };
}
function inCharset(charset: string, request: RawRequest): RawRequest {
  const [name = '', type, ...others] = request.headers ?? [];
  return { ...request, headers: [name, `${type}; charset=${charset}`, ...others] };
}
function behindHash(target: string, rest: string): RawRequest {
  const signature = getExpectedTwilioSignature(token, edge.url + target, {});
  return { target: target + rest, headers: ['x-twilio-signature', signature] };
}
function signedAs(params: Record<string, string>, body: string | Buffer): RawRequest {
  return { ...signWithTwilio({ token, url: `${edge.url}/marked`, params }), body };
}
// Signed is what the edge would read in the compressed bytes.
function compressed(body: Buffer, encoding: string): RawRequest {
  const request = signedAs(Object.fromEntries(decodeForm(body)), body);
  return { ...request, headers: [...(request.headers ?? []), 'content-encoding', encoding] };
}
function twice(name: string): string[] {
  return [name, 'identity', name, 'identity'];
}
// `Host` is sent besides.
function headers(count: number): string[] {
  return Array.from({ length: count }, (_, index) => [`x-${index}`, '1']).flat();
}
function headersOf(bytes: number): string[] {
  const host = `Host: ${edge.url.replace('http://', '')}\r\n`;
  const connection = 'Connection: close\r\n';
  return ['x-long', 'x'.repeat(bytes - host.length - connection.length - 'x-long: \r\n'.length)];
}

test.each(refusals)('refuses %s with %i and does not run the handler', async (_, status, reason, make) => {
  const request = make();
  expect(await sendRaw(edge.url, request)).toMatchObject({ status });
  expect(records.at(-1)).toMatchObject({ verdict: 'refused', reason });
  expect(handlerRan()).toBe(false);
});

test.each([
  ['without an encoding worth the name', ['content-encoding', 'Identity'], 'Body=x'],
  ['that says it is UTF-8', ['content-type', 'application/x-www-form-urlencoded; charset=UTF-8'], 'Body=x'],
  ['with letters that are not escaped', [], 'Body=\u0135\u{1F600}&Body=\u00e9'],
])('takes a signed form %s', async (_, headers, body) => {
  const request = { ...signWithTwilio({ token, url: `${edge.url}/sometimes`, params: {} }), body };
  const signature = getExpectedTwilioSignature(token, `${edge.url}/sometimes`, {
    Body: [...new URLSearchParams(body).getAll('Body')],
  });
  const type = headers[0] === 'content-type' ? [] : request.headers.slice(0, 2);
  const sent = [...type, 'x-twilio-signature', signature, ...headers];
  expect(await sendRaw(edge.url, { ...request, headers: sent })).toMatchObject({ status: 200, text: 'ran' });
});

const nothing = `/sometimes?bodySHA256=${getExpectedBodyHash('')}`;
const signedFor = (target: string) => [
  'x-twilio-signature',
  getExpectedTwilioSignature(token, edge.url + target, {}),
];
test.each<[string, string, () => RawRequest]>([
  [
    'JSON of no length with the hash of nothing',
    nothing,
    () => ({ method: 'POST', headers: ['content-type', 'application/json', 'content-length', '0'] }),
  ],
  ['a POST without a type or body, with the hash of nothing', nothing, () => ({ method: 'POST' })],
  ['a GET with the hash of nothing', nothing, () => ({})],
  ['a GET with its parameters in the query', '/sometimes?Body=a+b&From=%2B1', () => ({})],
  [
    'a GET with the type of a form in another charset',
    '/sometimes?Body=a',
    () => ({ headers: ['content-type', 'application/x-www-form-urlencoded; charset=utf-7'] }),
  ],
  [
    'an empty form',
    '/sometimes',
    () => ({ method: 'POST', headers: ['content-type', 'application/x-www-form-urlencoded'] }),
  ],
])('takes %s when it is signed', async (_, target, make) => {
  const request = make();
  const headers = [...(request.headers ?? []), ...signedFor(target)];
  expect(await ask(target, { ...request, headers })).toMatchObject({ status: 200, text: 'ran' });
});

test('answers CONNECT, which Node would leave without a word', async () => {
  const { connect } = await import('node:net');
  const answer = await new Promise<string>((resolve, reject) => {
    let text = '';
    const socket = connect(Number(new URL(edge.url).port), '127.0.0.1', () =>
      socket.write('CONNECT other.example:443 HTTP/1.1\r\nHost: other.example\r\n\r\n'),
    );
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('end', () => resolve(text)).on('error', reject);
  });
  expect(answer).toMatch(/^HTTP\/1\.1 405 /);
});

test('takes 90 headers, 15,000 bytes of them, and 1 MB in all', async () => {
  expect((await ask('/event', { headers: headers(88) })).status).toBe(200);
  expect((await ask('/event', { headers: headersOf(15_000) })).status).toBe(200);
  const body = 'x'.repeat(1_000_000 - 200);
  expect(
    (await ask('/waits?ms=0', { method: 'POST', headers: ['content-type', 'text/plain'], body })).status,
  ).toBe(200);
});

test('takes a URL of 40,000 characters, and the handler gets it', async () => {
  const value = 'x'.repeat(40_000);
  const answer = await ask(`/event?a=${value}`);
  expect(answer.status).toBe(200);
  expect(JSON.parse(answer.text)).toMatchObject({ a: value });
});

test('refuses a body that outgrows 1 MB while it arrives, without waiting for its end', async () => {
  const { request } = await import('node:http');
  const status = await new Promise<number>((resolve, reject) => {
    const outgoing = request(`${edge.url}/marks`, { method: 'POST' }, ({ statusCode }) => {
      resolve(statusCode ?? 0);
      outgoing.destroy();
    });
    outgoing.on('error', reject);
    outgoing.write(Buffer.alloc(1_100_000));
  });
  expect(status).toBe(413);
  expect(handlerRan()).toBe(false);
});

test('answers of a function may have 4 MB, assets more', async () => {
  expect((await ask('/long?length=4000000')).text).toHaveLength(4_000_000);
  expect(await ask('/long?length=4000001')).toMatchObject({ status: 500, text: 'Internal Server Error' });
  expect(records.at(-1)).toMatchObject({ verdict: 'passed', reason: 'response-too-large' });
  expect((await ask('/film.mp4')).text).toHaveLength(5_000_000);
});

test('an asset over 25 MB is answered 500 and told', async () => {
  expect(await ask('/long.mp4')).toMatchObject({ status: 500, text: 'Internal Server Error' });
  expect(records.at(-1)).toMatchObject({ reason: 'response-too-large' });
});

test('more assets at once than the process has memory for are served whole', async () => {
  const heard: RuntimeEvent[] = [];
  const onRuntimeEvent = (event: RuntimeEvent) => heard.push(event);
  const patient = await createEdge({ dir: project.dir, env, timeLimit: 60_000, onRuntimeEvent });
  try {
    const answers = await Promise.all(
      Array.from({ length: 90 }, () => sendRaw(patient.url, { target: '/film.mp4' })),
    );
    expect(new Set(answers.map(({ text }) => text.length))).toEqual(new Set([5_000_000]));
    expect(heard).toEqual([]);
  } finally {
    await patient.close();
  }
}, 60_000);

test('an asset that was removed since is answered 400, and the next request runs', async () => {
  rmSync(path.join(project.dir, 'assets/removed.txt'));
  expect(await ask('/removed.txt')).toMatchObject({ status: 400, text: 'Bad Request' });
  expect((await ask('/answers?as=text')).text).toBe('a text');
});

test('of requests that come together one throws late, and each of the others gets its own answer', async () => {
  const names = Array.from({ length: 20 }, (_, number) => (number === 10 ? 'throw late' : `${number}`));
  const answers = await Promise.all(names.map((what) => ask(`/chooses?what=${encodeURIComponent(what)}`)));
  expect(answers.map(({ text }) => text)).toEqual(
    names.map((what) => (what === 'throw late' ? 'Internal Server Error' : what)),
  );
});

test('of requests that come together one loops for ever, and each of the others gets its own answer', async () => {
  const names = Array.from({ length: 6 }, (_, number) => (number === 2 ? 'loop' : `${number}`));
  const answers = await Promise.all(names.map((what) => ask(`/chooses?what=${what}`)));
  expect(answers.map(({ text }) => text)).toEqual(
    names.map((what) => (what === 'loop' ? 'Gateway Timeout' : what)),
  );
}, 60_000);

test.each(['kills', 'loops'])(
  'a handler that ends its process (%s) in the same breath as it calls back has answered',
  async (how) => {
    expect(await ask(`/ends-after?how=${how}`)).toMatchObject({ status: 200, text: 'an answer' });
    expect((await ask('/answers?as=text')).text).toBe('a text');
  },
);

test('a handler that writes between the answers costs its own process, and the next request runs', async () => {
  expect(await ask('/breaks-in')).toMatchObject(failed);
  expect(recordOf('/breaks-in')).toMatchObject({ reason: 'exited' });
  expect((await ask('/answers?as=text')).text).toBe('a text');
});

test('30 invocations run at once, the next is answered 429, and assets and refusals are none', async () => {
  const running = Array.from({ length: 30 }, () => ask('/waits?ms=1500'));
  await new Promise((resolve) => setTimeout(resolve, 700));
  expect(await ask('/marks')).toMatchObject({ status: 429, text: 'Too Many Requests' });
  expect(records.at(-1)).toMatchObject({ reason: 'too-many-requests' });
  expect(handlerRan()).toBe(false);
  expect((await ask('/')).status).toBe(200);
  expect((await ask('/marked', { method: 'POST' })).status).toBe(403);
  expect((await Promise.all(running)).map(({ status }) => status)).toEqual(Array(30).fill(200));
  expect((await ask('/waits?ms=0')).status).toBe(200);
});

test('hides the headers that the platform hides, and no other', async () => {
  const hidden = [
    'Expect: 100-continue',
    'I-Twilio-Idempotency-Token: a',
    'OT-Span: a',
    'Proxy-Authenticate: a',
    'Proxy-Authorization: a',
    'Proxy-Connection: a',
    'Referer: a',
    'Trailer: a',
    'Upgrade: a',
    'Via: a',
    'X-Accel-Buffering: a',
    'X-Amz-Trace: a',
    'X-Forwarded-For: a',
    'X-Forwarded-Host: a',
    'X-Real-IP: a',
    'Transfer-Encoding: chunked',
    'I-T-Ringtrue-Request: a',
  ];
  const visible = [
    'Authorization: Bearer a',
    'X-Twilio-Signature: a',
    'Accept: a',
    'X-Own: a',
    'X-Own: b',
    'Cookie: Name=a; Name=b',
  ];
  const sent = [...hidden, ...visible].flatMap((line) => line.split(': '));
  const { request } = JSON.parse((await ask('/event', { headers: sent })).text);
  expect(request).toEqual({
    headers: {
      authorization: 'Bearer a',
      'x-twilio-signature': 'a',
      accept: 'a',
      'x-own': ['a', 'b'],
      cookie: 'Name=a; Name=b',
    },
    cookies: { Name: 'a' },
  });
});

describe('cookies', () => {
  const set = (cookie: string) => ask(`/cookies?cookie=${encodeURIComponent(cookie)}`);
  const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toUTCString();

  test.each([
    ['a=1', 'a=1; HttpOnly; Secure'],
    ['a=1; Secure; httponly', 'a=1; Secure; httponly'],
    ['a=1; Max-Age=86400', 'a=1; Max-Age=86400; HttpOnly; Secure'],
    ['a=1; SameSite=Strict', 'a=1; SameSite=Strict; HttpOnly; Secure'],
    ['a=1 ;secure = ; HttpOnly=1', 'a=1 ;secure = ; HttpOnly=1'],
    // What follows is a session's cookie to a browser, or ends with the day.
    ['a=1; Max-Age="90000"', 'a=1; Max-Age="90000"; HttpOnly; Secure'],
    ['a=1; Max-Age=90000s', 'a=1; Max-Age=90000s; HttpOnly; Secure'],
    ['a=1; Max-Age=90000; Max-Age=60', 'a=1; Max-Age=90000; Max-Age=60; HttpOnly; Secure'],
    ['Max-Age=90000; x=1', 'Max-Age=90000; x=1; HttpOnly; Secure'],
  ])('%s is sent as %s', async (cookie, sent) => {
    expect((await set(cookie)).headers['set-cookie']).toEqual([sent]);
  });

  test.each([
    'a=1; Max-Age=86401',
    'a=1; max-age = 999999',
    'a=1;\tMAX-AGE\t=\t999999\t',
    'a=1; Max-Age=60; Max-Age=86401',
    'a=1; Max-Age=86401; Max-Age=none',
    `a=1; Expires=${inHours(25)}`,
    `a=1; expires = "${inHours(25)}"`,
    `a=1; Max-Age="60"; Expires=${inHours(25)}`,
  ])('%s is refused', async (cookie) => {
    const answer = await set(cookie);
    expect(answer).toMatchObject({ status: 400, text: 'Cookies max-age cannot be greater than a day.' });
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(records.at(-1)).toMatchObject({ reason: 'cookie-too-old' });
  });

  test('of two each is marked', async () => {
    const answer = await ask(`/cookies?cookie=a=1&cookie=b=2;Expires=${encodeURIComponent(inHours(23))}`);
    expect(answer.headers['set-cookie']).toEqual([
      'a=1; HttpOnly; Secure',
      expect.stringMatching(/^b=2;Expires=.*; HttpOnly; Secure$/),
    ]);
  });
});

test('OPTIONS asks for no signature and runs no handler; a real answer has no CORS header of the edge', async () => {
  expect((await ask('/marked', { method: 'OPTIONS' })).headers).toMatchObject({
    'access-control-allow-origin': '*',
    'access-control-allow-headers': '*',
    'access-control-allow-methods': 'GET, POST, OPTIONS',
  });
  expect((await ask('/nothing', { method: 'OPTIONS' })).status).toBe(404);
  expect(handlerRan()).toBe(false);
  const { headers: given } = await ask('/answers?as=text');
  expect(Object.keys(given).filter((name) => name.startsWith('access-control'))).toEqual([]);
});

test('/ is the asset /assets/index.html, and a favicon is the project’s own', async () => {
  for (const target of ['/', '/?a=1', '/assets/index.html'])
    expect(await ask(target)).toMatchObject({ status: 200, text: '<title>home</title>' });
  expect(await ask('/favicon.ico')).toMatchObject({ status: 200, text: 'an icon' });
});

const failed = { status: 500, text: 'Internal Server Error' };
test.each([
  ['text', { status: 200, text: 'a text' }, 'text/plain; charset=utf-8'],
  ['twiml', { status: 200, text: expect.stringMatching(/<Response\/>$/) }, 'text/xml; charset=utf-8'],
  ['object', { status: 200, text: '{"a":1}' }, 'application/json; charset=utf-8'],
  ['nothing', { status: 200, text: '' }, undefined],
  ['number', { status: 200, text: '42' }, 'application/json; charset=utf-8'],
  ['false', { status: 200, text: 'false' }, 'application/json; charset=utf-8'],
  ['error', failed, 'text/plain; charset=utf-8'],
  ['words', failed, 'text/plain; charset=utf-8'],
  ['throws', failed, 'text/plain; charset=utf-8'],
  ['rejects', failed, 'text/plain; charset=utf-8'],
  ['thenable', failed, 'text/plain; charset=utf-8'],
  ['late rejection', { status: 200, text: 'a text' }, 'text/plain; charset=utf-8'],
])('a handler’s %s becomes its answer', async (as, answer, type) => {
  const given = await ask(`/answers?as=${encodeURIComponent(as)}`);
  expect(given).toMatchObject(answer);
  expect(given.headers['content-type']).toBe(type);
  expect(given.headers['x-powered-by']).toBeUndefined();
});

test.each([
  ['status=101', failed],
  ['status=199', failed],
  ['status=1000', failed],
  ['status=204', { status: 204, text: '' }],
  ['status=200&name=Transfer-Encoding&value=chunked', { status: 200, text: 'text' }],
  ['status=200&name=Connection&value=close', { status: 200, text: 'text' }],
  ['status=200&name=Content-Length&value=99', { status: 200, text: 'text' }],
  ['status=200&name=Bad%20Name&value=1', failed],
])('a response with %s breaks no connection', async (query, answer) => {
  expect(await ask(`/responds?${query}`)).toMatchObject(answer);
});

test('a 204 and a 304 say nothing of a length, which nobody would wait for', async () => {
  const none = await ask('/responds?status=204');
  const { headers: whole } = await ask('/favicon.ico');
  const unchanged = await ask('/favicon.ico', { headers: ['if-none-match', String(whole.etag)] });
  expect(whole['content-length']).toBe('7');
  expect([none.status, unchanged.status]).toEqual([204, 304]);
  for (const { headers } of [none, unchanged]) expect(headers).not.toHaveProperty('content-length');
});

test.each([
  ['application/json', '{bad'],
  ['application/json', '"a text"'],
  ['application/json; charset=none', '{}'],
  ['application/x-www-form-urlencoded', 'a=1&'.repeat(1001)],
])('a body that cannot be read as %s is answered 400 without a stack', async (type, body) => {
  const answer = await ask('/event', { method: 'POST', headers: ['content-type', type], body });
  expect(answer).toMatchObject({ status: 400, text: 'Bad Request' });
  expect(events.at(-1)).toMatchObject({ kind: 'unreadable' });
});

test('a field named request replaces event.request, as the page on gaps says', async () => {
  expect(JSON.parse((await ask('/event?request[headers][authorization]=forged')).text)).toEqual({
    request: { headers: { authorization: 'forged' } },
  });
});

describe('memory', () => {
  test('a leak over many requests is replaced before it fails one', async () => {
    const from = events.length;
    for (let sent = 0; sent < 60; sent++) {
      if (events.slice(from).some(({ kind }) => kind === 'replaced')) break;
      expect((await ask(sent % 2 ? '/keeps?buffers=40' : '/keeps?arrays=10')).status).toBe(200);
    }
    expect(events.slice(from)).toContainEqual({ kind: 'replaced', why: 'out-of-memory' });
  });

  test('a handler that takes it all at once is answered 500, and its neighbour gets its answer', async () => {
    const neighbour = ask('/waits?ms=2500');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await ask('/greedy')).toMatchObject(failed);
    expect(recordOf('/greedy')).toMatchObject({ reason: 'out-of-memory' });
    expect(await neighbour).toMatchObject({ status: 200, text: 'waited' });
  });
});

describe('a process that aborts', () => {
  test.each(['/full', '/full?how=at%20once'])(
    'for its heap is full (%s), is said to need memory',
    async (target) => {
      expect(await ask(target)).toMatchObject(failed);
      expect(recordOf(target)).toMatchObject({ reason: 'out-of-memory' });
    },
  );

  test.each([
    '/aborts',
    '/aborts?how=signal',
    '/aborts?text=no%20FATAL%20ERROR%3A%20it%20is%20out%20of%20memory',
  ])('for any other cause (%s), is said to have ended', async (target) => {
    expect(await ask(target)).toMatchObject(failed);
    expect(recordOf(target)).toMatchObject({ reason: 'exited' });
    expect(await ask('/answers?as=text')).toMatchObject({ status: 200 });
  });
});

test('10 s are the limit, 5 s are warned of, and waiting is told from never calling back', async () => {
  const from = events.length;
  const tooSlow = ask('/waits?ms=30000');
  const neverCalled = ask('/never');
  expect(await ask('/waits?ms=6000')).toMatchObject({ status: 200 });
  expect(events.slice(from).filter(({ kind }) => kind === 'slow')).toHaveLength(3);
  expect(await tooSlow).toMatchObject({ status: 504, text: 'Gateway Timeout' });
  expect(await neverCalled).toMatchObject({ status: 504, text: 'Gateway Timeout' });
  expect(recordOf('/waits?ms=30000')).toMatchObject({ reason: 'too-slow' });
  expect(recordOf('/never')).toMatchObject({ reason: 'never-called-back' });
}, 30_000);

describe('what it cannot start with is told', () => {
  test.each([
    ['a folder that is not there', { dir: '/nothing/there' }, 'dir: there is no folder /nothing/there'],
    ['no token', { env: {} }, 'AUTH_TOKEN is missing'],
    ['a public URL without scheme', { publicUrl: 'tunnel.example' }, 'publicUrl must be'],
    ['a public URL with a port that is none', { publicUrl: 'https://a.example:99999' }, 'publicUrl must be'],
    ['a public URL with a host that is none', { publicUrl: 'https://exa%mple' }, 'publicUrl must be'],
    ['a blank token', { env: { AUTH_TOKEN: ' ' } }, 'AUTH_TOKEN is blank: set it'],
    ['a token without width', { env: { AUTH_TOKEN: '\u200b' } }, 'AUTH_TOKEN is blank: set it'],
    [
      'a blank second token',
      { env: { ...env, AUTH_TOKEN_SECONDARY: '\t' } },
      'AUTH_TOKEN_SECONDARY is blank: set it',
    ],
    // Node would listen on every address of the machine.
    ['a host that is empty', { host: '' }, 'host is empty'],
    ['off on a network', { enforce: 'off' as const, host: '0.0.0.0' }, 'only on loopback'],
    [
      'off under a public URL',
      { enforce: 'off' as const, publicUrl: 'https://a.example' },
      'without publicUrl',
    ],
  ])('%s', async (_, change, sentence) => {
    await expect(createEdge({ dir: project.dir, env, ...change })).rejects.toThrow(sentence);
  });

  test('a variable that no process can have, and nothing goes on listening', async () => {
    const port = await freePort();
    const start = (variables: Record<string, string>) =>
      createEdge({ dir: project.dir, env: { ...env, ...variables }, port });
    await expect(start({ NAME: 'a\0b' })).rejects.toThrow('null bytes');
    const started = await start({});
    await started.close();
  });

  test('two functions with one path', async () => {
    const twice = makeFunctionsProject({ 'functions/a.js': marking, 'functions/a.protected.js': marking });
    try {
      await expect(createEdge({ dir: twice.dir, env })).rejects.toThrow('Path /a already exists');
    } finally {
      twice.remove();
    }
  });

  test('a project without Twilio’s runtime', async () => {
    const bare = makeFunctionsProject({ 'functions/a.js': marking });
    rmSync(path.join(bare.dir, 'node_modules'));
    try {
      await expect(createEdge({ dir: bare.dir, env })).rejects.toThrow(
        'the project has no @twilio/runtime-handler',
      );
    } finally {
      bare.remove();
    }
  });
});

test('off on loopback lets everything through and marks it', async () => {
  const open = await createEdge({
    dir: project.dir,
    env,
    enforce: 'off',
    onRequest: (one) => records.push(one),
  });
  try {
    expect((await sendRaw(open.url, { method: 'POST', target: '/sometimes' })).text).toBe('ran');
    expect(records.at(-1)).toMatchObject({ verdict: 'observed', reason: 'missing-signature' });
    expect((await sendRaw(open.url, { target: '/hidden' })).status).toBe(404);
  } finally {
    await open.close();
  }
});

const ownAddress = Object.values(networkInterfaces())
  .flat()
  .find((one) => one?.family === 'IPv4' && !one.internal)?.address;

if (ownAddress === undefined && process.env.CI) throw new Error('CI needs an address that is not loopback');
// Jest counts it among the skipped where a machine has no address but loopback: nobody is outside of it then.
const onNetwork = ownAddress === undefined ? test.skip : test;

onNetwork(
  'beside a proxy with HTTPS a password is taken from the proxy and from this machine alone',
  async () => {
    const open = await createEdge({
      dir: project.dir,
      env,
      host: '0.0.0.0',
      publicUrl: 'https://event.example.com',
      onRequest: (one) => records.push(one),
    });
    try {
      const outside = open.url.replace(/^.*:/, `http://${ownAddress}:`);
      const inside = open.url.replace(/^.*:/, 'http://127.0.0.1:');
      const authorization = ['authorization', `Basic ${Buffer.from('user:password').toString('base64')}`];
      const proxied = ['x-forwarded-proto', 'https'];
      const asks = { target: '/asks' };
      const refusal = { status: 403, text: 'Forbidden: a password must not travel without HTTPS.' };
      expect(await sendRaw(outside, asks)).toMatchObject(refusal);
      expect(await sendRaw(outside, { ...asks, headers: authorization })).toMatchObject(refusal);
      expect(records.at(-1)).toMatchObject({ verdict: 'refused', reason: 'password-in-clear' });
      expect(handlerRan()).toBe(false);
      expect((await sendRaw(outside, { ...asks, headers: proxied })).status).toBe(401);
      expect((await sendRaw(outside, { ...asks, headers: [...authorization, ...proxied] })).status).toBe(200);
      expect((await sendRaw(inside, { ...asks, headers: authorization })).status).toBe(200);
    } finally {
      await open.close();
    }
  },
);

onNetwork('over a network without HTTPS a password is neither asked for nor taken', async () => {
  const open = await createEdge({
    dir: project.dir,
    env,
    host: '0.0.0.0',
    onRequest: (one) => records.push(one),
  });
  try {
    const authorization = ['authorization', `Basic ${Buffer.from('user:password').toString('base64')}`];
    const refusal = { status: 403, text: 'Forbidden: a password must not travel without HTTPS.' };
    const outside = open.url.replace('127.0.0.1', String(ownAddress));
    const asked = await sendRaw(outside, { target: '/asks' });
    expect(asked).toMatchObject(refusal);
    expect(asked.headers['www-authenticate']).toBeUndefined();
    expect(records.at(-1)).toMatchObject({ reason: 'password-in-clear' });
    expect(await sendRaw(outside, { target: '/marks', headers: authorization })).toMatchObject(refusal);
    expect(records.at(-1)).toMatchObject({ verdict: 'refused', reason: 'password-in-clear' });
    expect(handlerRan()).toBe(false);
    expect((await sendRaw(outside, { target: '/event' })).status).toBe(200);
    expect((await sendRaw(open.url, { target: '/asks' })).status).toBe(401);
    expect((await sendRaw(open.url, { target: '/asks', headers: authorization })).status).toBe(200);
  } finally {
    await open.close();
  }
});
