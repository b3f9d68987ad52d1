import { createHash, createSecretKey } from 'node:crypto';
import { runInNewContext } from 'node:vm';
import * as twilio from 'twilio/lib/webhooks/webhooks';
import * as ours from '../../src/signature/index';
import { readTable } from './read-table';

const token = '0123456789abcdef0123456789abcdef';
const site = 'https://example.com';
const params = { Body: 'hi', From: '+15550100001' };
const sign = (url: string, given: object = params) => twilio.getExpectedTwilioSignature(token, url, given);

type Library = Pick<
  typeof ours,
  'validateRequest' | 'validateRequestWithBody' | 'getExpectedTwilioSignature' | 'getExpectedBodyHash'
>;
const libraries = { twilio: twilio as unknown as Library, ours };

/** Whether a URL passes whose signature was made over another one. */
const signedAs =
  (received: string, over: string) =>
  ({ validateRequest }: Library) =>
    validateRequest(token, sign(over), received, params);
/** Whether parameters pass whose signature was made over others. */
const given =
  (received: unknown, over: object) =>
  ({ validateRequest }: Library) =>
    validateRequest(token, sign(`${site}/sms`, over), `${site}/sms`, received as never);
const withSignature =
  (signature: unknown, url: unknown = `${site}/sms`, received: unknown = params) =>
  ({ validateRequest }: Library) =>
    validateRequest(token, signature as string, url as string, received as never);

/** Whether a body passes under a URL that carries its hash, and that is signed as it is, or as another. */
const withBody =
  (body: unknown, url = `${site}/?bodySHA256=${hash}`, over = url) =>
  ({ validateRequestWithBody }: Library) =>
    validateRequestWithBody(token, sign(over, {}), url, body as never);
/** Whether what is hashed are the bytes that stand in memory. */
const hashOf =
  (body: unknown, bytes: Uint8Array) =>
  ({ getExpectedBodyHash }: Library) =>
    getExpectedBodyHash(body as never) === createHash('sha256').update(bytes).digest('hex');
const signatureOf =
  (received: unknown, url = `${site}/sms`) =>
  ({ getExpectedTwilioSignature }: Library) =>
    getExpectedTwilioSignature(token, url, received as never);
/** Whether the signature of parameters is the one over this text. */
const signsAs = (received: unknown, appended: string) => (library: Library) =>
  signatureOf(received)(library) === sign(`${site}/sms${appended}`, {});

/** Whether a token counts, however it is given. */
const withToken =
  (key: unknown) =>
  ({ validateRequest }: Library) => {
    const signature = twilio.getExpectedTwilioSignature(key as string, site, {});
    return validateRequest(key as string, signature, site, {});
  };

const inAnotherRealm = (json: string) => runInNewContext(json);
const form = new FormData();
form.append('Body', 'hi');
const hash = twilio.getExpectedBodyHash('{}');
const halfHash = twilio.getExpectedBodyHash('"\ufffd"');
const anObject = { toString: () => `${site}/sms` };
const genuine = sign(`${site}/sms`);

/** As in docs/signature.md: what is given, what the twilio package answers, what we answer, and the calls that show it. */
const differences: [
  given: string,
  twilioNode: string,
  here: string,
  ...calls: ((one: Library) => unknown)[],
][] = [
  [
    '`URLSearchParams`, `FormData` or a Map that nobody signed',
    'true',
    'false',
    given(new URLSearchParams('Body=hi'), {}),
    given(form, {}),
    given(new Map([['Body', 'hi']]), {}),
  ],
  [
    '`URLSearchParams` or `FormData` that were signed',
    'false',
    'true',
    given(new URLSearchParams('Body=hi'), { Body: 'hi' }),
    given(form, { Body: 'hi' }),
  ],
  [
    'a Promise, a number or a list in place of parameters',
    'true',
    'false',
    given(Promise.resolve(params), {}),
    given(5, {}),
    given(['hi'], { 0: 'hi' }),
  ],
  [
    'a text, a boolean, a function, a Set, bytes or a date in place of parameters, or an object that only inherits some',
    'true',
    'false',
    given('', {}),
    given('hi', { 0: 'h', 1: 'i' }),
    given(true, {}),
    given(() => params, {}),
    given(new Set(['a']), {}),
    given(Buffer.alloc(0), {}),
    given(new ArrayBuffer(1), {}),
    given(new Date(0), {}),
    given(Object.create(params), {}),
  ],
  ['a list of pairs as parameters', 'false', 'true', given([['a', 'b']], { a: 'b' })],
  [
    'a value that is no text: a number, a boolean, `null`, `undefined`, an object, a Set, a date, a list in a list',
    'true',
    'false',
    given({ a: 1 }, { a: '1' }),
    given({ a: true }, { a: 'true' }),
    given({ a: null }, { a: 'null' }),
    given({ a: undefined }, { a: 'undefined' }),
    given({ a: new Set() }, { a: '[object Set]' }),
    given({ a: new Date(0) }, { a: String(new Date(0)) }),
    given({ a: {} }, { a: '[object Object]' }),
    given({ a: [['x', 'y']] }, { a: ['x', 'y'] }),
  ],
  [
    'a value whose `toString` is none, or a symbol',
    'throws',
    'false',
    given({ a: { toString: 1 } }, {}),
    given({ a: Symbol('a') }, {}),
  ],
  [
    'values in a list of another realm',
    'false',
    'true',
    given({ a: inAnotherRealm('["2", "1"]') }, { a: ['1', '2'] }),
  ],
  [
    'values in a list of another realm, signed as one with commas in it',
    'true',
    'false',
    given({ a: inAnotherRealm('["2", "1"]') }, { a: '2,1' }),
  ],
  [
    'half a character, signed as the one that stands for it',
    'true',
    'false',
    given({ a: '\ud800' }, { a: '\ufffd' }),
    signedAs(`${site}/sms?a=\ud800`, `${site}/sms?a=\ufffd`),
    ({ validateRequestWithBody }) =>
      validateRequestWithBody(
        token,
        sign(`${site}/?bodySHA256=${halfHash}`, {}),
        `${site}/?bodySHA256=${halfHash}`,
        '"\ud800"',
      ),
  ],
  [
    'names above U+FFFF, signed in the order of code points',
    'false',
    'true',
    ({ validateRequest }) =>
      validateRequest(token, sign(`${site}/sms\uff5ea\u{1f600}b`, {}), `${site}/sms`, {
        '\u{1f600}': 'b',
        '\uff5e': 'a',
      }),
  ],
  ['`null` or `undefined` as parameters of a GET', 'throws', 'true', given(null, {}), given(undefined, {})],
  [
    'an empty Auth Token, a blank one, one of characters that do not show, one with a NUL',
    'true',
    'throws',
    withToken(''),
    withToken(' '),
    withToken('\u200b'),
    withToken('\0'),
    withToken(`${token}\0`),
  ],
  [
    'an Auth Token as a Buffer or a KeyObject',
    'true',
    'throws',
    withToken(Buffer.from(token)),
    withToken(createSecretKey(token, 'utf8')),
  ],
  [
    'a list of keys in place of the Auth Token',
    'throws',
    'true',
    ({ validateRequest }) => validateRequest([{ secret: token }] as never, sign(site, {}), site, {}),
  ],
  [
    '`validateRequest` with `{}` or `null` on a URL with `bodySHA256`',
    'true',
    'false',
    ...[{}, null].map(
      (received) =>
        ({ validateRequest }: Library) =>
          validateRequest(
            token,
            sign(`${site}/?bodySHA256=${hash}`, {}),
            `${site}/?bodySHA256=${hash}`,
            received,
          ),
    ),
  ],
  [
    '`validateRequest` with `undefined` on such a URL',
    'throws',
    'false',
    ({ validateRequest }) =>
      validateRequest(
        token,
        sign(`${site}/?bodySHA256=${hash}`, {}),
        `${site}/?bodySHA256=${hash}`,
        undefined,
      ),
  ],
  [
    'two `bodySHA256`, the first one right',
    'true',
    'false',
    ({ validateRequestWithBody }) => {
      const url = `${site}/?bodySHA256=${hash}&bodySHA256=0`;
      return validateRequestWithBody(token, sign(url, {}), url, '{}');
    },
  ],
  [
    'a body that is neither text nor bytes',
    'throws',
    'false',
    withBody({}),
    withBody(null),
    withBody(undefined),
    withBody(5),
  ],
  [
    'a body that is a list of its bytes or a String object',
    'true',
    'false',
    withBody([...Buffer.from('{}')]),
    withBody(new String('{}')),
  ],
  [
    'a header that is a list of its bytes, a Buffer, a Uint8Array or a String object',
    'true',
    'false',
    withSignature([...Buffer.from(genuine)]),
    withSignature(Buffer.from(genuine)),
    withSignature(Uint8Array.from(Buffer.from(genuine))),
    withSignature(new String(genuine)),
  ],
  [
    'a header that is a number, a boolean, an object or a symbol',
    'throws',
    'false',
    withSignature(5),
    withSignature(true),
    withSignature({}),
    withSignature(Symbol('a')),
  ],
  [
    'a wrong signature on a URL that `URL` does not read',
    'throws',
    'false',
    withSignature('x', '/sms'),
    withSignature('x', `${site}:99999/sms`),
    withSignature('x', 'https://%/sms'),
  ],
  [
    'a genuine one on such a URL, with a body, or that needs another form of the port or no fragment',
    'throws',
    'true',
    withBody('{}', `${site}:99999/?bodySHA256=${hash}`),
    signedAs('wss://%/', 'wss://%:443/'),
    signedAs('https://%/sms#a', 'https://%/sms'),
    signedAs('https://exa mple.com\\sms', 'https://exa mple.com:443\\sms'),
  ],
  [
    'a relative URL that was signed so, with a body',
    'throws',
    'false',
    withBody('{}', `/?bodySHA256=${hash}`),
  ],
  [
    'a URL that is an object',
    'throws',
    'false',
    withSignature(genuine, new URL(`${site}/sms`)),
    withSignature(genuine, anObject),
  ],
  [
    'a relative URL, or one without a host, that was signed so',
    'true',
    'false',
    signedAs('/sms', '/sms'),
    signedAs('https:///sms', 'https:///sms'),
  ],
  [
    'a URL of more than 100,000 characters',
    'true',
    'false',
    signedAs(`${site}/${'a'.repeat(100_000)}`, `${site}/${'a'.repeat(100_000)}`),
  ],
  [
    'user info or a fragment in the URL, which Twilio does not sign',
    'false',
    'true',
    signedAs('https://user:pass@example.com/sms', `${site}/sms`),
    signedAs(`${site}/sms#rc=2`, `${site}/sms`),
    withBody('{}', `https://user:pass@example.com/?bodySHA256=${hash}`, `${site}/?bodySHA256=${hash}`),
  ],
  ['a fragment that was signed', 'true', '`fragment-kept`', signedAs(`${site}/sms#rc=2`, `${site}/sms#rc=2`)],
  [
    'the signature of the path without its dots, backslashes or tabs',
    'true',
    'false',
    signedAs(`${site}/a/../sms`, `${site}/sms`),
    signedAs(`${site}/a\\sms`, `${site}/a/sms`),
    signedAs(`${site}/s\tms`, `${site}/sms`),
    signedAs(` ${site}/sms`, `${site}/sms`),
  ],
  [
    'that of the usual form of an address',
    'true',
    'false',
    signedAs('https://0x7f.1/sms', 'https://127.0.0.1/sms'),
  ],
  [
    'that of the host in lower case',
    'true',
    '`host-lower`',
    signedAs('https://Example.com/sms', `${site}/sms`),
  ],
  [
    'that of the host in ASCII',
    'true',
    '`host-punycode`',
    signedAs('https://m\u00fcnchen.example/', 'https://xn--mnchen-3ya.example/'),
  ],
  ['that of `/` for no path', 'true', '`root-slash`', signedAs(site, `${site}/`)],
  [
    'that without a lone colon behind the host',
    'true',
    '`empty-port`',
    signedAs('https://example.com:/sms', `${site}/sms`),
    signedAs('https://example.com:/sms', `${site}:443/sms`),
  ],
  ['`:0443`, signed as `:443`', 'true', 'false', signedAs(`${site}:0443/sms`, `${site}:443/sms`)],
  [
    'a backslash right behind the host, signed with another form of the port',
    'false',
    'true',
    signedAs(`${site}\\sms`, `${site}:443\\sms`),
    signedAs(`${site}:8443\\sms`, `${site}\\sms`),
  ],
  [
    "`%27` in the query, signed as `'`",
    'true',
    '`query-apostrophe`',
    signedAs(`${site}/sms?a=%27`, `${site}/sms?a='`),
  ],
  ["`'` in the query, signed as `%27`", 'true', 'false', signedAs(`${site}/sms?a='`, `${site}/sms?a=%27`)],
  [
    '`+` in the query, signed as `%20`',
    'true',
    '`query-space`',
    signedAs(`${site}/sms?a=b+c`, `${site}/sms?a=b%20c`),
  ],
  [
    'characters in the query, signed as escapes',
    'true',
    '`query-utf8`',
    signedAs(`${site}/sms?a=\u00e9`, `${site}/sms?a=%C3%A9`),
  ],
  [
    'a query written again: `?flag=` for `?flag`, other escapes, empty pairs dropped, names put together',
    'true',
    'false',
    signedAs(`${site}/sms?flag`, `${site}/sms?flag=`),
    signedAs(`${site}/sms?a=%c3%a9`, `${site}/sms?a=%C3%A9`),
    signedAs(`${site}/sms?a=1&&b=2`, `${site}/sms?a=1&b=2`),
    signedAs(`${site}/sms?a=1&b=2&a=3`, `${site}/sms?a=1&a=3&b=2`),
  ],
  ['`wss`, signed with `:443`', 'false', 'true', signedAs('wss://example.com/', 'wss://example.com:443/')],
  [
    '`wss` or another scheme, signed with `:80`',
    'true',
    'false',
    signedAs('wss://example.com/', 'wss://example.com:80/'),
    signedAs('ftp://example.com/', 'ftp://example.com:80/'),
  ],
  [
    '`getExpectedTwilioSignature` for a URL with user info or a fragment: that of the URL without',
    'false',
    'true',
    ({ getExpectedTwilioSignature }) =>
      getExpectedTwilioSignature(token, 'https://u:p@example.com/sms', params) === genuine,
    ({ getExpectedTwilioSignature }) =>
      getExpectedTwilioSignature(token, `${site}/sms#a`, params) === genuine,
  ],
  [
    '`getExpectedTwilioSignature` for `URLSearchParams` or `FormData`: that of their fields',
    'false',
    'true',
    signsAs(new URLSearchParams('Body=hi'), 'Bodyhi'),
    signsAs(form, 'Bodyhi'),
  ],
  [
    '`getExpectedTwilioSignature` for names above U+FFFF: that in the order of code points',
    'false',
    'true',
    signsAs({ '\u{1f600}': 'b', '\uff5e': 'a' }, '\uff5ea\u{1f600}b'),
  ],
  [
    '`getExpectedTwilioSignature` for `null` or `undefined`',
    'throws',
    'signs it',
    signatureOf(null),
    signatureOf(undefined),
  ],
  [
    '`getExpectedTwilioSignature` for what could not be sent: a number, a list, half a character, a relative URL, no token',
    'signs it',
    'throws',
    signatureOf({ a: 1 }),
    signatureOf({ a: null }),
    signatureOf(['a']),
    signatureOf({ a: '\ud800' }),
    signatureOf({}, `${site}/\ud800`),
    signatureOf(params, '/sms'),
    signatureOf(params, `${site}/${'a'.repeat(100_000)}`),
    ({ getExpectedTwilioSignature }) => getExpectedTwilioSignature('', site, params),
  ],
  [
    '`getExpectedBodyHash` for a list of bytes or a String object: that of the bytes',
    'true',
    'throws',
    hashOf([...Buffer.from('{}')], Buffer.from('{}')),
    hashOf(new String('{}'), Buffer.from('{}')),
  ],
  [
    '`getExpectedBodyHash` for a DataView or numbers of 16 bits: that of their bytes',
    'false',
    'true',
    hashOf(new DataView(new ArrayBuffer(2)), Buffer.alloc(2)),
    hashOf(new Uint16Array([258, 3]), new Uint8Array(Uint16Array.of(258, 3).buffer)),
  ],
];

function outcome(call: () => unknown): string {
  try {
    const answer = call();
    return typeof answer === 'string' ? 'signs it' : String(answer);
  } catch {
    return 'throws';
  }
}

/** Ours with a rewrite allowed, behind the name and arguments of the twilio package. */
const rewriting = (name: string): Library => ({
  ...ours,
  validateRequest: (key, signature, url, received) =>
    ours.verify({ url, params: received as ours.Params, signature }, key, {
      compat: [name as ours.CompatName],
    }).valid,
});

test.each(differences.map(([title, ...row]) => [title, row] as const))(
  '%s',
  (_, [twilioNode, here, ...calls]) => {
    const rewrite = /^`(.*)`$/.exec(here)?.[1];
    for (const call of calls) {
      expect(outcome(() => call(libraries.twilio))).toBe(twilioNode);
      expect(outcome(() => call(libraries.ours))).toBe(rewrite ? 'false' : here);
      if (rewrite) expect(outcome(() => call(rewriting(rewrite)))).toBe('true');
    }
  },
);

test('the table in docs/signature.md has exactly these rows', () => {
  expect(readTable('given to both')).toEqual(
    differences.map(([title, twilioNode, here]) => [title, twilioNode, here]),
  );
});
