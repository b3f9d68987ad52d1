import { runRingtrue } from '../cli/run-ringtrue';
import { addMessagingService, addNumber } from '../stand-in/add-number';
import { makeProject } from '../stand-in/make-project';
import { startTwilio } from '../stand-in/start-twilio';
import { type Account, newSid, type PhoneNumber, type Service } from '../stand-in/twilio-account';
import { useDeployment } from './use-deployment';

jest.setTimeout(60_000);
const at = useDeployment();

test('several numbers of a service are all set before it begins to use them, and it stops before they are restored', async () => {
  const other = addNumber(at.twilio, '+15550003333');
  addMessagingService(at.twilio, [at.phone, other]);
  const before = structuredClone([at.phone, other]);
  const both = ['+15550001111', '+15550003333'];
  const hosts = () =>
    at
      .changes()
      .map(({ host }) => host)
      .filter((host) => /twilio\.com/.test(host));
  expect((await at.number(...both, '--url', at.webhook, '--route', 'number', '--yes')).code).toBe(0);
  expect(hosts()).toEqual(['api.twilio.com', 'api.twilio.com', 'messaging.twilio.com']);
  at.twilio.calls.length = 0;
  expect((await at.number(...both, '--restore', '--yes')).code).toBe(0);
  expect(hosts()).toEqual(['messaging.twilio.com', 'api.twilio.com', 'api.twilio.com']);
  expect([at.phone, other]).toEqual(before);
});

describe('a number whose Messaging Service decides', () => {
  test('needs to be told which of the two to change', async () => {
    addMessagingService(at.twilio, [at.phone]);
    const { code, stderr } = await at.number('+15550001111', '--url', at.webhook, '--yes');
    expect(stderr).toContain('--route service (set the URL of the service, for this number alone)');
    expect(stderr).toContain('--route number');
    expect(code).toBe(2);
    expect(at.changes()).toEqual([]);
  });

  test('--route service sets the service for all its numbers, and restores it', async () => {
    const other = addNumber(at.twilio, '+15550003333');
    const service = addMessagingService(at.twilio, [at.phone, other]);
    const before = { ...service };
    const { code, stdout } = await at.number(
      '+15550001111',
      '+15550003333',
      '--url',
      at.webhook,
      '--route',
      'service',
      '--yes',
    );
    expect(code).toBe(0);
    expect(stdout).toContain('change of the Messaging Service "Conference", for all its 2 numbers:');
    expect(service).toMatchObject({ inbound_request_url: at.webhook, fallback_url: at.fallback });
    expect(at.phone.sms_url).toBe('https://old.example/sms');
    expect(at.changes().filter(({ host }) => host === 'messaging.twilio.com')).toHaveLength(1);
    await at.number('+15550001111', '--restore', '--yes');
    expect(service).toEqual(before);
  });

  test('--route number sets the number before the service begins to use it', async () => {
    const service = addMessagingService(at.twilio, [at.phone]);
    const { code } = await at.number('+15550001111', '--url', at.webhook, '--route', 'number', '--yes');
    expect(code).toBe(0);
    expect(at.phone.sms_url).toBe(at.webhook);
    expect(service.use_inbound_webhook_on_number).toBe(true);
    expect(
      at
        .changes()
        .map(({ host }) => host)
        .filter((host) => /twilio\.com/.test(host)),
    ).toEqual(['api.twilio.com', 'messaging.twilio.com']);
    await at.number('+15550001111', '--restore', '--yes');
    expect(service.use_inbound_webhook_on_number).toBe(false);
    expect(at.phone.sms_url).toBe('https://old.example/sms');
  });
});

describe('--restore after a change of --route number', () => {
  const change = (...numbers: string[]) =>
    at.number(...numbers, '--url', at.webhook, '--route', 'number', '--yes');

  test('leaves a Messaging Service that the number has left to its other numbers', async () => {
    const other = addNumber(at.twilio, '+15550003333');
    const service = addMessagingService(at.twilio, [at.phone, other]);
    await change('+15550001111');
    service.numberSids = [other.sid];
    const { code, stderr } = await at.number('+15550001111', '--restore', '--yes');
    expect(stderr).toBe(
      '+15550001111 is no longer in the Messaging Service "Conference", which stays as it is.\n',
    );
    expect(code).toBe(0);
    expect(service.use_inbound_webhook_on_number).toBe(true);
    expect(at.phone.sms_url).toBe('https://old.example/sms');
    expect((await at.number('+15550001111', '--restore')).stderr).toContain('Nothing to restore');
  });

  test('restores the service for a number that was changed with one that has left it', async () => {
    const other = addNumber(at.twilio, '+15550003333');
    const service = addMessagingService(at.twilio, [at.phone, other]);
    await change('+15550001111', '+15550003333');
    service.numberSids = [other.sid];
    expect((await at.number('+15550001111', '+15550003333', '--restore', '--yes')).code).toBe(0);
    expect(service.use_inbound_webhook_on_number).toBe(false);
  });

  test.each([
    ['before', 'which stays as it is'],
    ['meanwhile', 'is gone; the rest was restored'],
  ])('restores the number when its Messaging Service was deleted %s', async (when, sentence) => {
    addMessagingService(at.twilio, [at.phone]);
    await change('+15550001111');
    const remove = async () => {
      at.twilio.state.messagingServices.length = 0;
    };
    if (when === 'before') await remove();
    else at.twilio.fail({ on: /POST messaging/, answer: remove });
    const { code, stderr } = await at.number('+15550001111', '--restore', '--yes');
    expect(stderr).toContain(sentence);
    expect(code).toBe(0);
    expect(at.phone.sms_url).toBe('https://old.example/sms');
  });
});

describe('a number of a subaccount', () => {
  let there: PhoneNumber;
  let subaccount: Account;
  const service = () => at.twilio.state.services[0] as Service;

  beforeEach(() => {
    subaccount = {
      sid: newSid('AC'),
      ownerSid: at.twilio.accountSid,
      primaryToken: newSid('').padEnd(32, '1'),
      secondaryToken: null,
      status: 'active',
    };
    at.twilio.state.accounts.push(subaccount);
    there = addNumber(at.twilio, '+15550009999', { accountSid: subaccount.sid });
  });
  afterEach(() => {
    service().accountSid = at.twilio.accountSid;
    at.twilio.state.accounts.pop();
  });

  test('is signed for with a token of its own, so that it cannot call a function of the account', async () => {
    const { code, stderr } = await at.number('+15550009999', '--url', at.webhook, '--yes');
    expect(stderr).toContain("a subaccount's number needs a service of that subaccount");
    expect(code).toBe(1);
    expect(there.sms_url).toBe('https://old.example/sms');
  });

  test('is pointed at a function of the subaccount with the credentials of the account, and restored', async () => {
    service().accountSid = subaccount.sid;
    const before = { ...there };
    const { code } = await at.number('+15550009999', '--url', at.webhook, '--yes');
    expect(code).toBe(0);
    expect(there.sms_url).toBe(at.webhook);
    expect((await at.number('--list', '--account', subaccount.sid)).stdout).toContain('+15550009999');
    expect((await at.number('--list', '--account', at.twilio.accountSid)).stdout).not.toContain(
      '+15550009999',
    );
    expect((await at.number('+15550009999', '--restore', '--yes')).code).toBe(0);
    expect(there).toEqual(before);
  });

  test('is not found in another account, which is named', async () => {
    const other = `AC${'9'.repeat(32)}`;
    const { code, stderr } = await at.number(
      '+15550009999',
      '--url',
      at.webhook,
      '--account',
      other,
      '--yes',
    );
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
