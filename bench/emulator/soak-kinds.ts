import { connect } from 'node:net';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';
import { type RawRequest, sendRaw } from '../../test/send-raw';

export const token = '0123456789abcdef0123456789abcdef';

/** One kind of request that a soak sends over and over, one at a time. */
export interface Kind {
  name: string;
  /** What may become of it: a status, or `closed` where the caller leaves or must be left. */
  expected: string[];
  /** Milliseconds between an answer and the next request. */
  pause: number;
  send: () => Promise<string>;
  tally: Tally;
}

export interface Tally {
  sent: number;
  right: number;
  wrong: Map<string, number>;
  /** Milliseconds each took. */
  times: number[];
}

/** Every kind: genuine ones, what an attacker sends, and what handlers do at worst. */
export function makeKinds(url: string): Kind[] {
  const kind = (
    name: string,
    expected: string | string[],
    pause: number,
    send: () => Promise<string>,
  ): Kind => ({
    name,
    expected: [expected].flat(),
    pause,
    send,
    tally: { sent: 0, right: 0, wrong: new Map(), times: [] },
  });
  const ask = (request: RawRequest) => async () => String((await sendRaw(url, request)).status);
  const genuine = async () => String((await text(url)).status);
  const forged = async (change: (request: SignedText) => SignedText) =>
    String((await sendRaw(url, change(signedText(url)))).status);
  const manyHeaders = Array.from({ length: 100 }, (_, index) => [`x-${index}`, '1']).flat();
  return [
    kind('a text', '200', 20, genuine),
    kind('another text', '200', 20, genuine),
    kind('results', '200', 500, ask({ target: '/results' })),
    kind('page', '200', 1000, ask({ target: '/' })),
    kind('a neighbour of 300 ms', '200', 50, ask({ target: '/soak/waits' })),
    kind('unsigned', '403', 200, ask({ method: 'POST', target: '/sms/incoming', body: 'Body=1' })),
    kind('signed by another', '403', 200, () => forged(() => signedText(url, 'f'.repeat(32)))),
    kind('changed', '403', 200, () => forged((one) => ({ ...one, body: one.body.replace('5', '1') }))),
    kind('1.1 MB', '413', 2000, ask({ method: 'POST', target: '/soak/waits', body: 'x'.repeat(1_100_000) })),
    kind('100 headers', '431', 500, ask({ target: '/results', headers: manyHeaders })),
    kind('a GET with a body', '403', 500, ask({ target: '/results', body: 'x' })),
    kind('PUT', '405', 500, ask({ method: 'PUT', target: '/results' })),
    kind('a private asset', '404', 500, ask({ target: '/event.json' })),
    kind('a body that is no JSON', '400', 1000, noJson(url)),
    kind('aborted', 'closed', 500, () => abort(url)),
    kind('a byte a second', ['408', 'closed'], 5000, () => dawdle(url)),
    kind('throws late', '500', 3000, ask({ target: '/soak/late' })),
    kind('rejects', '500', 1000, ask({ target: '/soak/rejects' })),
    kind('calls process.exit', '500', 2000, ask({ target: '/soak/exits' })),
    kind('kills its process', '500', 15_000, ask({ target: '/soak/kills' })),
    kind('loops for ever', '504', 30_000, ask({ target: '/soak/loops' })),
    kind('never calls back', '504', 10_000, ask({ target: '/soak/never' })),
    kind('leaks 4 MB', '200', 500, ask({ target: '/soak/leaks' })),
  ];
}

type SignedText = Required<Omit<RawRequest, 'body'>> & { body: string };

/** Sends a genuine text of its own. */
export function text(url: string): Promise<{ status: number }> {
  return sendRaw(url, signedText(url));
}

let lastSid = 0;

function signedText(url: string, key = token): SignedText {
  lastSid += 1;
  const params = {
    MessageSid: `SM${lastSid.toString(16).padStart(32, '0')}`,
    AccountSid: `AC${'1'.repeat(32)}`,
    From: `+1555${String(lastSid % 10_000_000).padStart(7, '0')}`,
    To: '+15550100000',
    Body: 'KEYNOTE 5',
  };
  return {
    method: 'POST',
    target: '/sms/incoming',
    headers: [
      'content-type',
      'application/x-www-form-urlencoded',
      'x-twilio-signature',
      getExpectedTwilioSignature(key, `${url}/sms/incoming`, params),
    ],
    body: new URLSearchParams(params).toString(),
  };
}

function noJson(url: string): () => Promise<string> {
  const headers = ['content-type', 'application/json'];
  return async () =>
    String((await sendRaw(url, { method: 'POST', target: '/soak/waits', headers, body: '{no' })).status);
}

// Promises a body, sends half of it and leaves.
function abort(url: string): Promise<string> {
  return talk(url, (socket) => {
    socket.write('POST /soak/waits HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf');
    setTimeout(() => socket.destroy(), 50);
  });
}

function dawdle(url: string): Promise<string> {
  return talk(url, (socket) => {
    socket.write('POST /soak/waits HTTP/1.1\r\nHost: a\r\nX-Slow: ');
    const dripping = setInterval(() => socket.write('x'), 1000);
    socket.on('close', () => clearInterval(dripping));
  });
}

function talk(url: string, speak: (socket: ReturnType<typeof connect>) => void): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => speak(socket));
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 'closed'));
  });
}
