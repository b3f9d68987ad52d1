import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';
import {
  type CallDelivery,
  InvalidCall,
  type PhoneCall,
  placeCall,
} from '../../../src/emulator/phone/calling';
import { callParameters } from '../../../src/emulator/phone/inbound-parameters';
import type { Webhook } from '../../../src/emulator/phone/messaging';
import { buildRequest } from '../../../src/emulator/phone/retrieve-document';
import { parseWebhookUrl } from '../../../src/emulator/phone/webhook-url';
import {
  accountSid,
  answerTwiml,
  authToken,
  closeServers,
  type Received,
  startWebhookServer,
} from './webhook-server';

afterEach(closeServers);

const phone = '+15550100001';

/** Answers each path with its document. */
async function startVoice(documents: Record<string, string>) {
  const server = await startWebhookServer((response, { target }) => {
    const document = documents[target.replace(/\?.*/, '')];
    if (document === undefined) response.writeHead(500).end();
    else answerTwiml(response, document);
  });
  const call = (keys: string[], change: Partial<PhoneCall> = {}, webhook: Partial<Webhook> = {}) =>
    placeCall(
      { from: phone, keys, ...change },
      { url: `${server.url}/voice`, accountSid, authToken, ...webhook },
    );
  return { ...server, call };
}

const params = (received: Received | undefined) => Object.fromEntries(received?.params ?? []);
const said = ({ moments }: CallDelivery) =>
  moments.map((one) => ('text' in one ? one.text : `<${one.verb}>`));

describe('a call', () => {
  test('carries the parameters of Twilio, is signed, and is in progress after the first document', async () => {
    const { call, received, url } = await startVoice({
      '/voice': '<Response><Gather action="next?step=1" numDigits="1"><Say>Press</Say></Gather></Response>',
      '/next': '<Response><Say language="de-DE">Danke</Say><Hangup/></Response>',
    });
    const delivery = await call(['4'], { callSid: `CA${'a'.repeat(32)}`, extra: [['Extra', 'x']] });
    expect(received.map(({ genuine, method, target }) => ({ genuine, method, target }))).toEqual([
      { genuine: true, method: 'POST', target: '/voice' },
      { genuine: true, method: 'POST', target: '/next?step=1' },
    ]);
    expect(params(received[0])).toEqual({
      AccountSid: accountSid,
      ApiVersion: '2010-04-01',
      CallSid: `CA${'a'.repeat(32)}`,
      CallStatus: 'ringing',
      Direction: 'inbound',
      Extra: 'x',
      ...Object.fromEntries(
        ['From', 'Caller', 'To', 'Called'].flatMap((side) => [
          [side, side === 'From' || side === 'Caller' ? phone : '+15550100000'],
          [`${side}City`, ''],
          [`${side}State`, ''],
          [`${side}Zip`, ''],
          [`${side}Country`, 'US'],
        ]),
      ),
    });
    expect(params(received[1])).toMatchObject({ CallStatus: 'in-progress', Digits: '4', msg: 'Gather End' });
    expect(delivery).toMatchObject({
      call: { from: phone },
      problems: [],
      end: 'hangup',
      moments: [
        { verb: 'say', text: 'Press', language: null },
        { verb: 'keys', digits: '4' },
        { verb: 'say', text: 'Danke', language: 'de-DE' },
      ],
    });
    expect(delivery.exchanges.map((one) => one.url)).toEqual([`${url}/voice`, `${url}/next?step=1`]);
  });

  test('signs a URL of voice without its port over HTTPS, with it over HTTP', () => {
    const sign = (text: string) => {
      const url = parseWebhookUrl(text);
      if (typeof url === 'string') throw new Error(url);
      const form = callParameters(
        { callSid: `CA${'a'.repeat(32)}`, from: phone, to: phone },
        { accountSid, status: 'ringing' },
      );
      const request = buildRequest(
        { url, method: 'POST', params: form },
        { authToken, idempotencyToken: 'x', isVoice: true },
      );
      const signature = request.headers.find(([name]) => name === 'X-Twilio-Signature')?.[1];
      return {
        signature,
        oracle: (signed: string) => getExpectedTwilioSignature(authToken, signed, Object.fromEntries(form)),
      };
    };
    const secure = sign('https://user:pass@example.com:8443/voice?a=b');
    expect(secure.signature).toBe(secure.oracle('https://example.com/voice?a=b'));
    const plain = sign('http://example.com:3000/voice');
    expect(plain.signature).toBe(plain.oracle('http://example.com:3000/voice'));
    const six = sign('https://[::1]:8443/voice');
    expect(six.signature).toBe(six.oracle('https://[::1]/voice'));
  });

  test('goes on with what stands next when nothing is pressed, and ends with the document', async () => {
    const { call, received } = await startVoice({
      '/voice':
        '<Response><Gather timeout="7"><Say>One</Say></Gather><Say>Two</Say><Play>a.mp3</Play><Pause length="3"/></Response>',
    });
    const delivery = await call([]);
    expect(delivery.moments).toEqual([
      { verb: 'say', text: 'One', language: null },
      { verb: 'silence', seconds: 7 },
      { verb: 'say', text: 'Two', language: null },
      { verb: 'play', url: 'a.mp3' },
      { verb: 'pause', seconds: 3 },
    ]);
    expect({ end: delivery.end, requests: received.length }).toEqual({ end: 'end', requests: 1 });
  });

  test.each<[string, string, string[], string[]]>([
    ['each question takes what it takes of a row of keys', 'numDigits="1"', ['12'], ['1', '2']],
    ['- presses nothing at one question', 'numDigits="1"', ['-', '3'], ['3']],
    ['# ends what is pressed', '', ['12#', '3'], ['12', '3']],
    ['another key ends it where the document says so', 'finishOnKey="*"', ['1#*2'], ['1#', '2']],
    ['no key ends it where the document says none does', 'finishOnKey=""', ['1#2'], ['1#2']],
    ['without a number of digits all are taken', '', ['123'], ['123']],
  ])('%s', async (_, attributes, keys, digits) => {
    const gather = `<Gather ${attributes}><Say>Press</Say></Gather>`;
    const { call, received } = await startVoice({ '/voice': `<Response>${gather}${gather}</Response>` });
    await call(keys);
    expect(received.flatMap((one) => params(one).Digits ?? [])).toEqual(digits);
  });

  test('tells the action of silence only where the document wants that', async () => {
    const { call, received } = await startVoice({
      '/voice': '<Response><Gather action="/none" actionOnEmptyResult="true"/></Response>',
      '/none': '<Response><Reject/></Response>',
    });
    expect((await call([])).end).toBe('reject');
    expect(params(received[1])).toMatchObject({ Digits: '' });
  });

  test('follows Redirect, keeps cookies and the password, and stops in a circle', async () => {
    const server = await startWebhookServer((response) => {
      response.setHeader('set-cookie', 'a=b');
      answerTwiml(response, '<Response><Redirect>/voice</Redirect><Say>never</Say></Response>');
    });
    const url = server.url.replace('://', '://user:pass@');
    const delivery = await placeCall(
      { from: phone, keys: [] },
      { url: `${url}/voice`, accountSid, authToken },
    );
    expect(delivery.problems.map(({ code }) => code)).toEqual([14106]);
    expect({ end: delivery.end, requests: server.received.length, said: said(delivery) }).toEqual({
      end: 'error',
      requests: 50,
      said: [],
    });
    expect(server.received[1]?.headers).toMatchObject({
      cookie: 'a=b',
      authorization: `Basic ${Buffer.from('user:pass').toString('base64')}`,
    });
  });

  test.each<[string, (response: Parameters<typeof answerTwiml>[0]) => void, number]>([
    ['a 403', (response) => response.writeHead(403).end('no'), 11200],
    ['JSON', (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'), 12300],
    ['broken XML', (response) => answerTwiml(response, '<Response>'), 12100],
    ['another root', (response) => answerTwiml(response, '<Say>Hi</Say>'), 12102],
  ])('hears of an application error after %s, and the fallback is asked once', async (_, answer, code) => {
    const server = await startWebhookServer((response, { target }) =>
      target === '/fallback'
        ? answerTwiml(response, '<Response><Say>Sorry</Say></Response>')
        : answer(response),
    );
    const webhook = { url: `${server.url}/voice`, accountSid, authToken };
    const lost = await placeCall({ from: phone, keys: [] }, webhook);
    expect({ end: lost.end, codes: lost.problems.map((one) => one.code) }).toEqual({
      end: 'error',
      codes: [code],
    });
    const saved = await placeCall(
      { from: phone, keys: [] },
      { ...webhook, fallbackUrl: `${server.url}/fallback` },
    );
    expect({ end: saved.end, said: said(saved) }).toEqual({ end: 'end', said: ['Sorry'] });
    expect(params(server.received.at(-1))).toMatchObject({ ErrorCode: String(code), ErrorUrl: webhook.url });
  });

  test('reads plain text to the caller', async () => {
    const server = await startWebhookServer((response) =>
      response.writeHead(200, { 'content-type': 'text/plain' }).end('Hello'),
    );
    const delivery = await placeCall({ from: phone, keys: [] }, { url: server.url, accountSid, authToken });
    expect({ said: said(delivery), end: delivery.end }).toEqual({ said: ['Hello'], end: 'end' });
  });

  test('says what it leaves out, and what Twilio would warn of', async () => {
    const { call } = await startVoice({
      '/voice':
        '<Response><Dial>+1</Dial><Message>Hi</Message><Gather numDigits="x" finishOnKey="ab"><Dial/></Gather><Say tone="x">A <break/>B</Say></Response>',
    });
    const delivery = await call([]);
    expect(said(delivery)).toEqual(['<not-played>', '<silence>', 'A B']);
    expect(delivery.problems.map(({ code, detail }) => `${code} ${detail}`)).toEqual([
      '12200 <Message> is no verb of voice; Twilio passes over it.',
      '13310 finishOnKey="ab" is none of 0 to 9, # and *.',
      '12200 <Dial> inside <Gather>: only Say, Play and Pause are known there.',
      '12200 numDigits="x" of <Gather> is no whole number from 1.',
      '12200 <Say> has no attribute "tone".',
    ]);
    expect(delivery.end).toBe('end');
  });

  test.each([
    ['a caller that is none', { from: 'me' }],
    ['a CallSid of another shape', { callSid: 'CA1' }],
  ])('cannot be made with %s', async (_, change) => {
    const { call, received } = await startVoice({});
    await expect(call([], change as Partial<PhoneCall>)).rejects.toThrow(InvalidCall);
    expect(received).toEqual([]);
  });
});
