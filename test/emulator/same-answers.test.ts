import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { createEdge, type Edge } from '../../src/emulator/create-edge';
import { readRoutes } from '../../src/emulator/routes';
import { type RawAnswer, type RawRequest, sendRaw } from '../send-raw';
import { makeFunctionsProject } from './functions-project';

// The edge calls what Twilio's runtime is made of without an HTTP server before it. The oracle is that runtime with one.
const env = { ACCOUNT_SID: `AC${'1'.repeat(32)}`, AUTH_TOKEN: '0123456789abcdef0123456789abcdef' };
const form = 'application/x-www-form-urlencoded';

const project = makeFunctionsProject({
  'functions/event.js':
    'exports.handler = (context, event, callback) => callback(null, { path: context.PATH, event });',
  'functions/plain.js': `exports.handler = (context, { as }, callback) => callback(null, ({
    text: 'grüße', object: { a: [1] }, list: [1, 2], null: null, twiml: new Twilio.twiml.MessagingResponse(),
    bytes: Buffer.from('bytes'), large: 'x'.repeat(200_000),
  })[as]);`,
  'functions/responds.js': `exports.handler = (context, { status, header = [], body, as }, callback) => {
    const response = new Twilio.Response();
    if (status) response.setStatusCode(Number(status));
    for (const one of [header].flat()) response.appendHeader(...one.split('|'));
    if (body) response.setBody({ json: JSON.parse, bytes: Buffer.from }[as]?.(body) ?? body);
    callback(null, response);
  };`,
  'assets/a.txt': 'an asset',
  'assets/page.html': '<h1>page</h1>',
  'assets/data.json': '{}',
  'assets/large.bin': Buffer.alloc(3_000_000, 'z'),
});

let edge: Edge;
let oracle: ChildProcess;
let oracleUrl: string;

beforeAll(async () => {
  edge = await createEdge({ dir: project.dir, env });
  const routes = await readRoutes(project.dir, {});
  const config = {
    baseDir: project.dir,
    env,
    url: edge.url,
    forkProcess: false,
    live: false,
    logs: false,
    routes: {
      functions: routes
        .filter(({ kind }) => kind === 'function')
        .map((one) => ({ ...one, type: 'function' })),
      assets: routes.filter(({ kind }) => kind === 'asset').map((one) => ({ ...one, type: 'asset' })),
    },
  };
  const program = `const { LocalDevelopmentServer } = require('@twilio/runtime-handler/dev');
    const app = new LocalDevelopmentServer(0, JSON.parse(process.argv[1])).getApp();
    // The edge hides it, as the platform does.
    const withoutHost = ({ rawHeaders }) => rawHeaders.splice(rawHeaders.findIndex((name) => /^host$/i.test(name)), 2);
    const server = require('node:http').createServer((request, response) => {
      withoutHost(request);
      app(request, response);
    });
    server.listen(0, '127.0.0.1', () => process.send(server.address().port));
    process.on('disconnect', () => process.exit());`;
  oracle = spawn(process.execPath, ['-e', program, JSON.stringify(config)], {
    cwd: path.join(__dirname, '..', '..'),
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const port = await new Promise((resolve) => oracle.once('message', resolve));
  oracleUrl = `http://127.0.0.1:${port}`;
});
afterAll(async () => {
  oracle.disconnect();
  await Promise.all([edge.close(), new Promise((resolve) => oracle.once('exit', resolve))]);
  project.remove();
});

const get = (target: string, ...headers: string[]): RawRequest => ({ target, headers });
const head = (target: string): RawRequest => ({ method: 'HEAD', target });
const post = (target: string, type: string, body: string | Buffer, ...headers: string[]): RawRequest => ({
  method: 'POST',
  target,
  headers: ['content-type', type, ...headers],
  body,
});

const requests: RawRequest[] = [
  ...['text', 'object', 'list', 'null', 'twiml', 'bytes', 'large', 'nothing'].map((as) =>
    get(`/plain?as=${as}`),
  ),
  head('/plain?as=text'),
  get('/plain?as=text', 'if-none-match', '*'),
  get('/responds'),
  ...[201, 204, 205, 302, 304, 404, 500, 999].map((status) => get(`/responds?body=x&status=${status}`)),
  ...['{"a":1}', '[1]', 'true', 'null'].map((body) => get(`/responds?as=json&body=${body}`)),
  get('/responds?as=bytes&body=x'),
  ...[
    'Content-Type|text/html',
    'Content-Type|application/octet-stream',
    'Location|/y',
    'ETag|"q"',
    'X-A|%C3%A9',
  ].map((header) => get(`/responds?body=x&header=${header}`)),
  get('/responds?body=x&header=X-A|1&header=X-A|2&header=x-b|3'),
  get('/responds?body=x&header=ETag|"q"', 'if-none-match', '"q"'),
  ...['/a.txt', '/page.html', '/data.json', '/large.bin'].map((path) => get(path)),
  head('/a.txt'),
  head('/large.bin'),
  get('/a.txt', 'range', 'bytes=2-4'),
  get('/a.txt', 'range', 'bytes=0-1,3-4'),
  get('/a.txt', 'if-modified-since', 'Fri, 01 Jan 2038 00:00:00 GMT'),
  post('/a.txt', form, 'a=1'),
  get('/event?a=1&a=2&b[c]=3&d[]=4&__proto__[x]=1'),
  ...['?a=%zz', '?a=%E9', '?', '??a=b', '?a=b?c'].map((query) => get(`/event${query}`)),
  get('/event', 'cookie', 'a=1; b=2', 'cookie', 'c=j:{"x":1}'),
  get('/event', 'x-a', '1', 'x-a', '2', 'user-agent', 'a', 'user-agent', 'b', 'x-latin', '\u00e9'),
  ...[
    'a=1&b=%20x+y&a=2&c',
    '__proto__=1&constructor=2&toString=3',
    'a=%C3%BC\u00fc',
    '',
    'a&'.repeat(999),
  ].map((body) => post('/event', form, body)),
  post('/event', `${form}; charset=utf-8`, 'a=%C3%BC'),
  post('/event', form.toUpperCase(), 'a=1'),
  post('/event?q=1&p=1', form, 'q=2'),
  ...['{"a":{"b":[1]}}', '[1,2]', ''].map((body) => post('/event', 'application/json', body)),
  post('/event', 'application/json; charset=utf-16', Buffer.from('{"a":"ü"}', 'utf16le')),
  post('/event', 'application/vnd.own+json', '{"a":1}'),
  post('/event', 'text/plain', 'a text'),
  post('/event', 'multipart/form-data; boundary=x', '--x--'),
];

const titled = requests.map((request): [title: string, request: RawRequest] => {
  const { method = 'GET', target, headers = [], body = '' } = request;
  return [[method, target, ...headers, String(body).slice(0, 30)].join(' '), request];
});

test.each(titled)('%s is answered as by Twilio’s own server', async (_, request) => {
  expect(endToEnd(await sendRaw(edge.url, request))).toEqual(endToEnd(await sendRaw(oracleUrl, request)));
});

// What speaks of one connection, or of the server that made it.
const ownOfEach = ['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'date', 'x-powered-by'];

function endToEnd({ headers, ...rest }: RawAnswer): RawAnswer {
  const kept = Object.entries(headers).filter(([name]) => !ownOfEach.includes(name));
  return { ...rest, headers: Object.fromEntries(kept) };
}
