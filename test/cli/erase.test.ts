import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startTwilio, type TwilioStandIn } from '../stand-in/start-twilio';
import { newSid, type PhoneRecord } from '../stand-in/twilio-account';
import { runRingtrue } from './run-ringtrue';

const phone = '+4915112345678';
const event = '+15550001111';
let twilio: TwilioStandIn;
let cwd: string;

beforeAll(async () => {
  twilio = await startTwilio();
});
beforeEach(() => {
  cwd = mkdtempSync(path.join(tmpdir(), 'ringtrue-erase-'));
  twilio.state.records.length = 0;
  twilio.calls.length = 0;
  twilio.stopFailing();
});
afterEach(() => rmSync(cwd, { recursive: true }));
afterAll(() => twilio.close());

function add(
  from: string,
  to: string,
  { kind = 'Messages', status = 'received' }: Partial<PhoneRecord> = {},
) {
  const sid = newSid(kind === 'Messages' ? 'SM' : 'CA');
  twilio.state.records.push({ kind, sid, accountSid: twilio.accountSid, from, to, status });
  return sid;
}
const erase = (...args: string[]) =>
  runRingtrue(['erase', ...args], {
    cwd,
    env: {
      ...twilio.environment,
      ACCOUNT_SID: twilio.accountSid,
      AUTH_TOKEN: twilio.authToken,
      EVENT_NUMBER: event,
    },
  });
const deletions = () => twilio.calls.filter(({ method }) => method === 'DELETE');

/** Five of the phone with the event, on every channel, and three that are none of its business. */
function addConversation(): string[] {
  add(phone, event);
  add(event, phone, { status: 'delivered' });
  add(phone, event);
  add(`whatsapp:${phone}`, `whatsapp:${event}`);
  add(phone, event, { kind: 'Calls', status: 'completed' });
  return [
    add(phone, '+15550002222'),
    add('+4915100000000', event),
    add('+4915100000000', event, { kind: 'Calls' }),
  ];
}

describe('ringtrue erase', () => {
  test('deletes texts, replies and calls of the phone with the event, and nothing else', async () => {
    const others = addConversation();
    const { code, stdout, stderr } = await erase(phone, '--yes');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(
      `Twilio keeps 4 messages and 1 call of this phone with ${event}.\nNothing is left.\nWhat ringtrue keeps is erased on /organiser.\n`,
    );
    expect(twilio.state.records.map(({ sid }) => sid)).toEqual(others);
    expect(stdout + stderr).not.toContain('15112345678');
  });

  test('takes the phone as people write it, other numbers, and an RCS agent', async () => {
    add('+15550003333', '+15550001112');
    add('rcs:+15550003333', 'rcs:ringtrue_agent');
    const { code, stdout } = await erase(
      '+1 (555) 000-3333',
      '--yes',
      '--json',
      '--number',
      '+15550001112',
      '--number',
      'rcs:ringtrue_agent',
    );
    expect(JSON.parse(stdout)).toEqual({
      numbers: ['+15550001112', 'rcs:ringtrue_agent'],
      found: { messages: 2, calls: 0 },
      left: 0,
      reasons: [],
    });
    expect(code).toBe(0);
  });

  test.each([
    ['--dry-run', 0],
    ['--json', 1],
  ])('with %s and nobody to ask, deletes nothing', async (flag, expected) => {
    addConversation();
    const { code } = await erase(phone, flag);
    expect({ code, deletions: deletions() }).toEqual({ code: expected, deletions: [] });
    expect(twilio.state.records).toHaveLength(8);
  });

  test('without --yes and a terminal says in JSON that nothing was changed', async () => {
    addConversation();
    const { stdout, stderr } = await erase(phone, '--json');
    expect(JSON.parse(stdout).error).toMatch(/^Nothing was changed: .* --yes/);
    expect(stderr).toBe(`ringtrue: ${JSON.parse(stdout).error}\n`);
  });

  test('says that nothing is kept, when nothing is', async () => {
    const { code, stdout } = await erase(phone, '--yes');
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `Twilio keeps 0 messages and 0 calls of this phone with ${event}.\n`,
    });
  });

  test('goes on after a reply that is still on its way, says so, and ends with 1', async () => {
    add(event, phone, { status: 'sending' });
    add(phone, event);
    const { code, stdout } = await erase(phone, '--yes');
    expect(stdout).toContain('A message is still on its way (error 20009)');
    expect(stdout).toContain('Left: 1 message and 0 calls. Run it again later.');
    expect({ code, left: twilio.state.records.length }).toEqual({ code: 1, left: 1 });
  });

  test('takes a record that somebody else deleted meanwhile for deleted', async () => {
    add(phone, event);
    twilio.fail({ on: /^DELETE /, answer: async () => void twilio.state.records.splice(0) });
    expect((await erase(phone, '--yes')).code).toBe(0);
  });

  test.each([
    ['a phone that is none', ['5551234', '--yes'], 'The phone is written like +15551234567'],
    ['a number that is none', [phone, '--number', 'me'], '--number is written like'],
  ])('ends with 2 for %s, and asks Twilio nothing', async (_, args, told) => {
    const { code, stderr } = await erase(...args);
    expect({ code, stderr, calls: twilio.calls }).toEqual({
      code: 2,
      stderr: expect.stringContaining(told),
      calls: [],
    });
  });

  test('ends with 2 without an account: demo credentials never reach Twilio', async () => {
    const { code, stderr } = await runRingtrue(['erase', phone], {
      cwd,
      env: { ...twilio.environment, EVENT_NUMBER: event },
    });
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('only demo credentials') });
    expect(twilio.calls).toEqual([]);
  });
});
