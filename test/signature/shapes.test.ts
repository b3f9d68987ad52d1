import { createHash } from 'node:crypto';
import { runInNewContext } from 'node:vm';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';
import { type SignedRequest, sign, verify } from '../../src/signature/index';

const token = '0123456789abcdef0123456789abcdef';
const url = 'https://example.com/sms';
const bare = getExpectedTwilioSignature(token, url, {});
const signed = getExpectedTwilioSignature(token, url, { Body: 'hi', Tag: ['a', 'b'] });
const check = (request: object) => verify({ url, ...request } as SignedRequest, token);
const refusal = { valid: false, reason: 'invalid-params' };

describe('parameters of every accepted shape give one signature', () => {
  const form = new FormData();
  form.append('Tag', 'b');
  form.append('Body', 'hi');
  form.append('Tag', 'a');
  test.each<[string, unknown]>([
    ['a record', { Tag: ['b', 'a', 'b'], Body: 'hi' }],
    ['a record without a prototype', Object.assign(Object.create(null), { Body: 'hi', Tag: ['b', 'a'] })],
    [
      'an instance of a class with fields',
      Object.assign(new (class Sms {})(), { Body: 'hi', Tag: ['a', 'b'] }),
    ],
    ['a record of another realm', runInNewContext('({ Body: "hi", Tag: ["b", "a"] })')],
    [
      'pairs',
      [
        ['Tag', 'b'],
        ['Body', 'hi'],
        ['Tag', 'a'],
        ['Tag', 'b'],
      ],
    ],
    ['pairs of another realm', runInNewContext('[["Tag", "b"], ["Body", "hi"], ["Tag", "a"]]')],
    ['URLSearchParams', new URLSearchParams('Tag=b&Body=hi&Tag=a')],
    ['FormData', form],
    [
      'values that a getter makes',
      {
        get Body() {
          return 'hi';
        },
        Tag: ['b', 'a'],
      },
    ],
    ['an absent parameter besides', { Body: 'hi', Tag: ['b', 'a'], None: [] }],
  ])('%s', (_, params) => {
    expect(check({ params, signature: signed })).toMatchObject({ valid: true });
    expect(check({ params, signature: bare })).toEqual({ valid: false, reason: 'signature-mismatch' });
  });
});

describe('what shows no fields, or others than it has, does not pass for a request without any', () => {
  const form = new FormData();
  form.append('file', new Blob(['x']), 'x.txt');
  test.each<[string, unknown]>([
    ['a Map', new Map([['Body', 'hi']])],
    ['a Set', new Set()],
    ['a Promise, of a form that was not awaited', Promise.resolve(new URLSearchParams('Body=hi'))],
    ['a Date', new Date(0)],
    ['a number in an object', Object(5)],
    ['a text', 'Body=hi'],
    ['a text in an object', Object('Body=hi')],
    ['bytes', Buffer.from('Body=hi')],
    ['a function', () => ({ Body: 'hi' })],
    ['a function with fields', Object.assign(() => undefined, { Body: [] })],
    ['a symbol', Symbol('Body')],
    ['true', true],
    ['zero', 0],
    [
      'a form of another library',
      new (class Form {
        #fields = { Body: 'hi' };
        get() {
          return this.#fields;
        }
      })(),
    ],
    ['inherited fields', Object.create({ Body: 'hi' })],
    ['a file in a form', form],
    ['an iterable with a field', Object.assign(new Map(), { Body: 'hi' })],
    ['names without values', ['Body']],
    ['texts of two characters in place of pairs', ['ab']],
    ['pairs of three', [['Body', 'hi', 'ho']]],
    ['a pair with a list', [['Body', ['hi']]]],
    ['a pair with a number for its name', [[5, 'hi']]],
    ['a hole', new Array(1)],
    ['a list in a list', { Body: [['hi']] }],
    ['a record in a record', { Body: { a: 'hi' } }],
    ['a number', { Body: 5 }],
    ['null', { Body: null }],
    ['undefined', { Body: undefined }],
    ['a list with a hole', { Body: new Array(1) }],
  ])('%s', (_, params) => {
    expect(check({ params, signature: bare })).toEqual(refusal);
  });
});

test('each field and each parameter is read once: a second answer could be another one', () => {
  const reads: string[] = [];
  const once = <T>(name: string, first: T, second: unknown): T => {
    reads.push(name);
    return (reads.filter((one) => one === name).length === 1 ? first : second) as T;
  };
  const params = {
    get Body() {
      return once('Body', 'hi', 'KEYNOTE 1');
    },
    get Tag() {
      return once('Tag', ['b', 'a'], null);
    },
  };
  const request = {
    get url() {
      return once('url', url, 'https://example.com/other');
    },
    get params() {
      return once('params', params, {});
    },
    get signature() {
      return once('signature', signed, 'x');
    },
    get contentType() {
      return once('contentType', undefined, 'text/plain');
    },
    get body() {
      return once('body', undefined, '{}');
    },
    get keySid() {
      return once('keySid', undefined, 5);
    },
  };
  for (const compat of [[], ['null-empty']] as const) {
    reads.length = 0;
    expect(verify(request, token, { compat: [...compat] })).toMatchObject({ valid: true });
    expect(new Set(reads).size).toBe(reads.length);
  }
});

test('__proto__, names of methods and the empty name are names like any other', () => {
  const given = [
    ['__proto__', 'x'],
    ['constructor', 'y'],
    ['', 'z'],
    ['toString', ''],
  ] as [string, string][];
  const record = Object.fromEntries(given);
  const signature = getExpectedTwilioSignature(token, url, record);
  for (const params of [given, record, new URLSearchParams(given)])
    expect(check({ params, signature })).toMatchObject({ valid: true });
  const body = new URLSearchParams(given).toString();
  const contentType = 'application/x-www-form-urlencoded';
  expect(check({ body, contentType, signature })).toMatchObject({ valid: true });
  expect(check({ params: given.slice(1), signature })).toEqual({
    valid: false,
    reason: 'signature-mismatch',
  });
});

describe('half a character', () => {
  const hash = createHash('sha256').update('"\ufffd"').digest('hex');
  const hashed = `${url}?bodySHA256=${hash}`;
  test.each<[string, object, string]>([
    ['in a name', { params: { 'a\ud800': '' } }, 'invalid-params'],
    ['and nothing else', { params: { '\ud800': '' } }, 'invalid-params'],
    ['in a value of several', { params: { a: ['x', '\udc00'] } }, 'invalid-params'],
    ['whose other half begins the value', { params: { 'a\ud83d': '\ude00b' } }, 'invalid-params'],
    ['in a form', { body: 'a=\ud800', contentType: 'application/x-www-form-urlencoded' }, 'invalid-params'],
    [
      'in JSON, hashed as the character that stands for it',
      {
        url: hashed,
        body: '"\ud800"',
        contentType: 'application/json',
        signature: getExpectedTwilioSignature(token, hashed, {}),
      },
      'invalid-params',
    ],
    [
      'in the URL, signed with the character that stands for it',
      { url: `${url}?a=\ud800`, signature: getExpectedTwilioSignature(token, `${url}?a=\ufffd`, {}) },
      'invalid-url',
    ],
  ])('%s is refused: no bytes stand for it', (_, request, reason) => {
    const signature = getExpectedTwilioSignature(token, url, { 'a\ud83d\ude00b': '' });
    expect(check({ signature, ...request })).toEqual({ valid: false, reason });
  });
});

describe('a body', () => {
  const text = '{"a":1}';
  const hash = createHash('sha256').update(text).digest('hex');
  const hashed = `${url}?bodySHA256=${hash}`;
  const request = {
    url: hashed,
    contentType: 'application/json',
    signature: getExpectedTwilioSignature(token, hashed, {}),
  };
  const shared = new Uint8Array(new SharedArrayBuffer(text.length));
  shared.set(Buffer.from(text));

  test.each<[string, unknown]>([
    ['text', text],
    ['a Buffer', Buffer.from(text)],
    ['a part of a larger buffer', Buffer.from(`xx${text}xx`).subarray(2, 2 + text.length)],
    ['bytes of another realm', runInNewContext('Uint8Array.from(bytes)', { bytes: [...Buffer.from(text)] })],
    ['shared bytes', shared],
  ])('passes as %s', (_, body) => {
    expect(check({ ...request, body })).toMatchObject({ valid: true });
  });

  test.each<[string, unknown]>([
    ['a proxy of bytes', new Proxy(Buffer.from(text), {})],
    ['an object that says it is bytes', { [Symbol.toStringTag]: 'Uint8Array', length: 7 }],
    ['words', new Uint16Array(4)],
    ['an ArrayBuffer', new ArrayBuffer(7)],
    ['a list of numbers', [...Buffer.from(text)]],
    ['what JSON says', JSON.parse(text)],
    ['a number', 5],
    ['false', false],
  ])('is refused as %s', (_, body) => {
    expect(check({ ...request, body })).toEqual(refusal);
  });

  test('that lies about its length is taken for what it holds', () => {
    const liar = Buffer.from('{"a":2}');
    Object.defineProperty(liar, 'length', { value: 0 });
    expect(check({ ...request, body: liar })).toEqual({ valid: false, reason: 'body-mismatch' });
    const trap = Buffer.from(text);
    Object.defineProperty(trap, 'length', {
      get() {
        throw new Error('trap');
      },
    });
    expect(check({ body: trap, contentType: 'text/plain', signature: bare })).toEqual(refusal);
    expect(verify({ ...request, body: trap, signature: bare }, token, { compat: 'all' })).toEqual(refusal);
  });

  test('that is null is none', () => {
    expect(check({ ...request, body: null })).toEqual({ valid: false, reason: 'raw-body-required' });
    expect(check({ body: null, contentType: null, params: null, signature: bare })).toMatchObject({
      valid: true,
    });
    expect(
      check({ params: { Body: 'hi', Tag: ['a', 'b'] }, contentType: null, signature: signed }),
    ).toMatchObject({
      valid: true,
    });
  });

  test('of JSON does not come back as an empty form, or one of an empty name', () => {
    const form = { ...request, contentType: 'application/x-www-form-urlencoded' };
    for (const params of [{}, { '': '' }, { '': ['', ''] }, { None: [] }])
      expect(check({ ...form, params })).toEqual({ valid: false, reason: 'raw-body-required' });
    expect(check({ ...form, body: '' })).toEqual({ valid: false, reason: 'body-mismatch' });
  });

  test('of a form is checked against a hash that is in the URL as well', () => {
    const address = `${url}?bodySHA256=${createHash('sha256').update('b=1&a=2').digest('hex')}`;
    const form = {
      url: address,
      contentType: 'application/x-www-form-urlencoded',
      signature: getExpectedTwilioSignature(token, address, { a: '2', b: '1' }),
    };
    expect(check({ ...form, body: 'b=1&a=2' })).toMatchObject({ valid: true });
    expect(check({ ...form, body: 'a=2&b=1' })).toEqual({ valid: false, reason: 'body-mismatch' });
  });
});

test('more text than a string can hold is refused, not thrown', () => {
  const long = 'x'.repeat(2 ** 20);
  const params = Object.fromEntries(Array.from({ length: 600 }, (_, at) => [`name${at}`, long]));
  expect(check({ params, signature: bare })).toEqual(refusal);
});

test('the order of names that was remembered is used for the same names only', () => {
  const orders = [
    ['b', 'a', 'c'],
    ['c', 'a', 'b'],
    ['b', 'a', 'c'],
    ['b', 'a', 'd'],
    ['b', 'a'],
    ['a', 'b', 'c', 'd'],
    Array.from({ length: 65 }, (_, at) => `n${at}`),
  ];
  for (const names of [...orders, ...orders]) {
    const params = Object.fromEntries(names.map((name) => [name, `${name}!`]));
    const signature = getExpectedTwilioSignature(token, url, params);
    expect(sign({ url, params }, token)).toBe(signature);
    expect(check({ params, signature })).toMatchObject({ valid: true });
  }
});
