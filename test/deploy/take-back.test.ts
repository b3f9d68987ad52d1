import { rmSync } from 'node:fs';
import path from 'node:path';
import { allPassed } from '../../src/deploy/probe-routes';
import { ApiError } from '../stand-in/api-answers';
import { useDeploying } from './use-deploying';

jest.setTimeout(60_000);
const at = useDeploying();
const stack = /\n\s+at /;

describe('Ctrl-C', () => {
  /** Deploys; Ctrl-C comes while Twilio works on a request, and its answer once the command has noticed. */
  const interruptAt = ({ on, skip }: { on: RegExp; skip?: number }, ...flags: string[]) =>
    at.deployWith(
      (child) => {
        const noticed = new Promise<void>((resolve) => {
          child.once('exit', resolve);
          child.stderr?.on('data', (text: string) => {
            if (text.includes('so that nothing stays half done')) resolve();
          });
        });
        at.twilio.fail({
          on,
          ...(skip !== undefined && { skip }),
          answer: async () => {
            child.kill('SIGINT');
            await noticed;
          },
        });
      },
      ...flags,
    );

  test('while the variables of a failed deploy go back waits for all of them, and says what is active', async () => {
    at.beginDeployed();
    const before = JSON.stringify(at.environment());
    at.project.write('.env', `${at.readEnvironment()}LATER=1\nLATER2=1\n`);
    at.twilio.fail({ on: /POST .*Deployments$/, answer: { status: 409, code: 20409, message: 'conflict' } });
    const { code, stderr } = await interruptAt({ on: /DELETE .*Variables/ });
    expect(stderr).toContain('What was deployed before is still active, with the variables it had.');
    expect(code).toBe(1);
    expect(JSON.stringify(at.environment())).toBe(before);
  });

  test('while a deploy is taken back waits for its variables, and says what is active', async () => {
    at.beginDeployed();
    const before = at.activeBuild();
    const variables = JSON.stringify(at.environment()?.variables);
    at.breakWebhook();
    at.project.write('.env', `${at.readEnvironment()}LATER=1\n`);
    const { code, stderr } = await interruptAt({ on: /POST .*Deployments$/, skip: 1 });
    expect(stderr).toContain(`${before} is active again, with the variables it had.`);
    expect(code).toBe(1);
    expect(at.activeBuild()).toBe(before);
    expect(JSON.stringify(at.environment()?.variables)).toBe(variables);
  });

  test('while --rollback activates a build says that it is active and not probed', async () => {
    at.beginDeployed();
    const first = at.activeBuild();
    await at.deploy();
    const { code, stderr } = await interruptAt({ on: /POST .*Deployments$/ }, '--rollback');
    expect(stderr).toContain(
      `ringtrue: interrupted. ${first} is active and only partly probed: to go forward again run npm run deploy.`,
    );
    expect(code).toBe(1);
    expect(at.activeBuild()).toBe(first);
  });
});

describe('a deploy of code that does not do what it should', () => {
  test('gives the place back to the build before it', async () => {
    at.beginDeployed();
    const before = at.activeBuild();
    const variables = JSON.stringify(at.environment()?.variables);
    at.breakWebhook();
    at.project.write('.env', `${at.readEnvironment()}LATER=1\n`);
    const { code, stderr } = await at.deploy();
    expect(stderr).toContain('✗ /sms/incoming  signed: answered with TwiML 500');
    expect(stderr).toContain(`that build does not do what it should; ${before} is active again`);
    expect(code).toBe(1);
    expect(at.activeBuild()).toBe(before);
    expect(JSON.stringify(at.environment()?.variables)).toBe(variables);
  });

  test('and cannot be taken back says so, and --rollback can later', async () => {
    at.beginDeployed();
    const before = at.activeBuild();
    at.breakWebhook();
    const down = { status: 500, code: 20500, message: 'Internal Server Error' };
    at.twilio.fail({ on: /POST .*Deployments$/, answer: down, skip: 1 });
    const { code, stderr } = await at.deploy();
    expect(stderr).toContain('could not be taken back: run npm run deploy -- --rollback');
    expect(stderr).not.toMatch(stack);
    expect(code).toBe(1);
    expect(at.activeBuild()).not.toBe(before);
    expect((await at.deploy('--rollback')).code).toBe(0);
    expect(at.activeBuild()).toBe(before);
  });

  test('and whose variables cannot be set back says that the build before it is active', async () => {
    at.beginDeployed();
    const before = at.activeBuild();
    at.breakWebhook();
    at.project.write('.env', `${at.readEnvironment()}LATER=1\n`);
    const down = { status: 500, code: 20500, message: 'Internal Server Error' };
    at.twilio.fail({ on: /DELETE .*Variables/, answer: down });
    const { code, stdout, stderr } = await at.deploy('--json');
    expect(stderr).toContain(
      `${before} is active again, but not with all the variables it had: set them in the Twilio Console`,
    );
    expect(stderr).not.toContain('--rollback');
    expect(JSON.parse(stdout).error).toContain('is active again');
    expect(code).toBe(1);
    expect(at.activeBuild()).toBe(before);
  });

  test('and whose taking back was refused keeps its variables', async () => {
    at.beginDeployed();
    at.breakWebhook();
    at.project.write('.env', `${at.readEnvironment()}LATER=1\n`);
    const conflict = { status: 409, code: 20409, message: 'conflict' };
    at.twilio.fail({ on: /POST .*Deployments$/, answer: conflict, skip: 1 });
    const { stderr } = await at.deploy();
    expect(stderr).toContain(
      'is still active and could not be taken back: run npm run deploy -- --rollback.',
    );
    expect(at.environment()?.variables.map(({ key }) => key)).toContain('LATER');
  });

  test('and was taken back by a request whose answer was lost is taken back', async () => {
    at.beginDeployed();
    const before = at.activeBuild();
    at.breakWebhook();
    at.twilio.fail({
      on: /POST .*Deployments$/,
      answer: async () => {
        const place = at.environment();
        if (place && before) place.build_sid = before;
        throw new ApiError(500, 20500, 'Internal Server Error');
      },
      skip: 1,
    });
    const { stdout, stderr } = await at.deploy('--json');
    expect(stderr).toContain(`${before} is active again, with the variables it had.`);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      error: expect.stringMatching(
        /^\/sms\/\w+ does not do what it should \(signed: answered with TwiML\): 500\.$/,
      ),
      takenBack: true,
    });
  });

  test('and may be taken back or not says how to see what is active', async () => {
    at.beginDeployed();
    at.breakWebhook();
    const down = { status: 500, code: 20500, message: 'Internal Server Error' };
    at.twilio.fail({
      on: /POST .*Deployments$/,
      answer: async () => {
        at.twilio.fail({ on: /GET serverless\.twilio\.com/, answer: down, times: 99 });
        throw new ApiError(500, 20500, 'Internal Server Error');
      },
      skip: 1,
    });
    const { code, stderr } = await at.deploy();
    expect(stderr).toMatch(
      /whether ZB[0-9a-f]{32} is active again is not known: npm run deploy -- --rollback names/,
    );
    expect(code).toBe(1);
  });

  test('of an organiser page without a password is found', async () => {
    at.project.write(
      'functions/organiser/open.js',
      "exports.handler = (context, event, callback) => callback(null, 'all');\n",
    );
    const { code, stdout, stderr } = await at.deploy();
    expect(stderr).toContain('✗ /organiser/open  without a password: refused 200');
    expect(stderr).toContain('there is no build before it');
    expect(stdout).toBe('');
    expect(code).toBe(1);
  });
});

describe('--rollback', () => {
  test('makes the build before the present one active, and goes no further than the first', async () => {
    at.beginDeployed();
    const first = at.activeBuild();
    await at.deploy();
    expect(at.activeBuild()).not.toBe(first);
    const { code, stderr } = await at.deploy('--rollback');
    expect(stderr).toContain('✓ /sms/incoming  signed: answered with TwiML 200');
    expect(code).toBe(0);
    expect(at.activeBuild()).toBe(first);

    const again = await at.deploy('--rollback');
    expect(again.stderr).toContain('There is no build before the present one of ringtrue.');
    expect(again.code).toBe(1);
    expect(at.activeBuild()).toBe(first);
  });

  test('probes the webhook and the results also where nothing is built', async () => {
    at.beginDeployed();
    const first = at.activeBuild();
    await at.deploy();
    at.project.write('functions/sms/incoming.protected.js', 'this is not JavaScript (');
    rmSync(path.join(at.project.dir, 'dist'), { recursive: true });
    const { code, stderr } = await at.deploy('--rollback');
    expect(stderr).toContain('✓ /sms/incoming  unsigned: refused 403');
    expect(stderr).toContain('✓ /sms/incoming  signed: answered with TwiML 200');
    expect(stderr).toContain('✓ /results  public: answered 200');
    expect(code).toBe(0);
    expect(at.activeBuild()).toBe(first);
  });
});

test('no probe at all proves nothing', () => {
  expect(allPassed([])).toBe(false);
});
