import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { healthy, ours } from '../doctor/project/make-project';
import { addApplication, addNumber as addNumberTo } from '../stand-in/add-number';
import { startTwilio, type TwilioStandIn } from '../stand-in/start-twilio';
import { newSid, type PhoneNumber, type Visibility } from '../stand-in/twilio-account';
import { runRingtrue } from './run-ringtrue';

const webhook = 'https://hotline-1234.twil.io/sms/incoming';
let twilio: TwilioStandIn;
let dir: string;

beforeEach(async () => {
  twilio = await startTwilio();
  dir = mkdtempSync(path.join(tmpdir(), 'ringtrue-doctor-'));
  write({
    ...healthy,
    ...ours,
    '.env': `ACCOUNT_SID=${twilio.accountSid}\nAUTH_TOKEN=${twilio.authToken}\n`,
  });
});

afterEach(async () => {
  rmSync(dir, { recursive: true, force: true });
  await twilio.close();
});

function write(files: Record<string, string | null>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(dir, name)), { recursive: true });
    writeFileSync(path.join(dir, name), content ?? '');
  }
}

function addNumber({ phone_number = '+15550186677', ...changes }: Partial<PhoneNumber> = {}): PhoneNumber {
  return addNumberTo(twilio, phone_number, {
    sms_url: webhook,
    sms_method: 'POST',
    sms_fallback_url: 'https://hotline-1234.twil.io/sms/fallback',
    ...changes,
  });
}

function deploy(visibility: Visibility): void {
  const content = Buffer.from(
    'exports.handler = (context, event, callback) => callback(null, new Twilio.twiml.MessagingResponse());',
  );
  const version = {
    sid: newSid('ZN'),
    kind: 'function' as const,
    path: '/sms/incoming',
    visibility,
    contentType: '',
    content,
  };
  const dependencies = [
    { name: 'twilio', version: '6.2.0' },
    { name: '@twilio/runtime-handler', version: '2.0.1' },
  ];
  const build = {
    sid: newSid('ZB'),
    status: 'completed' as const,
    dependencies,
    runtime: 'node22',
    versions: [version],
  };
  twilio.state.services.push({
    sid: newSid('ZS'),
    accountSid: twilio.accountSid,
    unique_name: 'hotline',
    domainNumber: '1234',
    functions: [],
    assets: [],
    versions: [version],
    builds: [build],
    environments: [
      {
        sid: newSid('ZE'),
        unique_name: 'production',
        domain_suffix: null,
        domain_name: 'hotline-1234.twil.io',
        build_sid: build.sid,
        variables: [],
        deployments: [],
      },
    ],
  });
}

async function diagnose(...flags: string[]) {
  const { code, stdout, stderr } = await runRingtrue(['doctor', '--json', ...flags], {
    cwd: dir,
    env: twilio.environment,
  });
  const findings: { code: string; detail: string }[] = JSON.parse(stdout).findings;
  expect(stdout + stderr).not.toContain(twilio.authToken);
  expect(stdout + stderr).not.toContain('5550186677');
  const online = findings.filter((one) => one.code !== 'build-missing');
  return { code, codes: online.map((one) => one.code), text: online.map(({ detail }) => detail).join('\n') };
}

describe('ringtrue doctor, with credentials', () => {
  test('finds nothing where a number leads to a webhook that only Twilio can call', async () => {
    addNumber();
    deploy('protected');
    expect(await diagnose()).toEqual({ code: 0, codes: [], text: '' });
  });

  test('finds a deployed webhook that answers strangers', async () => {
    addNumber();
    deploy('public');
    const { code, codes, text } = await diagnose();
    expect(codes).toEqual(['webhook-fails']);
    expect(text).toContain(`${webhook}: it answers requests that Twilio did not sign (200)`);
    expect(code).toBe(1);
  });

  test('finds a Messaging Service that takes the texts away, and no fallback', async () => {
    const { sid } = addNumber();
    twilio.state.messagingServices.push({
      sid: newSid('MG'),
      accountSid: twilio.accountSid,
      friendly_name: 'Poll',
      inbound_request_url: 'http://elsewhere.example.org/sms',
      inbound_method: 'GET',
      fallback_url: null,
      fallback_method: 'POST',
      use_inbound_webhook_on_number: false,
      numberSids: [sid],
    });
    const { codes, text } = await diagnose();
    expect(codes.sort()).toEqual(['webhook-fallback', 'webhook-method', 'webhook-overridden', 'webhook-url']);
    expect(text).toContain(`Number …6677 has ${webhook}, but texts go to http://elsewhere.example.org/sms`);
    expect(text).toContain('Messaging Service "Poll"');
  });

  test('finds an application without a URL, which drops the texts of the number', async () => {
    addNumber({ sms_application_sid: addApplication(twilio, { sms_url: '' }).sid });
    expect((await diagnose()).codes).toEqual(['webhook-none']);
  });

  test('finds that a number belongs to nobody here, and that no other leads here', async () => {
    addNumber({ phone_number: '+15550009999', sms_url: 'https://example.org/' });
    expect(await diagnose('--number', '+15550186677')).toMatchObject({ code: 1, codes: ['number-unknown'] });
    expect(await diagnose()).toMatchObject({ code: 0, codes: ['number-none'] });
  });

  test('finds a token that Twilio refuses', async () => {
    write({ '.env': `ACCOUNT_SID=${twilio.accountSid}\nAUTH_TOKEN=${'a'.repeat(31)}b\n` });
    const { codes, text } = await diagnose();
    expect(codes).toEqual(['account-refused']);
    expect(text).toContain('Twilio refused the credentials (error 20003)');
  });

  test('looks whether the Sync service for ratings is there, and makes nothing in it', async () => {
    const service = newSid('IS');
    const credentials = `ACCOUNT_SID=${twilio.accountSid}\nAUTH_TOKEN=${twilio.authToken}\n`;
    write({ '.env': `${credentials}SYNC_SERVICE_SID=${service}\n` });
    const { codes, text } = await diagnose();
    expect(codes).toContain('store-fault');
    expect(text).toContain('SYNC_SERVICE_SID names no Sync service of the account ACCOUNT_SID');
    write({ '.env': `${credentials}SYNC_SERVICE_SID=IS\n` });
    expect((await diagnose()).text).toContain('SYNC_SERVICE_SID is not IS followed by 32 hex digits');
    expect((await diagnose('--offline')).codes).toEqual([]);
    expect(twilio.sync.calls.filter((call) => !call.startsWith('GET'))).toEqual([]);
  });

  test('takes a project for sound when Twilio does not answer, and says so', async () => {
    twilio.environment.HTTP_PROXY = 'http://127.0.0.1:1';
    const { code, codes, text } = await diagnose();
    expect(codes).toEqual(['account-silent']);
    expect(text).toContain('(ECONNREFUSED)');
    expect(code).toBe(0);
  });

  test('calls the public URL, and finds nobody there', async () => {
    addNumber();
    deploy('protected');
    expect((await diagnose('--public-url', 'https://hotline-1234.twil.io')).codes).toEqual([]);
    const { codes, text } = await diagnose('--public-url', 'https://hotline-9999.twil.io/');
    expect(codes).toEqual(['webhook-fails']);
    expect(text).toBe('https://hotline-9999.twil.io/sms/incoming: there is nothing at this path (404).');
  });

  test('asks nobody when it is to stay offline, or has no credentials, and leaves nothing behind', async () => {
    expect((await diagnose('--offline')).codes).toEqual([]);
    write({ '.env': '' });
    expect((await diagnose()).codes).toEqual(['credentials-missing']);
    expect(twilio.calls).toEqual([]);
    expect(readdirSync(dir)).not.toContain('.ringtrue');
  });
});
