import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  accountSid,
  answerTwiml,
  authToken,
  closeServers,
  startWebhookServer,
} from '../emulator/phone/webhook-server';
import { runRingtrue } from './run-ringtrue';

let cwd: string;

beforeEach(() => {
  cwd = mkdtempSync(path.join(tmpdir(), 'ringtrue-call-'));
});
afterEach(async () => {
  await closeServers();
  rmSync(cwd, { recursive: true });
});

const call = (...args: string[]) =>
  runRingtrue(['call', ...args], { cwd, env: { ACCOUNT_SID: accountSid, AUTH_TOKEN: authToken } });
const question = '<Response><Gather numDigits="1"><Say>Press a key</Say></Gather><Hangup/></Response>';

describe('ringtrue call', () => {
  test('shows each request, what is heard and what is pressed', async () => {
    const server = await startWebhookServer((response, _, count) =>
      answerTwiml(
        response,
        count === 1 ? question : '<Response><Say>\u001b[31mThanks</Say><Hangup/></Response>',
      ),
    );
    const { code, stdout, stderr } = await call('5', '--url', `${server.url}/voice/incoming`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^--> POST http:\/\/127\.0\.0\.1:\d+\/voice\/incoming CA[0-9a-f]{32}$/m);
    expect(stdout).toMatch(/\n● Press a key\n○ presses 5\n● \uFFFD\[31mThanks\nthe number hung up\n$/);
    expect(server.received.map(({ genuine }) => genuine)).toEqual([true, true]);
  });

  test('prints JSON that holds no signature, no token and no number', async () => {
    const server = await startWebhookServer((response) => answerTwiml(response, question));
    const { code, stdout } = await call('--json', '--from', '+4915112345678', '--url', server.url);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      answered: true,
      end: 'hangup',
      requests: [{ method: 'POST', status: 200, problem: null }],
      moments: [
        { verb: 'say', text: 'Press a key' },
        { verb: 'silence', seconds: 5 },
      ],
    });
    for (const secret of [
      '15112345678',
      authToken,
      String(server.received[0]?.headers['x-twilio-signature']),
    ])
      expect(stdout).not.toContain(secret);
  });

  test('ends with 1 when the webhook refuses, and says what the caller hears', async () => {
    const server = await startWebhookServer((response) => response.writeHead(403).end('no'));
    const { code, stdout } = await call('1', '--unsigned', '--url', server.url);
    expect(code).toBe(1);
    expect(stdout).toContain('11200 HTTP retrieval failure');
    expect(stdout).toContain('an application error has occurred');
    expect(server.received[0]?.headers).not.toHaveProperty('x-twilio-signature');
  });

  test('calls with a hidden number', async () => {
    const server = await startWebhookServer((response) => answerTwiml(response, question));
    await call('--withheld', '--url', server.url);
    expect(Object.fromEntries(server.received[0]?.params ?? [])).toMatchObject({ From: '+266696687' });
  });

  test.each([
    ['a key that no phone has', ['x'], '"x" cannot be pressed'],
    ['a number shown and hidden', ['--withheld', '--from', '+15550100001'], 'exclude each other'],
    ['a number that is none', ['--from', 'me', '--url', 'http://127.0.0.1:9/'], '"from" is no phone number'],
    ['a URL that is none', ['--url', 'voice/incoming'], '--url cannot be called'],
  ])('ends with 2 for %s', async (_, args, told) => {
    const { code, stderr } = await call(...args);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(told) });
  });
});
