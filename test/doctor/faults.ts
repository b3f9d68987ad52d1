import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';
import type { CauseCode } from '../../src/doctor/cause-code';
import type { CapturedRequest, OtherKey } from '../../src/doctor/explanation';

/** A genuine request, and what the application that receives it is configured with. */
export interface Scene {
  kind: 'sms' | 'voice' | 'json' | 'websocket';
  request: CapturedRequest;
  /** What Twilio signed, and with what. */
  sent: { url: string; params: Record<string, string>; token: string };
  key: string;
  otherKeys: OtherKey[];
  knownUrls: string[];
}

/** Something that goes wrong between Twilio and the check. */
export interface Fault {
  code: CauseCode;
  /** Two faults of one place would hide each other. */
  place: 'scheme' | 'host' | 'port' | 'path' | 'query' | 'parameters' | 'body' | 'key';
  /** @returns `null` where it changes nothing of this scene */
  spoil(scene: Scene): Scene | null;
}

const sid = (prefix: string) => fc.stringMatching(/^[0-9a-f]{32}$/).map((digits) => prefix + digits);
const token = fc.stringMatching(/^[0-9a-f]{31}[a-f]$/);
const host = fc.constantFrom('example.com', 'hooks.rateus.example', 'abc.ngrok.app', 'event-2026.twil.io');
const path = fc.constantFrom('/sms/incoming', '/api/twilio/sms', '/prod/webhooks/reply', '/webhook/a/b');
const query = fc.constantFrom('', '?event=7&room=blue', "?who=o'neill&a=1&b=2&c=3", '?q=loud+and+clear&x=1');
const number = fc.stringMatching(/^\+1555\d{7}$/);
const words = fc
  .array(fc.constantFrom('KEYNOTE', '5', 'löved', 'it', 'A+', '100%', 'ça', '👍', 'back & forth'), {
    minLength: 2,
    maxLength: 6,
  })
  .map((list) => list.join(' '));

const origin = fc.record({ host, path, query, key: token });

/** Text messages, calls by GET, events as JSON and WebSocket handshakes, as Twilio sends them, signed by its own package. */
export const scenes: fc.Arbitrary<Scene> = fc.oneof(
  { weight: 3, arbitrary: textMessages() },
  { weight: 1, arbitrary: calls() },
  { weight: 1, arbitrary: events() },
  { weight: 1, arbitrary: handshakes() },
);

function textMessages(): fc.Arbitrary<Scene> {
  return fc
    .record({
      origin,
      account: sid('AC'),
      message: sid('SM'),
      from: number,
      to: number,
      words,
      newline: fc.boolean(),
    })
    .map(({ origin: { host: at, path: where, query: extra, key }, account, message, from, to, ...text }) => {
      const params = {
        AccountSid: account,
        ApiVersion: '2010-04-01',
        Body: text.newline ? `${text.words}\r\nbye` : text.words,
        From: from,
        FromCity: '',
        FromCountry: 'US',
        MessageSid: message,
        NumMedia: '0',
        NumSegments: '1',
        SmsMessageSid: message,
        SmsSid: message,
        SmsStatus: 'received',
        To: to,
      };
      const url = `https://${at}${where}${extra}`;
      return scene('sms', key, {
        url,
        method: 'POST',
        contentType: 'application/x-www-form-urlencoded',
        params,
      });
    });
}

function calls(): fc.Arbitrary<Scene> {
  return fc
    .record({ origin, account: sid('AC'), call: sid('CA'), from: number })
    .map(({ origin: { host: at, path: where, query: extra, key }, account, call, from }) => {
      const fields = new URLSearchParams({
        AccountSid: account,
        CallSid: call,
        CallStatus: 'ringing',
        From: from,
      });
      const url = `https://${at}${where}${extra}${extra ? '&' : '?'}${fields}`;
      return scene('voice', key, { url, method: 'GET' });
    });
}

function events(): fc.Arbitrary<Scene> {
  const value = fc.record({ id: sid('EV'), score: fc.integer({ min: 1, max: 5 }), note: words });
  return fc
    .record({ origin, value })
    .map(({ origin: { host: at, path: where, query: extra, key }, value: content }) => {
      // As Python writes it: what JavaScript writes again is another text.
      const body = JSON.stringify([content], null, 1)
        .replace(/\n\s*/g, ' ')
        .replace(/([[{]) /g, '$1')
        .replace(/ ([\]}])/g, '$1');
      const hash = createHash('sha256').update(body).digest('hex');
      const url = `https://${at}${where}${extra}${extra ? '&' : '?'}bodySHA256=${hash}`;
      return scene('json', key, { url, method: 'POST', contentType: 'application/json', body });
    });
}

function handshakes(): fc.Arbitrary<Scene> {
  return origin.map(({ host: at, path: where, query: extra, key }) => {
    const url = `wss://${at}${where}${extra}`;
    return scene('websocket', key, {
      url,
      method: 'GET',
    });
  });
}

function scene(
  kind: Scene['kind'],
  token: string,
  {
    params = {},
    ...request
  }: { url: string; method: string; contentType?: string; body?: string; params?: Record<string, string> },
): Scene {
  const sent = { url: request.url, params, token };
  const own = kind === 'sms' ? { params } : {};
  return sign({
    kind,
    sent,
    key: token,
    request: { ...request, ...own, headers: {} },
    otherKeys: [],
    knownUrls: [],
  });
}

/** The scene with the signature of what was sent. */
function sign(scene: Scene): Scene {
  const { url, params, token } = scene.sent;
  return {
    ...scene,
    request: { ...scene.request, signature: getExpectedTwilioSignature(token, url, params) },
  };
}

export const faults: readonly Fault[] = [
  atUrl('url-scheme', 'scheme', (url) => url.replace(/^https:/, 'http:')),
  atUrl('websocket-scheme', 'scheme', (url) => url.replace(/^wss:/, 'https:')),
  behindProxy('forwarded-host', 'X-Forwarded-Host', '10.0.0.3:8080'),
  behindProxy('host-header', 'Host', 'inner'),
  {
    code: 'host-configured',
    place: 'host',
    spoil: (one) => ({
      ...one,
      knownUrls: [...one.knownUrls, `https://${hostOf(one.sent.url)}/voice/status`],
      request: { ...one.request, url: withHost(one.request.url, 'lambda-url.internal') },
    }),
  },
  {
    code: 'url-port',
    place: 'port',
    spoil: (one) =>
      sign({ ...one, sent: { ...one.sent, url: withHost(one.sent.url, `${hostOf(one.sent.url)}:8443`) } }),
  },
  atPath('trailing-slash', (where) => `${where}/`),
  atPath('path-prefix', (where) => where.replace(/^\/(?:api|prod|webhook)(?=\/)/, '')),
  atPath('index-page', (where) => `${where}/index.php`),
  atPath('path-extension', (where) => `${where}.protected`),
  atPath('double-slash', (where) => where.replace(/\/(?=[^/]+$)/, '//')),
  atPath('path-case', (where) => where.toUpperCase()),
  {
    code: 'query-dropped',
    place: 'query',
    spoil(one) {
      const dropped = one.request.url.replace(/\?.*/s, '');
      // The fields of a call and the hash of a body cannot be configured: see their own faults.
      if (dropped === one.request.url || one.kind === 'voice' || one.kind === 'json') return null;
      return {
        ...one,
        knownUrls: [...one.knownUrls, `https://other.example/x${one.request.url.slice(dropped.length)}`],
        request: { ...one.request, url: dropped },
      };
    },
  },
  atQuery('query-added', (text) => `${text}${text ? '&' : '?'}utm_source=qr`),
  atQuery('query-order', (text) =>
    /&/.test(text) ? `?${text.slice(1).split('&').sort().reverse().join('&')}` : text,
  ),
  atQuery('query-apostrophe', (text) => text.replace(/'/g, '%27')),
  atQuery('query-space', (text) => text.replace(/\+/g, '%20')),
  atParams(
    'parameter-trimmed',
    (fields) => fields,
    (fields) => ({ ...fields, Body: `${fields.Body} ` }),
  ),
  atParams('plus-undecoded', (fields) => map(fields, (value) => value.replace(/ /g, '+'))),
  atParams('parameters-encoded', (fields) => map(fields, encodeURIComponent)),
  atParams('parameter-charset', (fields) =>
    map(fields, (value) => Buffer.from(value, 'utf8').toString('latin1')),
  ),
  atParams('newlines-changed', (fields) => map(fields, (value) => value.replace(/\r\n/g, '\n'))),
  atParams('parameter-missing', ({ NumMedia: _, ...fields }) => fields),
  atParams('parameter-emptied', ({ FromCity: _, ...fields }) => fields),
  atParams('parameter-extra', (fields) => ({ ...fields, tenant: 'blue' })),
  atParams('parameter-null', (fields) => ({ ...fields, FromCity: null })),
  atParams('parameter-type', (fields) => ({ ...fields, NumMedia: 0 })),
  atParams(
    'parameters-unsigned',
    (fields) => fields,
    () => ({}),
  ),
  atBody('body-hash-dropped', (request) => ({
    url: request.url.replace(/[?&]bodySHA256=[0-9a-f]+/, ''),
  })),
  atBody('json-reserialised', ({ body }) => ({ body: JSON.stringify(JSON.parse(body as string)) })),
  atBody('body-newline', ({ body }) => ({ body: `${body as string}\n` })),
  atKey('key-blanks', (key) => `${key}\n`),
  atKey('key-quoted', (key) => `"${key}"`),
  atKey('key-case', (key) => key.toUpperCase()),
  {
    code: 'key-rotated',
    place: 'key',
    spoil: (one) => ({ ...one, key: '0'.repeat(32), otherKeys: [{ kind: 'former', secret: one.key }] }),
  },
];

function atUrl(code: CauseCode, place: Fault['place'], change: (url: string) => string): Fault {
  return {
    code,
    place,
    spoil(one) {
      const url = change(one.request.url);
      return url === one.request.url ? null : { ...one, request: { ...one.request, url } };
    },
  };
}

function atPath(code: CauseCode, change: (path: string) => string): Fault {
  return atUrl(code, 'path', (url) => url.replace(/(?<=\/\/[^/?]+)\/[^?]*/, change));
}

function atQuery(code: CauseCode, change: (query: string) => string): Fault {
  return atUrl(code, 'query', (url) => {
    const [before = '', text = ''] = url.split(/(\?.*)/s);
    return before + change(text);
  });
}

function behindProxy(code: CauseCode, header: string, inner: string): Fault {
  return {
    code,
    place: 'host',
    spoil: (one) => ({
      ...one,
      request: {
        ...one.request,
        url: withHost(one.request.url, inner),
        headers: { ...one.request.headers, [header]: hostOf(one.request.url) },
      },
    }),
  };
}

/** What the application makes of the fields; with `sent`, the ones that Twilio signed are others. */
function atParams(
  code: CauseCode,
  change: (fields: Record<string, string>) => Record<string, unknown>,
  sent: (fields: Record<string, string>) => Record<string, string> = (fields) => fields,
): Fault {
  return {
    code,
    place: 'parameters',
    spoil(one) {
      if (one.kind !== 'sms') return null;
      const fields = one.request.params as Record<string, string>;
      const [params, truth] = [change(fields), sent(fields)];
      if (JSON.stringify(params) === JSON.stringify(truth)) return null;
      return sign({ ...one, request: { ...one.request, params }, sent: { ...one.sent, params: truth } });
    },
  };
}

function atBody(code: CauseCode, change: (request: CapturedRequest) => Partial<CapturedRequest>): Fault {
  return {
    code,
    place: code === 'body-hash-dropped' ? 'query' : 'body',
    spoil: (one) =>
      one.kind === 'json' ? { ...one, request: { ...one.request, ...change(one.request) } } : null,
  };
}

function atKey(code: CauseCode, change: (key: string) => string): Fault {
  return { code, place: 'key', spoil: (one) => ({ ...one, key: change(one.key) }) };
}

function map(fields: Record<string, string>, change: (value: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, change(value)]));
}

function hostOf(url: string): string {
  return /\/\/([^/?]*)/.exec(url)?.[1] ?? '';
}

function withHost(url: string, to: string): string {
  return url.replace(/(?<=\/\/)[^/?]*/, to);
}
