import type { ChildProcess } from 'node:child_process';
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runRingtrue } from '../cli/run-ringtrue';
import { addApplication, addMessagingService, addNumber } from '../stand-in/add-number';
import { makeProject, type Project } from '../stand-in/make-project';
import { startTwilio, type TwilioStandIn } from '../stand-in/start-twilio';
import { type Account, newSid, type PhoneNumber, type Service } from '../stand-in/twilio-account';

jest.setTimeout(60_000);
let twilio: TwilioStandIn;
let project: Project;
let webhook: string;
let fallback: string;
let phone: PhoneNumber;

// One deployment for all: what is changed here are numbers.
beforeAll(async () => {
  twilio = await startTwilio();
  project = makeProject(twilio);
  const { stdout } = await runRingtrue(['deploy', '--yes', '--json'], {
    cwd: project.dir,
    env: twilio.environment,
  });
  webhook = `https://${JSON.parse(stdout).domain}/sms/incoming`;
  fallback = webhook.replace('incoming', 'fallback');
});

beforeEach(() => {
  twilio.state.numbers.length = 0;
  twilio.state.messagingServices.length = 0;
  twilio.state.applications.length = 0;
  twilio.calls.length = 0;
  twilio.stopFailing();
  phone = addNumber(twilio, '+15550001111');
});

afterAll(async () => {
  project.remove();
  await twilio.close();
});

const number = (...args: string[]) =>
  runRingtrue(['number', ...args], { cwd: project.dir, env: twilio.environment });
const changes = () => twilio.calls.filter(({ method }) => method === 'POST');

describe('ringtrue number', () => {
  test('shows what decides and the change, applies it, reads it back, and names the command that restores', async () => {
    const { code, stdout } = await number('+15550001111', '--url', webhook, '--yes');
    expect(stdout).toContain("texts: https://old.example/sms\n         the number's own URL");
    expect(stdout).toContain(`SmsUrl\n      - https://old.example/sms\n      + ${webhook}`);
    expect(stdout).toContain('SmsMethod\n      - GET\n      + POST');
    expect(stdout).toContain(`SmsFallbackUrl\n      - (empty)\n      + ${fallback}`);
    expect(stdout).toContain('To restore: npm run number -- +15550001111 --restore');
    expect(code).toBe(0);
    expect(phone).toMatchObject({ sms_url: webhook, sms_method: 'POST', sms_fallback_url: fallback });
    expect(twilio.calls.at(-1)).toMatchObject({ method: 'GET' });
  });

  test('restores exactly what was there, once for each change', async () => {
    const before = { ...phone };
    await number('+15550001111', '--url', webhook, '--yes');
    await number('+15550001111', '--url', webhook, '--overrides', 'rc=2&rp=ct,rt', '--yes');
    expect(phone.sms_url).toBe(`${webhook}#rc=2&rp=ct,rt`);
    expect(statSync(path.join(project.dir, '.ringtrue', 'numbers.json')).mode & 0o777).toBe(0o600);

    await number('+15550001111', '--restore', '--yes');
    expect(phone.sms_url).toBe(webhook);
    const { code } = await number('+15550001111', '--restore', '--yes');
    expect(code).toBe(0);
    expect(phone).toEqual(before);
    const { code: third, stderr } = await number('+15550001111', '--restore', '--yes');
    expect(stderr).toContain('Nothing to restore for +15550001111');
    expect(third).toBe(1);
    expect(phone).toEqual(before);
  });

  test('without --url takes the webhook of the last deploy', async () => {
    await number('+15550001111', '--yes');
    expect(phone.sms_url).toBe(webhook);
  });

  describe('beside an emulator under a public URL', () => {
    const inData = (name: string) => path.join(project.dir, '.ringtrue', name);
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
        const { code, stdout, stderr } = await number('+15550001111', '--dry-run');
        expect(stdout).toContain('+ https://tunnel.example/base/sms/incoming');
        expect(stdout).toContain('+ https://tunnel.example/base/sms/fallback');
        // The tunnel is made up, and the probe says so.
        expect(code).toBe(1);
        expect(stderr).toContain('tunnel.example');
        expect(changes()).toEqual([]);
      } finally {
        renameSync(inData('deployed.bak'), inData('deployed.json'));
      }
    });

    test('asks which where something is, and changes nothing', async () => {
      const { code, stderr } = await number('+15550001111', '--yes');
      expect(stderr).toContain(`Add --url ${webhook} or --url https://tunnel.example/base/sms/incoming`);
      expect(code).toBe(2);
      expect(changes()).toEqual([]);
    });
  });

  test.each([
    ['with --dry-run', ['--dry-run'], 0],
    ['without a terminal and --yes', [], 1],
  ])('changes nothing %s', async (_, flags, expected) => {
    const { code, stdout } = await number('+15550001111', '--url', webhook, ...flags);
    expect(stdout).toContain(`+ ${webhook}`);
    expect(code).toBe(expected);
    expect(changes()).toEqual([]);
  });

  test('takes a number away from its TwiML application, and gives it back', async () => {
    const application = addApplication(twilio, { sms_url: 'https://app.example/sms' });
    phone.sms_application_sid = application.sid;
    const { stdout } = await number('+15550001111', '--url', webhook, '--yes');
    expect(stdout).toContain('texts: https://app.example/sms');
    expect(stdout).toContain('which overrides its own URLs');
    expect(phone).toMatchObject({ sms_application_sid: '', sms_url: webhook });
    await number('+15550001111', '--restore', '--yes');
    expect(phone.sms_application_sid).toBe(application.sid);
  });

  test('never takes a number that only contains the digits', async () => {
    addNumber(twilio, '+15550002222333');
    const { code, stderr } = await number('+15550002222', '--url', webhook, '--yes');
    expect(stderr).toContain('No number +15550002222 in this account');
    expect(code).toBe(1);
    expect(changes()).toEqual([]);
  });

  test('--list follows every page and says where each number goes and why', async () => {
    for (const last of [1, 2, 3, 4]) addNumber(twilio, `+1555000777${last}`);
    addMessagingService(twilio, [phone], { inbound_request_url: null });
    const { stdout } = await number('--list', '--json');
    const listed = JSON.parse(stdout);
    expect(listed).toHaveLength(5);
    expect(listed[0]).toMatchObject({ number: '+15550001111', url: null, decidedBy: 'messaging-service' });
    expect(listed[0].why).toContain('Twilio drops every text and logs nothing');
    expect(listed[4]).toMatchObject({ number: '+15550007774', decidedBy: 'number' });
  });
});

test('several numbers of a service are all set before it begins to use them, and it stops before they are restored', async () => {
  const other = addNumber(twilio, '+15550003333');
  addMessagingService(twilio, [phone, other]);
  const before = structuredClone([phone, other]);
  const both = ['+15550001111', '+15550003333'];
  const hosts = () =>
    changes()
      .map(({ host }) => host)
      .filter((host) => /twilio\.com/.test(host));
  expect((await number(...both, '--url', webhook, '--route', 'number', '--yes')).code).toBe(0);
  expect(hosts()).toEqual(['api.twilio.com', 'api.twilio.com', 'messaging.twilio.com']);
  twilio.calls.length = 0;
  expect((await number(...both, '--restore', '--yes')).code).toBe(0);
  expect(hosts()).toEqual(['messaging.twilio.com', 'api.twilio.com', 'api.twilio.com']);
  expect([phone, other]).toEqual(before);
});

describe('calls', () => {
  const calls = () => webhook.replace('sms/', 'voice/');

  test('that nobody answers are pointed at /voice/incoming of the same deployment, and given back', async () => {
    const before = { ...phone };
    const { code, stdout } = await number('+15550001111', '--url', webhook, '--yes');
    expect(stdout).toContain("calls: https://demo.twilio.com/welcome/voice/\n         the number's own URL");
    expect(stdout).toContain(`VoiceUrl\n      - https://demo.twilio.com/welcome/voice/\n      + ${calls()}`);
    expect(code).toBe(0);
    expect(phone).toMatchObject({ voice_url: calls(), voice_method: 'POST' });
    await number('+15550001111', '--restore', '--yes');
    expect(phone).toEqual(before);
  });

  test.each<[string, string[], Partial<PhoneNumber>]>([
    ['that somebody answers', [], { voice_url: 'https://desk.example/voice' }],
    ['of a TwiML application', [], { voice_application_sid: `AP${'7'.repeat(32)}` }],
    ['of a SIP trunk', [], { trunk_sid: `TK${'7'.repeat(32)}` }],
    ['of a number set to receive faxes', [], { voice_receive_mode: 'fax' }],
    ['with --no-voice', ['--no-voice'], {}],
  ])('%s stay as they are', async (_, flags, settings) => {
    Object.assign(phone, settings);
    if (settings.voice_application_sid)
      addApplication(twilio, { sid: settings.voice_application_sid, voice_url: 'https://app.example/voice' });
    const { voice_url } = phone;
    const { code, stdout } = await number('+15550001111', '--url', webhook, ...flags, '--yes');
    expect(stdout).not.toContain('VoiceUrl');
    expect(code).toBe(0);
    expect(phone).toMatchObject({ ...settings, voice_url, sms_url: webhook });
  });

  test('--voice takes over those of a TwiML application, and gives them back', async () => {
    const application = addApplication(twilio, { voice_url: 'https://app.example/voice' });
    phone.voice_application_sid = application.sid;
    const before = { ...phone };
    const { stdout } = await number('+15550001111', '--url', webhook, '--voice', '--yes');
    expect(stdout).toContain('calls: https://app.example/voice');
    expect(phone).toMatchObject({ voice_url: calls(), voice_application_sid: '' });
    await number('+15550001111', '--restore', '--yes');
    expect(phone).toEqual(before);
  });

  test.each<[string, Partial<PhoneNumber>, string]>([
    ['from a SIP trunk', { trunk_sid: `TK${'7'.repeat(32)}` }, 'take the number out of it'],
    ['of a number without a voice', { voice_receive_mode: 'fax' }, 'takes no calls'],
  ])('--voice does not take them %s', async (_, settings, reason) => {
    Object.assign(phone, settings);
    const { code, stderr } = await number('+15550001111', '--url', webhook, '--voice', '--yes');
    expect(stderr).toContain(reason);
    expect(code).toBe(2);
    expect(changes()).toEqual([]);
  });

  test('stay as they are where an older deployment has nothing for them', async () => {
    const build = twilio.state.services[0]?.builds[0];
    const versions = build?.versions ?? [];
    if (build) build.versions = versions.filter((version) => version.path !== '/voice/incoming');
    const { code, stderr } = await number('+15550001111', '--url', webhook, '--yes');
    if (build) build.versions = versions;
    expect(stderr).toContain(`Calls stay as they are: ${calls()} does not answer them`);
    expect(code).toBe(0);
    expect(phone).toMatchObject({ sms_url: webhook, voice_url: 'https://demo.twilio.com/welcome/voice/' });
  });

  test('are not pointed at a URL that does not answer them', async () => {
    const nowhere = webhook.replace('sms/incoming', 'voice/nowhere');
    const { code, stderr } = await number('+15550001111', '--url', webhook, '--voice', nowhere, '--yes');
    expect(stderr).toContain(`${nowhere} is not fit for a phone number: there is nothing at this path (404)`);
    expect(code).toBe(1);
    expect(changes().filter(({ host }) => host === 'api.twilio.com')).toEqual([]);
  });
});

describe('a number whose Messaging Service decides', () => {
  test('needs to be told which of the two to change', async () => {
    addMessagingService(twilio, [phone]);
    const { code, stderr } = await number('+15550001111', '--url', webhook, '--yes');
    expect(stderr).toContain('--route service (set the URL of the service, for this number alone)');
    expect(stderr).toContain('--route number');
    expect(code).toBe(2);
    expect(changes()).toEqual([]);
  });

  test('--route service sets the service for all its numbers, and restores it', async () => {
    const other = addNumber(twilio, '+15550003333');
    const service = addMessagingService(twilio, [phone, other]);
    const before = { ...service };
    const { code, stdout } = await number(
      '+15550001111',
      '+15550003333',
      '--url',
      webhook,
      '--route',
      'service',
      '--yes',
    );
    expect(code).toBe(0);
    expect(stdout).toContain('change of the Messaging Service "Conference", for all its 2 numbers:');
    expect(service).toMatchObject({ inbound_request_url: webhook, fallback_url: fallback });
    expect(phone.sms_url).toBe('https://old.example/sms');
    expect(changes().filter(({ host }) => host === 'messaging.twilio.com')).toHaveLength(1);
    await number('+15550001111', '--restore', '--yes');
    expect(service).toEqual(before);
  });

  test('--route number sets the number before the service begins to use it', async () => {
    const service = addMessagingService(twilio, [phone]);
    const { code } = await number('+15550001111', '--url', webhook, '--route', 'number', '--yes');
    expect(code).toBe(0);
    expect(phone.sms_url).toBe(webhook);
    expect(service.use_inbound_webhook_on_number).toBe(true);
    expect(
      changes()
        .map(({ host }) => host)
        .filter((host) => /twilio\.com/.test(host)),
    ).toEqual(['api.twilio.com', 'messaging.twilio.com']);
    await number('+15550001111', '--restore', '--yes');
    expect(service.use_inbound_webhook_on_number).toBe(false);
    expect(phone.sms_url).toBe('https://old.example/sms');
  });
});

describe('a number of a subaccount', () => {
  let there: PhoneNumber;
  let subaccount: Account;
  const service = () => twilio.state.services[0] as Service;

  beforeEach(() => {
    subaccount = {
      sid: newSid('AC'),
      ownerSid: twilio.accountSid,
      primaryToken: newSid('').padEnd(32, '1'),
      secondaryToken: null,
      status: 'active',
    };
    twilio.state.accounts.push(subaccount);
    there = addNumber(twilio, '+15550009999', { accountSid: subaccount.sid });
  });
  afterEach(() => {
    service().accountSid = twilio.accountSid;
    twilio.state.accounts.pop();
  });

  test('is signed for with a token of its own, so that it cannot call a function of the account', async () => {
    const { code, stderr } = await number('+15550009999', '--url', webhook, '--yes');
    expect(stderr).toContain("a subaccount's number needs a service of that subaccount");
    expect(code).toBe(1);
    expect(there.sms_url).toBe('https://old.example/sms');
  });

  test('is pointed at a function of the subaccount with the credentials of the account, and restored', async () => {
    service().accountSid = subaccount.sid;
    const before = { ...there };
    const { code } = await number('+15550009999', '--url', webhook, '--yes');
    expect(code).toBe(0);
    expect(there.sms_url).toBe(webhook);
    expect((await number('--list', '--account', subaccount.sid)).stdout).toContain('+15550009999');
    expect((await number('--list', '--account', twilio.accountSid)).stdout).not.toContain('+15550009999');
    expect((await number('+15550009999', '--restore', '--yes')).code).toBe(0);
    expect(there).toEqual(before);
  });

  test('is not found in another account, which is named', async () => {
    const other = `AC${'9'.repeat(32)}`;
    const { code, stderr } = await number('+15550009999', '--url', webhook, '--account', other, '--yes');
    expect(stderr).toContain(`--account ${other} is neither this account nor an active subaccount of it`);
    expect(code).toBe(2);
  });
});

test('in another region everything goes there, and nothing anywhere else', async () => {
  const elsewhere = await startTwilio();
  const checkout = makeProject(elsewhere);
  try {
    const moved = addNumber(elsewhere, '+15550001111');
    const env = { ...elsewhere.environment, TWILIO_REGION: 'ie1' };
    const run = (...args: string[]) => runRingtrue([...args, '--yes'], { cwd: checkout.dir, env });
    expect((await run('deploy')).code).toBe(0);
    expect((await run('number', '+15550001111')).code).toBe(0);
    expect(moved.sms_url).toMatch(/^https:\/\/ringtrue-\d{4}-dev\.dublin\.ie1\.twil\.io\/sms\/incoming$/);
    const hosts = new Set(elsewhere.calls.map(({ host }) => host));
    expect([...hosts].filter((host) => !host.includes('.dublin.ie1.'))).toEqual([]);
  } finally {
    checkout.remove();
    await elsewhere.close();
  }
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
    const { code, stderr } = await number('+15550001111', '--url', url, '--yes');
    expect(stderr).toContain(reason);
    expect(code).toBe(2);
    expect(changes()).toEqual([]);
  });

  test('a URL that answers what Twilio did not sign', async () => {
    const { code, stderr } = await number(
      '+15550001111',
      '--url',
      webhook.replace('sms/incoming', 'results'),
      '--yes',
    );
    expect(stderr).toContain('it answers requests that Twilio did not sign (200): anybody could call it');
    expect(code).toBe(1);
    expect(changes().filter(({ host }) => host === 'api.twilio.com')).toEqual([]);
  });

  test('demo credentials, without asking Twilio anything', async () => {
    const before = readFileSync(path.join(project.dir, '.env'), 'utf8');
    project.write('.env', '');
    const { code, stderr } = await number('+15550001111', '--url', webhook, '--yes');
    project.write('.env', before);
    expect(stderr).toContain('only demo credentials');
    expect(code).toBe(2);
    expect(twilio.calls).toEqual([]);
  });

  test('what is no number, and nothing at all', async () => {
    expect((await number('5550001111', '--url', webhook)).code).toBe(2);
    expect((await number('--url', webhook)).code).toBe(2);
  });
});

test('writes Basic credentials into the URL, and shows no password', async () => {
  const file = path.join(project.dir, '.env');
  const before = readFileSync(file, 'utf8');
  project.write('.env', `${before}WEBHOOK_USER=twilio\nWEBHOOK_PASSWORD=not-a-real-password\n`);
  const { code, stdout, stderr } = await number('+15550001111', '--url', webhook, '--yes');
  project.write('.env', before);
  expect(phone.sms_url).toBe(webhook.replace('://', '://twilio:not-a-real-password@'));
  expect(phone.sms_fallback_url).toContain('twilio:not-a-real-password@');
  expect(stdout).toContain('https://twilio:…@');
  expect(stdout + stderr).not.toContain('not-a-real-password');
  expect(code).toBe(0);
});

describe("when Twilio's API fails", () => {
  const faults: [number, number, string][] = [
    [401, 20003, 'Twilio refused the credentials (error 20003)'],
    [404, 20404, 'Twilio knows no such thing as'],
    [409, 20409, 'Somebody else is changing'],
    [429, 20429, 'Twilio takes no more requests for now'],
    [500, 20500, "Twilio's API failed for"],
  ];

  test.each(faults)(
    '%d before the change is one sentence, and nothing is changed',
    async (status, code, sentence) => {
      twilio.fail({ on: /GET api.*IncomingPhoneNumbers/, answer: { status, code, message: 'no' }, times: 9 });
      const run = await number('+15550001111', '--url', webhook, '--yes');
      expect(run.stderr).toMatch(/^ringtrue: [^\n]+\n$/);
      expect(run.stderr).toContain(sentence);
      expect(run.code).toBe(1);
      expect(changes().filter(({ host }) => host === 'api.twilio.com')).toEqual([]);
    },
  );

  test.each(faults)(
    '%d in its middle is one sentence, and nothing is half done',
    async (status, code, sentence) => {
      const before = { ...phone };
      const service = addMessagingService(twilio, [phone]);
      // 429 is tried again.
      const times = status === 429 ? 9 : 1;
      twilio.fail({ on: /POST messaging/, answer: { status, code, message: 'no' }, times });
      const run = await number('+15550001111', '--url', webhook, '--route', 'number', '--yes');
      expect(run.stderr).toMatch(/^ringtrue: [^\n]+\n$/);
      expect(run.stderr).toContain(sentence);
      expect(run.stderr).toContain('Nothing was changed, or it was changed back.');
      expect(run.code).toBe(1);
      expect(phone).toEqual(before);
      expect(service.use_inbound_webhook_on_number).toBe(false);
      twilio.stopFailing();
      expect((await number('+15550001111', '--restore', '--yes')).stderr).toContain('Nothing to restore');
    },
  );

  test('no answer at all is one sentence, and nothing is half done', async () => {
    const before = { ...phone };
    const service = addMessagingService(twilio, [phone]);
    twilio.fail({ on: /POST messaging/, answer: 'time-out' });
    const run = await number('+15550001111', '--url', webhook, '--route', 'number', '--yes');
    expect(run.stderr).toMatch(/^ringtrue: Twilio's API did not answer for [^\n]+ changed back\.\n$/);
    expect(run.code).toBe(1);
    expect(phone).toEqual(before);
    expect(service.use_inbound_webhook_on_number).toBe(false);
  });

  test('Ctrl-C between two updates takes back the first', async () => {
    const before = { ...phone };
    const service = addMessagingService(twilio, [phone]);
    let command: ChildProcess | undefined;
    twilio.fail({
      on: /POST api/,
      answer: async () => {
        command?.kill('SIGINT');
        // Before the answer, or the next update would be under way.
        await new Promise((done) => setTimeout(done, 200));
      },
    });
    const run = await runRingtrue(
      ['number', '+15550001111', '--url', webhook, '--route', 'number', '--yes'],
      {
        cwd: project.dir,
        env: twilio.environment,
        onStart: (child) => {
          command = child;
        },
      },
    );
    expect(run.stderr).toContain('Interrupted. Nothing was changed, or it was changed back.');
    expect(run.code).toBe(1);
    expect(phone).toEqual(before);
    expect(service.use_inbound_webhook_on_number).toBe(false);
    expect(changes().filter(({ host }) => host === 'messaging.twilio.com')).toEqual([]);
  });

  test('after the change says that it was changed, and how to restore it', async () => {
    const before = { ...phone };
    const down = { status: 500, code: 20500, message: 'down' };
    twilio.fail({ on: /GET api.*IncomingPhoneNumbers/, answer: down, skip: 1 });
    const { code, stderr } = await number('+15550001111', '--url', webhook, '--yes');
    expect(stderr).toMatch(
      /failed for the number.* It was changed; to restore: npm run number -- \+15550001111 --restore\n$/,
    );
    expect(code).toBe(1);
    expect(phone.sms_url).toBe(webhook);
    await number('+15550001111', '--restore', '--yes');
    expect(phone).toEqual(before);
  });

  test('a change that cannot be undone says so, and --restore undoes it later', async () => {
    const before = { ...phone };
    const service = addMessagingService(twilio, [phone]);
    const down = { status: 500, code: 20500, message: 'down' };
    twilio.fail({ on: /POST messaging/, answer: down, times: 2 });
    // The number's own update passes once; from then on its API is down too.
    twilio.fail({ on: /POST api\.twilio/, answer: down, skip: 1 });
    const { code, stderr } = await number(
      '+15550001111',
      ...['--url', webhook, '--route', 'number', '--yes'],
    );
    expect(stderr).toContain('may be half done, so run the same command with --restore');
    expect(code).toBe(1);
    expect((await number('+15550001111', '--restore', '--yes')).code).toBe(0);
    expect(phone).toEqual(before);
    expect(service.use_inbound_webhook_on_number).toBe(false);
  });
});
