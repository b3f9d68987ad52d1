import type { ChildProcess } from 'node:child_process';
import { runRingtrue } from '../cli/run-ringtrue';
import { addMessagingService } from '../stand-in/add-number';
import { useDeployment } from './use-deployment';

jest.setTimeout(60_000);
const at = useDeployment();

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
      at.twilio.fail({
        on: /GET api.*IncomingPhoneNumbers/,
        answer: { status, code, message: 'no' },
        times: 9,
      });
      const run = await at.number('+15550001111', '--url', at.webhook, '--yes');
      expect(run.stderr).toMatch(/^ringtrue: [^\n]+\n$/);
      expect(run.stderr).toContain(sentence);
      expect(run.code).toBe(1);
      expect(at.changes().filter(({ host }) => host === 'api.twilio.com')).toEqual([]);
    },
  );

  test.each(faults)(
    '%d in its middle is one sentence, and nothing is half done',
    async (status, code, sentence) => {
      const before = { ...at.phone };
      const service = addMessagingService(at.twilio, [at.phone]);
      // 429 is tried again.
      const times = status === 429 ? 9 : 1;
      at.twilio.fail({ on: /POST messaging/, answer: { status, code, message: 'no' }, times });
      const run = await at.number('+15550001111', '--url', at.webhook, '--route', 'number', '--yes');
      expect(run.stderr).toMatch(/^ringtrue: [^\n]+\n$/);
      expect(run.stderr).toContain(sentence);
      expect(run.stderr).toContain('Nothing was changed, or it was changed back.');
      expect(run.code).toBe(1);
      expect(at.phone).toEqual(before);
      expect(service.use_inbound_webhook_on_number).toBe(false);
      at.twilio.stopFailing();
      expect((await at.number('+15550001111', '--restore', '--yes')).stderr).toContain('Nothing to restore');
    },
  );

  test('no answer at all is one sentence, and nothing is half done', async () => {
    const before = { ...at.phone };
    const service = addMessagingService(at.twilio, [at.phone]);
    at.twilio.fail({ on: /POST messaging/, answer: 'time-out' });
    const run = await at.number('+15550001111', '--url', at.webhook, '--route', 'number', '--yes');
    expect(run.stderr).toMatch(/^ringtrue: Twilio's API did not answer for [^\n]+ changed back\.\n$/);
    expect(run.code).toBe(1);
    expect(at.phone).toEqual(before);
    expect(service.use_inbound_webhook_on_number).toBe(false);
  });

  test('Ctrl-C between two updates takes back the first, also when npm passes it on once more', async () => {
    const before = { ...at.phone };
    const service = addMessagingService(at.twilio, [at.phone]);
    let command: ChildProcess | undefined;
    at.twilio.fail({
      on: /POST api/,
      answer: async () => {
        command?.kill('SIGINT');
        // Before the answer, or the next update would be under way.
        await new Promise((done) => setTimeout(done, 200));
        command?.kill('SIGINT');
      },
    });
    const run = await runRingtrue(
      ['number', '+15550001111', '--url', at.webhook, '--route', 'number', '--yes'],
      {
        cwd: at.project.dir,
        env: at.twilio.environment,
        onStart: (child) => {
          command = child;
        },
      },
    );
    expect(run.stderr).toContain('Interrupted. Nothing was changed, or it was changed back.');
    expect(run.code).toBe(1);
    expect(at.phone).toEqual(before);
    expect(service.use_inbound_webhook_on_number).toBe(false);
    expect(at.changes().filter(({ host }) => host === 'messaging.twilio.com')).toEqual([]);
  });

  test('Ctrl-C after the change says that it was changed, and how to restore it', async () => {
    let command: ChildProcess | undefined;
    at.twilio.fail({
      on: /GET api.*IncomingPhoneNumbers/,
      answer: () =>
        new Promise((done) => {
          command?.once('exit', () => done()).kill('SIGINT');
        }),
      skip: 1,
    });
    const run = await runRingtrue(['number', '+15550001111', '--url', at.webhook, '--yes'], {
      cwd: at.project.dir,
      env: at.twilio.environment,
      onStart: (child) => {
        command = child;
      },
    });
    const restore = 'npm run number -- +15550001111 --restore';
    expect(run.stdout).toContain(`To restore: ${restore}`);
    expect(run.stderr).toContain(`ringtrue: interrupted. It was changed; to restore: ${restore}`);
    expect(run.code).toBe(1);
    expect(at.phone.sms_url).toBe(at.webhook);
  });

  test('after the change says that it was changed, and how to restore it', async () => {
    const before = { ...at.phone };
    const down = { status: 500, code: 20500, message: 'down' };
    at.twilio.fail({ on: /GET api.*IncomingPhoneNumbers/, answer: down, skip: 1 });
    const { code, stderr } = await at.number('+15550001111', '--url', at.webhook, '--yes');
    expect(stderr).toMatch(
      /failed for the number.* It was changed; to restore: npm run number -- \+15550001111 --restore\n$/,
    );
    expect(code).toBe(1);
    expect(at.phone.sms_url).toBe(at.webhook);
    await at.number('+15550001111', '--restore', '--yes');
    expect(at.phone).toEqual(before);
  });

  test('a change that cannot be undone says so, and --restore undoes it later', async () => {
    const before = { ...at.phone };
    const service = addMessagingService(at.twilio, [at.phone]);
    const down = { status: 500, code: 20500, message: 'down' };
    at.twilio.fail({ on: /POST messaging/, answer: down, times: 2 });
    // The number's own update passes once; from then on its API is down too.
    at.twilio.fail({ on: /POST api\.twilio/, answer: down, skip: 1 });
    const { code, stderr } = await at.number(
      '+15550001111',
      ...['--url', at.webhook, '--route', 'number', '--yes'],
    );
    expect(stderr).toContain('may be half done, so run the same command with --restore');
    expect(code).toBe(1);
    expect((await at.number('+15550001111', '--restore', '--yes')).code).toBe(0);
    expect(at.phone).toEqual(before);
    expect(service.use_inbound_webhook_on_number).toBe(false);
  });
});
