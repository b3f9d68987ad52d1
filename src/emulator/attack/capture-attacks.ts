import { createHash } from 'node:crypto';
import { newSid } from '../phone/message-sid';
import { fictionalNumber } from '../phone/phone-numbers';
import { type Attack, forgedParameters, type Situation, withField } from './attack';
import type { RawRequest } from './raw-request';

type Params = [name: string, value: string][];

/** The captured request with other fields, its signature and its password untouched. */
function alter({ capture }: Situation, params: Params, more: Partial<RawRequest> = {}): RawRequest {
  return { ...capture.request, body: new URLSearchParams(params).toString(), ...more };
}

function field(params: Params, name: string): string {
  return params.find(([given]) => given === name)?.[1] ?? '';
}

const attacks: Omit<Attack, 'goal' | 'needs'>[] = [
  {
    name: 'replay',
    title: 'send the captured request again',
    onUrl: false,
    build: ({ capture }) => [capture.request],
  },
  {
    name: 'replay-new-token',
    title: 'the same under a new idempotency token',
    onUrl: false,
    build: ({ capture }) => [
      {
        ...capture.request,
        headers: capture.request.headers.map(([name, value]): [string, string] => [
          name,
          name.toLowerCase() === 'i-twilio-idempotency-token'
            ? '00000000-0000-4000-8000-000000000000'
            : value,
        ]),
      },
    ],
  },
  {
    name: 'replay-new-sid',
    title: 'the same under a new MessageSid',
    build: (situation) => {
      const sid = newSid('SM');
      const { params } = situation.capture;
      return [
        alter(
          situation,
          ['MessageSid', 'SmsSid', 'SmsMessageSid'].reduce(
            (changed, name) => withField(changed, name, sid),
            params,
          ),
        ),
      ];
    },
  },
  {
    name: 'changed-body',
    title: 'another text under the captured signature',
    build: (situation) => [alter(situation, withField(situation.capture.params, 'Body', situation.text))],
  },
  {
    name: 'changed-from',
    title: 'another voter under the captured signature',
    build: (situation) => [
      alter(situation, withField(situation.capture.params, 'From', fictionalNumber(9_900_001))),
    ],
  },
  {
    name: 'forged-beside-capture',
    title: 'a whole new message under the captured signature and password',
    build: (situation) => [alter(situation, forgedParameters(situation))],
  },
  {
    name: 'added-field',
    title: 'a second Body added',
    misshapen: true,
    build: (situation) => [alter(situation, [...situation.capture.params, ['Body', situation.text]])],
  },
  {
    name: 'removed-field',
    title: 'MessageSid removed, so that nothing is recognised',
    misshapen: true,
    build: (situation) => [
      alter(
        situation,
        situation.capture.params.filter(([name]) => name !== 'MessageSid'),
      ),
    ],
  },
  {
    name: 'trimmed-body',
    title: 'a blank added to the text',
    build: (situation) => {
      const { params } = situation.capture;
      return [alter(situation, withField(params, 'Body', `${field(params, 'Body')} `))];
    },
  },
  {
    name: 'boundary-in-sid',
    title: 'the next field glued to MessageSid: the signature still fits',
    onUrl: false,
    // Names and values are signed without a separator, so MessageSid=SM…, NumMedia=0 and MessageSid=SM…NumMedia0 are one.
    build: (situation) => {
      const { params } = situation.capture;
      const glued = `${field(params, 'MessageSid')}NumMedia${field(params, 'NumMedia')}`;
      const others = params.filter(([name]) => name !== 'NumMedia');
      return [alter(situation, withField(others, 'MessageSid', glued))];
    },
  },
  {
    name: 'boundary-in-body',
    title: 'the voter glued to the text: the signature still fits',
    onUrl: false,
    build: (situation) => {
      const { params } = situation.capture;
      const glued = `${field(params, 'Body')}From${field(params, 'From')}`;
      const others = params.filter(([name]) => name !== 'From');
      return [alter(situation, withField(others, 'Body', glued))];
    },
  },
  {
    name: 'field-in-path',
    title: 'the first field glued to the path',
    build: (situation) => {
      const [first, ...others] = situation.capture.params.toSorted(([a], [b]) => (a < b ? -1 : 1));
      const [name, value] = first ?? ['', ''];
      return [
        alter(situation, withField(others, 'Body', situation.text), {
          target: `${situation.target}${name}${value}`,
        }),
      ];
    },
  },
  {
    name: 'query-added',
    title: 'the text added to the query',
    build: (situation) => [
      alter(
        situation,
        situation.capture.params.filter(([name]) => name !== 'Body'),
        { target: `${situation.target}?${new URLSearchParams({ Body: situation.text })}` },
      ),
    ],
  },
  {
    name: 'form-as-json',
    title: 'the captured signature on JSON',
    build: (situation) => [asJson(situation, situation.target)],
  },
  {
    name: 'json-with-hash',
    title: 'the captured signature on JSON with its own bodySHA256',
    build: (situation) => {
      const { body } = asJson(situation, '');
      const hash = createHash('sha256').update(body).digest('hex');
      return [asJson(situation, `${situation.target}?bodySHA256=${hash}`)];
    },
  },
  {
    name: 'post-as-get',
    title: 'the captured signature on a GET',
    build: (situation) => [
      alter(situation, [], {
        method: 'GET',
        target: `${situation.target}?${new URLSearchParams(withField(situation.capture.params, 'Body', situation.text))}`,
        body: '',
      }),
    ],
  },
  {
    name: 'two-signatures',
    title: 'two signatures, one of them captured',
    build: (situation) => {
      const request = alter(situation, withField(situation.capture.params, 'Body', situation.text));
      return [
        { ...request, headers: [['X-Twilio-Signature', situation.capture.signature], ...request.headers] },
      ];
    },
  },
  {
    name: 'multipart',
    title: 'the captured signature on multipart/form-data',
    misshapen: true,
    build: (situation) => [withType(situation, 'multipart/form-data; boundary=x')],
  },
  {
    name: 'no-content-type',
    title: 'the captured signature on a form that says it is text',
    misshapen: true,
    build: (situation) => [withType(situation, 'text/plain')],
  },
  {
    name: 'capture-to-other-path',
    title: 'the captured signature at the fallback',
    build: (situation) => [
      { ...situation.capture.request, target: situation.target.replace('incoming', 'fallback') },
    ],
  },
];

/** Attacks by somebody who read a genuine request on its way: its fields, its signature and its password. */
export const captureAttacks: Attack[] = attacks.map((attack) => ({
  goal: 'vote',
  needs: 'capture',
  ...attack,
}));

function withType(situation: Situation, type: string): RawRequest {
  const request = alter(situation, withField(situation.capture.params, 'Body', situation.text));
  return {
    ...request,
    headers: request.headers.map(([name, value]): [string, string] => [
      name,
      name.toLowerCase() === 'content-type' ? type : value,
    ]),
  };
}

function asJson(situation: Situation, target: string): RawRequest {
  const params = withField(situation.capture.params, 'Body', situation.text);
  return {
    ...withType(situation, 'application/json'),
    target,
    body: JSON.stringify(Object.fromEntries(params)),
  };
}
