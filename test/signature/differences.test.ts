import * as twilio from 'twilio/lib/webhooks/webhooks';
import * as ours from '../../src/signature/index';
import { readTable } from './read-table';

const token = '0123456789abcdef0123456789abcdef';
const site = 'https://example.com';
const params = { Body: 'hi', From: '+15550100001' };
const sign = (url: string, given: object = params) => twilio.getExpectedTwilioSignature(token, url, given);

type Library = Pick<
  typeof ours,
  'validateRequest' | 'validateRequestWithBody' | 'getExpectedTwilioSignature'
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

/** Whether a token counts, however it is given. */
const withToken =
  (key: unknown) =>
  ({ validateRequest }: Library) => {
    const signature = twilio.getExpectedTwilioSignature(key as string, site, {});
    return validateRequest(key as string, signature, site, {});
  };

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
    'a value that is no text: a number, `null`, an object, a list in a list',
    'true',
    'false',
    given({ a: 1 }, { a: '1' }),
    given({ a: null }, { a: 'null' }),
    given({ a: {} }, { a: '[object Object]' }),
    given({ a: [['x', 'y']] }, { a: ['x', 'y'] }),
  ],
  ['a value whose `toString` is none', 'throws', 'false', given({ a: { toString: 1 } }, {})],
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
    '`validateRequest` with `{}` on a URL with `bodySHA256`',
    'true',
    'false',
    ({ validateRequest }) =>
      validateRequest(token, sign(`${site}/?bodySHA256=${hash}`, {}), `${site}/?bodySHA256=${hash}`, {}),
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
    ({ validateRequestWithBody }) => {
      const url = `${site}/?bodySHA256=${hash}`;
      return validateRequestWithBody(token, sign(url, {}), url, {} as never);
    },
  ],
  ['a header that is a list of its bytes', 'true', 'false', withSignature([...Buffer.from(genuine)])],
  ['a header that is a number', 'throws', 'false', withSignature(5)],
  [
    'a wrong signature on a URL that `URL` does not read',
    'throws',
    'false',
    withSignature('x', '/sms'),
    withSignature('x', `${site}:99999/sms`),
    withSignature('x', 'https://%/sms'),
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
    'user info or a fragment in the URL, which Twilio does not sign',
    'false',
    'true',
    signedAs('https://user:pass@example.com/sms', `${site}/sms`),
    signedAs(`${site}/sms#rc=2`, `${site}/sms`),
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
    '`getExpectedTwilioSignature` for what could not be sent: a number, a relative URL, no token',
    'signs it',
    'throws',
    ({ getExpectedTwilioSignature }) => getExpectedTwilioSignature(token, site, { a: 1 }),
    ({ getExpectedTwilioSignature }) => getExpectedTwilioSignature(token, site, { a: null }),
    ({ getExpectedTwilioSignature }) => getExpectedTwilioSignature(token, '/sms', params),
    ({ getExpectedTwilioSignature }) => getExpectedTwilioSignature('', site, params),
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
