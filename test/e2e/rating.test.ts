import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { unauthorizedText } from '../../src/emulator/edge';
import type { Results } from '../../src/rating/read-results';
import { type RawRequest, sendRaw } from '../send-raw';
import { signText } from '../sign-text';
import { signWithTwilio } from '../sign-with-twilio';
import { type StartedRingtrue, startRingtrue } from '../start-ringtrue';
import { storedRows } from '../stored-rows';

let dataDir: string;
let ringtrue: StartedRingtrue;
let lastSid = 0;

beforeAll(async () => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'ringtrue-test-'));
  ringtrue = await startRingtrue(dataDir);
});
afterAll(async () => {
  await ringtrue.crash();
  rmSync(dataDir, { recursive: true });
});

/** What Twilio sends for a text, signed by Twilio's own library. */
function text(body: string, change: Record<string, string> = {}, token = ringtrue.authToken) {
  lastSid += 1;
  const sid = `SM${lastSid.toString(16).padStart(32, '0')}`;
  return signText({ ...ringtrue, authToken: token }, { body, sid, change });
}

async function results(): Promise<Results> {
  return JSON.parse((await sendRaw(ringtrue.url, { target: '/results' })).text);
}

test('a signed text becomes a rating, from the socket to the results', async () => {
  const answer = await sendRaw(ringtrue.url, text('KEYNOTE 5 loved it'));
  expect(answer).toMatchObject({
    status: 200,
    text: expect.stringContaining('<Message>Thank you! 5 of 5 for Opening keynote.'),
  });
  expect(answer.headers['content-type']).toMatch(/^text\/xml/);
  const [keynote] = (await results()).sessions;
  expect(keynote).toMatchObject({
    keyword: 'KEYNOTE',
    state: 'open',
    count: 1,
    average: 5,
    median: 5,
    histogram: { 1: 0, 2: 0, 3: 0, 4: 0, 5: 1 },
    comments: [{ text: 'loved it', at: expect.any(Number) }],
  });
});

test('a second text of the same phone changes the rating and says so, on WhatsApp too', async () => {
  const answer = await sendRaw(ringtrue.url, text('keynote 3', { From: 'whatsapp:+15550100001' }));
  expect(answer.text).toContain('<Message>Changed from 5 to 3 for Opening keynote.</Message>');
  expect((await results()).sessions[0]).toMatchObject({ count: 1, average: 3 });
});

test('a message that is delivered three times, once to the fallback, counts once and gets one reply', async () => {
  const once = text('WORKSHOP 4', { From: '+15550100002' });
  const first = await sendRaw(ringtrue.url, once);
  expect(await sendRaw(ringtrue.url, once)).toMatchObject({ status: 200, text: first.text });
  const again = signWithTwilio({
    token: ringtrue.authToken,
    url: `${ringtrue.url}/sms/fallback`,
    params: {
      ...Object.fromEntries(new URLSearchParams(once.body)),
      ErrorCode: '11200',
      ErrorUrl: `${ringtrue.url}/sms/incoming`,
    },
  });
  expect(await sendRaw(ringtrue.url, again)).toMatchObject({ status: 200, text: first.text });
  expect((await results()).sessions[1]).toMatchObject({ count: 1, average: 4 });
});

describe('a forged rating', () => {
  async function expectRefused(request: RawRequest, told: RegExp): Promise<void> {
    const before = { rows: storedRows(dataDir), results: await results(), lines: ringtrue.output().length };
    expect(await sendRaw(ringtrue.url, request)).toMatchObject({ status: 403, text: unauthorizedText });
    expect(storedRows(dataDir)).toBe(before.rows);
    expect(await results()).toEqual(before.results);
    const lines = ringtrue.output().slice(before.lines);
    expect(lines).toMatch(told);
    expect(lines).not.toContain('+1555');
    expect(lines).not.toContain(ringtrue.authToken);
  }

  const genuine = () => text('KEYNOTE 1', { From: '+15550100003' });
  const addTo = (request: ReturnType<typeof text>) => ({ ...request, body: `${request.body}&Extra=1` });
  const changeText = (request: ReturnType<typeof text>) => ({
    ...request,
    body: request.body.replace('KEYNOTE+1', 'KEYNOTE+5'),
  });
  const forgeries: [what: string, told: RegExp, make: () => RawRequest][] = [
    [
      'without a signature',
      /missing-signature: it has no X-Twilio-Signature/,
      () => ({ ...genuine(), headers: genuine().headers.slice(0, 2) }),
    ],
    [
      'with a bogus signature',
      /malformed-signature/,
      () => ({ ...genuine(), headers: [...genuine().headers.slice(0, 3), 'bogus'] }),
    ],
    [
      'with a signature of another token',
      /signature-mismatch: .*another Auth Token/,
      () => text('KEYNOTE 1', {}, 'f'.repeat(32)),
    ],
  ];

  const unseen: [what: string, told: RegExp, make: () => RawRequest][] = [
    ['an added parameter', /the parameter "Extra" was added/, () => addTo(genuine())],
    [
      'one changed character in Body',
      /one character of the parameter "Body" was changed/,
      () => changeText(genuine()),
    ],
    [
      'the signature of another path',
      /the signature of another path, \/sms\/incoming/,
      () => ({ ...genuine(), target: '/sms/fallback' }),
    ],
  ];

  test.each(unseen)(
    'with %s is told apart though the genuine request was never seen',
    async (_, told, make) => {
      await expectRefused(make(), told);
    },
  );

  test.each(forgeries)('%s is refused, stores nothing, and the terminal says why', async (_, told, make) => {
    await expectRefused(make(), told);
  });

  const stolen: [what: string, told: RegExp, make: (request: ReturnType<typeof text>) => RawRequest][] = [
    [
      'one changed character in Body',
      /the parameter "Body" was changed/,
      (request) => ({ ...request, body: request.body.replace('KEYNOTE+2', 'KEYNOTE+1') }),
    ],
    [
      'an added parameter',
      /the parameter "Extra" was added/,
      (request) => ({ ...request, body: `${request.body}&Extra=1` }),
    ],
    [
      'the signature of another path',
      /the signature of another path, \/sms\/incoming/,
      (request) => ({ ...request, target: '/sms/fallback' }),
    ],
  ];

  test.each(stolen)(
    'made from a genuine one with %s is refused, and the terminal says which',
    async (_, told, make) => {
      const request = text('KEYNOTE 2', { From: '+15550100004' });
      expect((await sendRaw(ringtrue.url, request)).status).toBe(200);
      await expectRefused(make(request), told);
    },
  );
});

test.each(['STOP', 'stop', 'HELP', 'Yes'])(
  '%s belongs to Twilio: an empty answer, nothing counted',
  async (word) => {
    const before = storedRows(dataDir);
    const answer = await sendRaw(ringtrue.url, text(word));
    expect(answer.text).toBe('<?xml version="1.0" encoding="UTF-8"?><Response/>');
    expect(storedRows(dataDir)).toBe(before);
  },
);

test('a signed text with a field called request is counted like any other', async () => {
  const change = { request: 'x', 'request[headers][x-twilio-signature]': 'x', From: '+15550100007' };
  const answer = await sendRaw(ringtrue.url, text('KEYNOTE 5', change));
  expect(answer).toMatchObject({ status: 200, text: expect.stringContaining('5 of 5') });
});

test.each([
  ['the account of somebody else', { AccountSid: `AC${'9'.repeat(32)}` }, 'AccountSid'],
  ['a MessageSid of another shape', { MessageSid: 'SM1' }, 'MessageSid'],
])(
  'a signed text with %s is refused, stores nothing, and the terminal says why',
  async (_, change, field) => {
    const before = { rows: storedRows(dataDir), results: await results() };
    const told = ringtrue.listen();
    const answer = await sendRaw(ringtrue.url, text('KEYNOTE 5', change as Record<string, string>));
    expect(answer).toMatchObject({ status: 400, text: 'Bad Request' });
    await told(new RegExp(`refused, not a message: ${field} is missing or malformed`));
    expect(storedRows(dataDir)).toBe(before.rows);
    expect(await results()).toEqual(before.results);
  },
);

test('keeps every acknowledged rating when it is killed, and ends cleanly when it is interrupted', async () => {
  await sendRaw(ringtrue.url, text('WORKSHOP 1', { From: '+15550100009' }));
  const before = await results();
  await ringtrue.crash();
  ringtrue = await startRingtrue(dataDir);
  expect(await results()).toEqual(before);
  expect(await ringtrue.interrupt()).toBe(0);
  ringtrue = await startRingtrue(dataDir);
  expect(await results()).toEqual(before);
});
