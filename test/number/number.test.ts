import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { addApplication, addMessagingService, addNumber } from '../stand-in/add-number';
import { useDeployment } from './use-deployment';

jest.setTimeout(60_000);
const at = useDeployment();

describe('ringtrue number', () => {
  test('shows what decides and the change, applies it, reads it back, and names the command that restores', async () => {
    const { code, stdout } = await at.number('+15550001111', '--url', at.webhook, '--yes');
    expect(stdout).toContain("texts: https://old.example/sms\n         the number's own URL");
    expect(stdout).toContain(`SmsUrl\n      - https://old.example/sms\n      + ${at.webhook}`);
    expect(stdout).toContain('SmsMethod\n      - GET\n      + POST');
    expect(stdout).toContain(`SmsFallbackUrl\n      - (empty)\n      + ${at.fallback}`);
    expect(stdout).toContain('To restore: npm run number -- +15550001111 --restore');
    expect(code).toBe(0);
    expect(at.phone).toMatchObject({
      sms_url: at.webhook,
      sms_method: 'POST',
      sms_fallback_url: at.fallback,
    });
    expect(at.twilio.calls.at(-1)).toMatchObject({ method: 'GET' });
  });

  test('restores exactly what was there, once for each change', async () => {
    const before = { ...at.phone };
    await at.number('+15550001111', '--url', at.webhook, '--yes');
    await at.number('+15550001111', '--url', at.webhook, '--overrides', 'rc=2&rp=ct,rt', '--yes');
    expect(at.phone.sms_url).toBe(`${at.webhook}#rc=2&rp=ct,rt`);
    expect(statSync(path.join(at.project.dir, '.ringtrue', 'numbers.json')).mode & 0o777).toBe(0o600);

    await at.number('+15550001111', '--restore', '--yes');
    expect(at.phone.sms_url).toBe(at.webhook);
    const { code } = await at.number('+15550001111', '--restore', '--yes');
    expect(code).toBe(0);
    expect(at.phone).toEqual(before);
    const { code: third, stderr } = await at.number('+15550001111', '--restore', '--yes');
    expect(stderr).toContain('Nothing to restore for +15550001111');
    expect(third).toBe(1);
    expect(at.phone).toEqual(before);
  });

  test('without --url takes the webhook of the last deploy', async () => {
    await at.number('+15550001111', '--yes');
    expect(at.phone.sms_url).toBe(at.webhook);
  });

  describe('beside an emulator under a public URL', () => {
    const inData = (name: string) => path.join(at.project.dir, '.ringtrue', name);
    beforeEach(() => {
      // This process stands for the emulator: it is alive.
      const note = {
        pid: process.pid,
        url: 'http://127.0.0.1:3000',
        publicUrl: 'https://tunnel.example/base',
      };
      writeFileSync(inData('emulator.json'), JSON.stringify(note));
    });
    afterEach(() => rmSync(inData('emulator.json')));

    test('points at it where nothing is deployed', async () => {
      renameSync(inData('deployed.json'), inData('deployed.bak'));
      try {
        const { code, stdout, stderr } = await at.number('+15550001111', '--dry-run');
        expect(stdout).toContain('+ https://tunnel.example/base/sms/incoming');
        expect(stdout).toContain('+ https://tunnel.example/base/sms/fallback');
        // This tunnel leads nowhere, which the plan has to say.
        expect(stderr).toContain('https://tunnel.example/base/sms/incoming is not fit for a phone number');
        expect(code).toBe(1);
        expect(at.changes()).toEqual([]);
      } finally {
        renameSync(inData('deployed.bak'), inData('deployed.json'));
      }
    });

    test('asks which where something is, and changes nothing', async () => {
      const { code, stderr } = await at.number('+15550001111', '--yes');
      expect(stderr).toContain(`Add --url ${at.webhook} or --url https://tunnel.example/base/sms/incoming`);
      expect(code).toBe(2);
      expect(at.changes()).toEqual([]);
    });
  });

  test.each([
    ['with --dry-run', ['--dry-run'], 0],
    ['without a terminal and --yes', [], 1],
  ])('changes nothing %s', async (_, flags, expected) => {
    const { code, stdout } = await at.number('+15550001111', '--url', at.webhook, ...flags);
    expect(stdout).toContain(`+ ${at.webhook}`);
    expect(code).toBe(expected);
    expect(at.changes()).toEqual([]);
  });

  test('takes a number away from its TwiML application, and gives it back', async () => {
    const application = addApplication(at.twilio, { sms_url: 'https://app.example/sms' });
    at.phone.sms_application_sid = application.sid;
    const { stdout } = await at.number('+15550001111', '--url', at.webhook, '--yes');
    expect(stdout).toContain('texts: https://app.example/sms');
    expect(stdout).toContain('which overrides its own URLs');
    expect(at.phone).toMatchObject({ sms_application_sid: '', sms_url: at.webhook });
    await at.number('+15550001111', '--restore', '--yes');
    expect(at.phone.sms_application_sid).toBe(application.sid);
  });

  test('never takes a number that only contains the digits', async () => {
    addNumber(at.twilio, '+15550002222333');
    const { code, stderr } = await at.number('+15550002222', '--url', at.webhook, '--yes');
    expect(stderr).toContain('No number +15550002222 in this account');
    expect(code).toBe(1);
    expect(at.changes()).toEqual([]);
  });

  test('--list follows every page and says where each number goes and why', async () => {
    for (const last of [1, 2, 3, 4]) addNumber(at.twilio, `+1555000777${last}`);
    addMessagingService(at.twilio, [at.phone], { inbound_request_url: null });
    const { stdout } = await at.number('--list', '--json');
    const listed = JSON.parse(stdout);
    expect(listed).toHaveLength(5);
    expect(listed[0]).toMatchObject({ number: '+15550001111', url: null, decidedBy: 'messaging-service' });
    expect(listed[0].why).toContain('Twilio drops every text and logs nothing');
    expect(listed[4]).toMatchObject({ number: '+15550007774', decidedBy: 'number' });
  });
});

describe('refuses', () => {
  test.each([
    ['http', 'http://x.example/sms/incoming', 'it is http://'],
    [
      'an unsorted query',
      'https://x.example/sms?b=1&a=2',
      'the names in its query are not sorted: write a, b',
    ],
    ['a wrong override', 'https://x.example/sms#rc=9', '#rc=9 in the URL is not a whole number from 0 to 5'],
    ['a host of another region', 'https://x-1234.dublin.ie1.twil.io/sms', 'region ie1'],
    ['no URL at all', 'sms', 'it is not absolute'],
  ])('%s', async (_, url, reason) => {
    const { code, stderr } = await at.number('+15550001111', '--url', url, '--yes');
    expect(stderr).toContain(reason);
    expect(code).toBe(2);
    expect(at.changes()).toEqual([]);
  });

  test('a URL that answers what Twilio did not sign', async () => {
    const { code, stderr } = await at.number(
      '+15550001111',
      '--url',
      at.webhook.replace('sms/incoming', 'results'),
      '--yes',
    );
    expect(stderr).toContain('it answers requests that Twilio did not sign (200): anybody could call it');
    expect(code).toBe(1);
    expect(at.changes().filter(({ host }) => host === 'api.twilio.com')).toEqual([]);
  });

  test('demo credentials, without asking Twilio anything', async () => {
    const before = readFileSync(path.join(at.project.dir, '.env'), 'utf8');
    at.project.write('.env', '');
    const { code, stderr } = await at.number('+15550001111', '--url', at.webhook, '--yes');
    at.project.write('.env', before);
    expect(stderr).toContain('only demo credentials');
    expect(code).toBe(2);
    expect(at.twilio.calls).toEqual([]);
  });

  test('what is no number, and nothing at all', async () => {
    expect((await at.number('5550001111', '--url', at.webhook)).code).toBe(2);
    expect((await at.number('--url', at.webhook)).code).toBe(2);
  });
});

test('writes Basic credentials into the URL, and shows no password', async () => {
  const file = path.join(at.project.dir, '.env');
  const before = readFileSync(file, 'utf8');
  at.project.write('.env', `${before}WEBHOOK_USER=twilio\nWEBHOOK_PASSWORD=not-a-real-password\n`);
  const { code, stdout, stderr } = await at.number('+15550001111', '--url', at.webhook, '--yes');
  at.project.write('.env', before);
  expect(at.phone.sms_url).toBe(at.webhook.replace('://', '://twilio:not-a-real-password@'));
  expect(at.phone.sms_fallback_url).toContain('twilio:not-a-real-password@');
  expect(stdout).toContain('https://twilio:…@');
  expect(stdout + stderr).not.toContain('not-a-real-password');
  expect(code).toBe(0);
});

test('keeps user and password of the deployment from every other host, and says so', async () => {
  const file = path.join(at.project.dir, '.env');
  const before = readFileSync(file, 'utf8');
  at.project.write('.env', `${before}WEBHOOK_USER=twilio\nWEBHOOK_PASSWORD=not-a-real-password\n`);
  const urls = ['--url', at.webhook, '--fallback-url', 'https://stranger.example/sms/fallback'];
  const { stdout, stderr } = await at.number('+15550001111', ...urls, '--dry-run');
  at.project.write('.env', before);
  expect(stdout).toContain(`+ ${at.webhook.replace('://', '://twilio:…@')}\n`);
  expect(stdout).toContain('+ https://stranger.example/sms/fallback\n');
  expect(stderr).toContain('WEBHOOK_USER and WEBHOOK_PASSWORD are left out for stranger.example, which is');
  expect(stderr.match(/are left out for/g)).toHaveLength(1);
});
