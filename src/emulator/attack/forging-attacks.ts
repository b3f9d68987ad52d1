import { sign } from '../../signature';
import { type Attack, forgedParameters, postForm, type Situation } from './attack';

const signature = (value: string): [string, string] => ['X-Twilio-Signature', value];

function forge(situation: Situation, headers: [string, string][] = []) {
  return postForm(situation.target, forgedParameters(situation), headers);
}

function forgeSigned(situation: Situation, token: string, url = situation.origin + situation.target) {
  const params = forgedParameters(situation);
  return postForm(situation.target, params, [signature(sign({ url, params }, token))]);
}

const attacks: Omit<Attack, 'goal' | 'needs'>[] = [
  {
    name: 'unsigned',
    title: 'post a form without a signature',
    build: (situation) => [forge(situation)],
  },
  {
    name: 'empty-signature',
    title: 'an empty signature',
    build: (situation) => [forge(situation, [signature('')])],
  },
  {
    name: 'nonsense-signature',
    title: 'a signature of nonsense',
    build: (situation) => [forge(situation, [signature('abc')])],
  },
  {
    name: 'random-signature',
    title: 'a well-formed signature of random bytes',
    build: (situation) => [
      forge(situation, [signature(Buffer.from('a guess of 20 bytes!').toString('base64'))]),
    ],
  },
  {
    name: 'guessed-token',
    title: 'sign with guessed tokens',
    build: (situation) =>
      ['0'.repeat(32), 'your_auth_token', '12345', 'password'].map((token) => forgeSigned(situation, token)),
  },
  {
    name: 'account-sid-as-token',
    title: 'sign with the AccountSid as the token',
    build: (situation) => [forgeSigned(situation, situation.accountSid)],
  },
  {
    name: 'signed-for-other-host',
    title: 'signed for a host of the attacker, sent with its Host header',
    build: (situation) => {
      const request = forgeSigned(situation, 'f'.repeat(32), `http://evil.example${situation.target}`);
      return [{ ...request, headers: [['Host', 'evil.example'], ...request.headers] }];
    },
  },
  {
    name: 'forwarded-host',
    title: 'X-Forwarded-Host and -Proto that lead the check elsewhere',
    build: (situation) => {
      const request = forgeSigned(situation, 'f'.repeat(32), `https://evil.example${situation.target}`);
      request.headers.push(['X-Forwarded-Host', 'evil.example'], ['X-Forwarded-Proto', 'https']);
      return [request];
    },
  },
  {
    name: 'twilio-address',
    title: 'claim an address of Twilio in X-Forwarded-For',
    build: (situation) => [forge(situation, [['X-Forwarded-For', '54.172.60.0']])],
  },
  {
    name: 'get-query',
    title: 'the message in the query of a GET',
    build: (situation) => [
      {
        method: 'GET',
        target: `${situation.target}?${new URLSearchParams(forgedParameters(situation))}`,
        headers: [],
        body: '',
      },
    ],
  },
  {
    name: 'put',
    title: 'PUT instead of POST',
    build: (situation) => [{ ...forge(situation), method: 'PUT' }],
  },
  {
    name: 'method-override',
    title: 'X-HTTP-Method-Override on another method',
    build: (situation) => [{ ...forge(situation, [['X-HTTP-Method-Override', 'POST']]), method: 'PATCH' }],
  },
  {
    name: 'json',
    title: 'the message as JSON',
    build: (situation) => [json(situation, Object.fromEntries(forgedParameters(situation)))],
  },
  {
    name: 'json-types',
    title: 'JSON with lists and objects where texts belong',
    misshapen: true,
    build: (situation) => {
      const message = Object.fromEntries(forgedParameters(situation));
      return [
        json(situation, { ...message, Body: [situation.text], From: { toString: 1 } }),
        json(situation, { ...message, Body: [situation.text] }),
      ];
    },
  },
  {
    name: 'json-own-hash',
    title: 'JSON with a bodySHA256 of its own in the query',
    build: (situation) => [
      {
        ...json(situation, Object.fromEntries(forgedParameters(situation))),
        target: `${situation.target}?bodySHA256=${'0'.repeat(64)}`,
      },
    ],
  },
  {
    name: 'request-shadowing',
    title: 'fields that replace event.request and its headers',
    build: (situation) => {
      const fields: [string, string][] = [
        ['request[headers][x-twilio-signature]', 'trusted'],
        ['request[headers][authorization]', 'trusted'],
      ];
      return [postForm(situation.target, [...forgedParameters(situation), ...fields])];
    },
  },
  {
    name: 'repeated-field',
    title: 'Body given twice',
    misshapen: true,
    build: (situation) => [
      postForm(situation.target, [['Body', situation.text], ...forgedParameters(situation)]),
    ],
  },
  {
    name: 'query-and-form',
    title: 'half of the message in the query, half in the form',
    build: (situation) => {
      const params = forgedParameters(situation);
      return [postForm(`${situation.target}?${new URLSearchParams(params.slice(0, 8))}`, params.slice(8))];
    },
  },
  {
    name: 'other-spelling',
    title: 'other spellings of the path',
    build: ({ target, ...message }) =>
      [
        `/${target}`,
        `${target}/`,
        target.toUpperCase(),
        `${target}.protected`,
        target.replace('/s', '/%73'),
        `/x/..${target}`,
      ].map((path) => postForm(path, forgedParameters(message))),
  },
  {
    name: 'absolute-target',
    title: 'a whole URL in the request line',
    build: (situation) => [{ ...forge(situation), target: `http://evil.example${situation.target}` }],
  },
  {
    name: 'basic-empty',
    title: 'Basic with an empty user and password',
    build: (situation) => [':', 'user:', ':pass'].map((pair) => forge(situation, [basic(pair)])),
  },
  {
    name: 'basic-malformed',
    title: 'an Authorization header that is no Basic',
    build: (situation) =>
      ['Basic', 'Basic %%%', 'Bearer user:pass', 'basic dXNlcg'].map((value) =>
        forge(situation, [['Authorization', value]]),
      ),
  },
  {
    name: 'basic-brute-force',
    title: 'Basic with the passwords people choose',
    build: (situation) =>
      ['admin', 'twilio', 'user', 'webhook'].flatMap((user) =>
        ['', 'admin', 'password', 'pass', '123456', 'secret', 'twilio', user].map((password) =>
          forge(situation, [basic(`${user}:${password}`)]),
        ),
      ),
  },
];

/** Attacks by somebody who knows nothing but the URL, and pretends to be Twilio. */
export const forgingAttacks: Attack[] = attacks.map((attack) => ({ goal: 'vote', needs: 'url', ...attack }));

function basic(pair: string): [string, string] {
  return ['Authorization', `Basic ${Buffer.from(pair).toString('base64')}`];
}

function json({ target }: Situation, value: unknown) {
  const request = postForm(target, []);
  return {
    ...request,
    headers: request.headers.map(([name, old]): [string, string] => [
      name,
      name === 'Content-Type' ? 'application/json' : old,
    ]),
    body: JSON.stringify(value),
  };
}
