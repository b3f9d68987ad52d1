import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';
import { readCapture } from '../../../src/doctor/capture/read-capture';
import { splitCmd } from '../../../src/doctor/capture/split-cmd';
import { splitShell } from '../../../src/doctor/capture/split-shell';
import { explain } from '../../../src/doctor/explain';
import type { CapturedRequest } from '../../../src/doctor/explanation';

const token = '0123456789abcdef0123456789abcdef';
const url = "https://example.com/sms/incoming?who=o'neill";
const params = { Body: "it's 5 & löved 👍", From: '+15550100001' };
const body = new URLSearchParams(params).toString();
const type = 'application/x-www-form-urlencoded';
const signature = getExpectedTwilioSignature(token, url, params);
const headers = { Host: 'example.com', 'Content-Type': type, 'X-Twilio-Signature': signature };
const path = url.replace('https://example.com', '');

function read(text: string | Buffer, publicUrl?: string): CapturedRequest[] {
  const capture = readCapture(Buffer.from(text as string), { publicUrl });
  if ('fault' in capture) throw new Error(capture.fault);
  return capture.requests;
}

function faultOf(text: string): string {
  const capture = readCapture(Buffer.from(text));
  return 'fault' in capture ? capture.fault : 'none';
}

function quote(text: string): string {
  return `'${text.replace(/'/g, `'\\''`)}'`;
}

const raw = [
  `POST ${path} HTTP/1.1`,
  ...Object.entries(headers).map((pair) => pair.join(': ')),
  `Content-Length: ${Buffer.byteLength(body)}`,
  '',
  body,
].join('\r\n');
const entry = (fields: object) => ({
  log: {
    version: '1.2',
    entries: [{ request: { method: 'POST', url, headers: namesAndValues(headers), ...fields } }],
  },
});
const namesAndValues = (list: Record<string, string>) =>
  Object.entries(list).map(([name, value]) => ({ name, value }));
const lambda2 = {
  version: '2.0',
  rawPath: '/sms/incoming',
  rawQueryString: "who=o'neill",
  headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
  requestContext: { http: { method: 'POST' } },
  body: Buffer.from(body).toString('base64'),
  isBase64Encoded: true,
};
const curl = `curl -sS -X POST ${quote(url)} \\\n  -H ${quote(`Content-Type: ${type}`)} \\\n  -H ${quote(`X-Twilio-Signature: ${signature}`)} \\\n  --data-raw ${quote(body)}`;
const json = JSON.stringify({ url, method: 'POST', headers, body });
const nulls = entry({ postData: { mimeType: null, text: body, encoding: null, params: null } });
nulls.log.entries.push({ request: { ...nulls.log.entries[0]?.request, postData: null } as never });

// As Chrome's escapeStringWin has it.
function curlForCmd(gap: string): string {
  const words = [url, `X-Twilio-Signature: ${signature}`, body].map((word) => {
    const escaped = word.replace(/[^a-zA-Z0-9\s_\-:=+~'/.',?;()*`]/g, '^$&');
    return `^"${escaped.replace(/%(?=[a-zA-Z0-9_])/g, '%^')}^"`;
  });
  return `curl ${words[0]}${gap}-H ${words[1]}${gap}--data-raw ${words[2]}\r\n`;
}

describe('a genuine request verifies', () => {
  test.each<[string, string | Buffer]>([
    ['JSON', json],
    ['JSON with a byte order mark', `\ufeff${JSON.stringify({ url, headers, body })}`],
    ['JSON with the path only', JSON.stringify({ originalUrl: path, url: '/inner', headers, rawBody: body })],
    ['JSON with parsed parameters', JSON.stringify({ url, headers, params })],
    ['JSON whose body was parsed', JSON.stringify({ url, headers, body: params })],
    ['JSON with a Buffer for a body', JSON.stringify({ url, headers, rawBody: Buffer.from(body) })],
    ['JSON with headers as pairs', JSON.stringify({ url, headers: Object.entries(headers), body })],
    [
      'JSON with rawHeaders of Node',
      JSON.stringify({ url, rawHeaders: Object.entries(headers).flat(), body }),
    ],
    ['JSON with the signature beside it', JSON.stringify({ url, signature, contentType: type, body })],
    ['a Lambda event, format 2.0', JSON.stringify(lambda2)],
    [
      'a Lambda event, format 1.0',
      JSON.stringify({
        path: '/sms/incoming',
        httpMethod: 'POST',
        requestContext: { path: '/sms/incoming' },
        multiValueHeaders: Object.fromEntries(
          Object.entries(headers).map(([name, value]) => [name, [value]]),
        ),
        multiValueQueryStringParameters: { who: ["o'neill"] },
        body,
      }),
    ],
    ['HAR', JSON.stringify(entry({ postData: { mimeType: type, text: body } }))],
    [
      'HAR with parsed fields',
      JSON.stringify(entry({ postData: { mimeType: type, params: namesAndValues(params) } })),
    ],
    [
      'HAR in base64',
      JSON.stringify(
        entry({
          postData: { mimeType: type, encoding: 'base64', text: Buffer.from(body).toString('base64') },
        }),
      ),
    ],
    ['raw HTTP', raw],
    ['raw HTTP as an editor saves it', `\n${raw.replace(/\r\n/g, '\n')}\n`],
    ['raw HTTP without a length', raw.replace(/Content-Length.*\r\n/, '')],
    ['curl', curl],
    [
      'curl with fields',
      `$ curl ${quote(url)} -H 'X-Twilio-Signature: ${signature}' --data-urlencode ${quote(`Body=${params.Body}`)} -d From=%2B15550100001 -m 5`,
    ],
    [
      'curl as a browser copies it',
      curl.replace(quote(body), () => `$'${body.replace(/'/g, "\\'").replace(/%/g, '\\u0025')}'`),
    ],
    ['curl as a browser copies it for cmd', curlForCmd(' ^\r\n  ')],
    ['curl for cmd with double quotes', curlForCmd(' ^\n ').replace(/\^(.)/g, '$1')],
    ...[
      ...['-c jar', '-D -', '--max-redirs 5', '--trace-ascii out', '-U user:pass', '-Ls --retry-delay 3'],
      ...['2>/dev/null', '> out.txt', '| jq .', '; echo done', '&& echo https://b', '>/dev/null 2>&1'],
    ].map((more): [string, string] => [`curl with ${more}`, `${curl} ${more}`]),
    ['curl with a redirection inside', curl.replace('-X', '2>&1 >out -X')],
    [
      'curl with a query apart',
      curl.replace(quote(url), () => `${url.replace(/\?.*/, '')} --url-query "+who=o'neill"`),
    ],
    ['HAR with null for what is not there', JSON.stringify(nulls)],
    ['JSON in UTF-16', Buffer.from(`\ufeff${json}`, 'utf16le')],
    ['JSON in UTF-16, big end first', Buffer.from(`\ufeff${json}`, 'utf16le').swap16()],
    ['raw HTTP in UTF-16', Buffer.from(`\ufeff${raw}`, 'utf16le')],
  ])('from %s', (_, text) => {
    const [request] = read(text);
    expect(explain(request as CapturedRequest, token)).toMatchObject({ reason: null, causes: [] });
  });
});

test('escapes the signs of a field that curl escapes', () => {
  const [request] = read(
    `curl -G https://example.com/sms --data-urlencode "Body=it's (5)! *~-._" -d a=%2B --data-urlencode 'b c'`,
  );
  expect(request?.url).toBe('https://example.com/sms?Body=it%27s+%285%29%21+%2A~-._&a=%2B&b+c');
});

test('half an emoji is a sign that no text has, and throws nowhere', () => {
  const replaced = encodeURIComponent('\ufffd');
  const [request] = read("curl https://a --data-urlencode $'Body=\\ud83d' -d $'a=\\ud83d\\ude00'");
  expect(request?.body).toBe(`Body=${replaced}&a=\u{1f600}`);
  const event = { path: '/', requestContext: {}, queryStringParameters: { a: '\ud83d' } };
  expect(read(JSON.stringify(event))[0]?.url).toBe(`/?a=${replaced}`);
  const withUser = { url: 'https://\ud83d:b@example.com/', signature, body };
  expect(explain(read(JSON.stringify(withUser))[0] as CapturedRequest, token).causes).toEqual([]);
});

test('reads the words of cmd as Windows does', () => {
  expect(splitCmd('a ^"b \\^"c^^ \\\\^" ^"^" "d^ e" f^\r\n\r\ng ^\n h | i')).toEqual([
    'a',
    'b "c^ \\',
    '',
    'd^ e',
    'f',
    'g',
    'h',
  ]);
});

test('keeps the bytes of a raw body', () => {
  const bytes = Buffer.from([0x7b, 0xff, 0xfe, 0x0a, 0x0d, 0x0a, 0x7d]);
  const head = Buffer.from(
    `POST /a HTTP/1.1\r\nHost: example.com\r\nContent-Length: ${bytes.length}\r\n\r\n`,
  );
  expect(Buffer.from(read(Buffer.concat([head, bytes]))[0]?.body as Uint8Array)).toEqual(bytes);
});

test('keeps a header that came twice', () => {
  const [request] = read(raw.replace('\r\n\r\n', `\r\nX-Twilio-Signature: ${signature}\r\n\r\n`));
  expect(request?.signature).toEqual([signature, signature]);
});

test('joins the public URL and a path, and takes only the signed requests of an archive', () => {
  expect(read(raw, 'https://public.example/')[0]?.url).toBe(`https://public.example${path}`);
  const archive = entry({});
  const unsigned = { request: { method: 'GET', url: 'https://example.com/', headers: [] } };
  const both = { log: { entries: [unsigned, ...archive.log.entries] } };
  expect(read(JSON.stringify(both)).map((one) => one.url)).toEqual([url]);
});

test.each<[string, string, RegExp]>([
  ['nothing', ' \n', /empty/],
  ['prose', 'hello', /neither JSON/],
  ['broken JSON', '{"url":', /last bracket/],
  ['JSON without a URL', '{"method":"POST"}', /it has no url/],
  ['an empty list', '[]', /empty/],
  ['a second element that is none', `[${JSON.stringify({ url })}, 5]`, /Request 2 .*no object/],
  ['headers that are numbers', '{"url":"https://a/","headers":{"a":5}}', /headers is neither/],
  ['a HAR without entries', '{"log":{}}', /log\.entries/],
  ['a HAR without a signed request', '{"log":{"entries":[]}}', /X-Twilio-Signature/],
  ['raw HTTP that is cut', raw.slice(0, -3), /is cut/],
  ['raw HTTP with more behind it', `${raw}${raw}`, /more than one request/],
  ['raw HTTP in chunks', raw.replace(/Content-Length.*/, 'Transfer-Encoding: chunked'), /chunked/],
  ['raw HTTP with a broken header', 'GET / HTTP/1.1\r\nHost example.com\r\n\r\n', /no header/],
  ['curl without a URL', 'curl -X POST', /no URL/],
  ['curl with an open quote', "curl 'https://a", /never closed/],
  ['curl with a file', 'curl https://a -d @body.txt', /reads a file/],
  ['curl with a multipart form', 'curl https://a -F a=b', /multipart/],
  ['curl with two URLs', 'curl https://a https://b', /2 URLs/],
  ['curl with a switch without its value', 'curl https://a -D', /-D has no value/],
  ['curl with a file to upload', 'curl https://a -T body.txt', /-T reads a file/],
])('says in a sentence what is wrong with %s', (_, text, fault) => {
  expect(faultOf(text)).toMatch(fault);
});

test.each([
  String.raw`a 'b c' "d \"e\" $f \\ \n" g\ h`,
  String.raw`--x=$'a\'b\n\x41\u00e9\101' ''`,
  String.raw`$'caf\xc3\xa9 \303\251 \xc3\251 \xf0\x9f\x98\x80!'`,
  'one\\\n two',
  'a b>/dev/stdout c 2>/dev/null "|" \\; \'&\' d2>&1 e | cat; true',
])('splits a command line as a shell does: %s', async (line) => {
  const script = `f=F; printf '%s\\0' ${line.replace('$f', '\\$f')}`;
  const { stdout } = await promisify(execFile)('bash', ['-c', script], { env: { LC_ALL: 'C.UTF-8' } });
  expect(splitShell(line)).toEqual(stdout.split('\0').slice(0, -1));
});
