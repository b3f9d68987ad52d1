import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { XMLParser } from 'fast-xml-parser';
import type { Results } from '../../src/rating/read-results';
import { sendRaw } from '../send-raw';
import { signText } from '../sign-text';
import { signWithTwilio } from '../sign-with-twilio';
import { type StartedRingtrue, startRingtrue } from '../start-ringtrue';

let dataDir: string;
let ringtrue: StartedRingtrue;
let calls = 0;

beforeAll(async () => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'ringtrue-voice-'));
  ringtrue = await startRingtrue(dataDir);
});
afterAll(async () => {
  await ringtrue?.crash();
  rmSync(dataDir, { recursive: true });
});

/** Requests of one call, signed by Twilio's own library; each goes where the TwiML before it said. */
function call(from = '+15550100001', change: Record<string, string> = {}) {
  calls += 1;
  const callSid = `CA${calls.toString(16).padStart(32, '0')}`;
  return async (action = '/voice/incoming', digits?: string) => {
    const params = {
      AccountSid: ringtrue.accountSid,
      CallSid: callSid,
      CallStatus: 'in-progress',
      Direction: 'inbound',
      From: from,
      To: '+15550100000',
      ...(digits !== undefined && { Digits: digits }),
      ...change,
    };
    const answer = await sendRaw(
      ringtrue.url,
      signWithTwilio({ token: ringtrue.authToken, url: `${ringtrue.url}${action}`, params }),
    );
    const { Response: twiml } = new XMLParser({ ignoreAttributes: false }).parse(answer.text) as {
      Response?: { Gather?: { Say: { '#text': string }; '@_action': string }[]; Say?: { '#text': string } };
    };
    const said = twiml?.Gather?.[0]?.Say['#text'] ?? twiml?.Say?.['#text'] ?? '';
    return { status: answer.status, said, action: twiml?.Gather?.[0]?.['@_action'] };
  };
}

async function counts(): Promise<number[]> {
  const { text } = await sendRaw(ringtrue.url, { target: '/results' });
  return (JSON.parse(text) as Results).sessions.map(({ count }) => count);
}

test('a caller chooses a session, rates it, and is the same voter as by text', async () => {
  const step = call();
  const menu = await step();
  expect(menu.said).toBe('For Opening keynote, press 1. For Hands-on workshop, press 2.');
  const question = await step(menu.action, '2');
  expect(question.said).toBe('Rate Hands-on workshop. Press a key from 1, poor, to 5, excellent.');
  const thanks = await step(question.action, '4');
  expect(thanks).toEqual({
    status: 200,
    said: 'Thank you. 4 of 5 for Hands-on workshop. Goodbye.',
    action: undefined,
  });
  expect(await counts()).toEqual([0, 1]);

  const text = await sendRaw(
    ringtrue.url,
    signText(ringtrue, { body: 'WORKSHOP 2', sid: `SM${'9'.repeat(32)}` }),
  );
  expect(text.text).toContain('Changed from 4 to 2');
  expect(await counts()).toEqual([0, 1]);
});

test('the same moment delivered twice counts once', async () => {
  const step = call('+15550100002');
  const menu = await step();
  const question = await step(menu.action, '1');
  const answers = [await step(question.action, '5'), await step(question.action, '5')];
  expect(new Set(answers.map(({ said }) => said)).size).toBe(1);
  expect((await counts())[0]).toBe(1);
});

test.each(['0', '6', '9', '*', '#', '55'])(
  'the key %s is no score: asked again, nothing stored',
  async (key) => {
    const before = await counts();
    const step = call('+15550100003');
    const question = await step((await step()).action, '1');
    const again = await step(question.action, key);
    expect(again.said).toMatch(/^That is not one of the keys\. Rate Opening keynote\./);
    expect(again.action).toBe(question.action);
    expect(await counts()).toEqual(before);
  },
);

test.each(['+266696687', '+7378742833', '+8656696', 'anonymous', 'client:alice'])(
  'a caller without a number (%s) is told, and not counted',
  async (from) => {
    const before = await counts();
    const answer = await call(from)('/voice/incoming?choices=0', '5');
    expect(answer.said).toContain('with your number shown');
    expect(answer.action).toBeUndefined();
    expect(await counts()).toEqual(before);
  },
);

test.each<[string, Record<string, string>, string]>([
  ['another account', { AccountSid: `AC${'2'.repeat(32)}` }, '/voice/incoming?choices=0'],
  ['no CallSid of Twilio’s', { CallSid: 'CA1' }, '/voice/incoming?choices=0'],
  ['a choice that was never offered', {}, '/voice/incoming?choices=constructor'],
])('signed, but with %s, is refused and not counted', async (_, change, action) => {
  const before = await counts();
  expect((await call('+15550100004', change)(action, '5')).status).toBe(400);
  expect(await counts()).toEqual(before);
});

test('a session that does not exist is not rated', async () => {
  const before = await counts();
  const answer = await call('+15550100005')('/voice/incoming?choices=77', '5');
  expect(answer.said).toMatch(/^For Opening keynote/);
  expect(await counts()).toEqual(before);
});

test('refuses an unsigned call, and one whose choice was changed after signing', async () => {
  const before = await counts();
  const params = {
    AccountSid: ringtrue.accountSid,
    CallSid: `CA${'3'.repeat(32)}`,
    From: '+15550100006',
    Digits: '5',
  };
  const request = signWithTwilio({
    token: ringtrue.authToken,
    url: `${ringtrue.url}/voice/incoming?choices=0`,
    params,
  });
  const changed = await sendRaw(ringtrue.url, { ...request, target: '/voice/incoming?choices=1' });
  const unsigned = await sendRaw(ringtrue.url, { ...request, headers: request.headers.slice(0, 2) });
  expect([changed.status, unsigned.status]).toEqual([403, 403]);
  expect(await counts()).toEqual(before);
});
