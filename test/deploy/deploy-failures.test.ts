import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { explainFailure } from '../../src/deploy/explain-failure';
import { runDeployTool } from '../../src/deploy/run-deploy-tool';
import { runRingtrue } from '../cli/run-ringtrue';
import { ApiError } from '../stand-in/api-answers';
import { makeProject, type Project } from '../stand-in/make-project';
import { startTwilio, type TwilioStandIn } from '../stand-in/start-twilio';
import type { Service } from '../stand-in/twilio-account';

jest.setTimeout(60_000);
let twilio: TwilioStandIn;
let project: Project;
/** What one deploy of the project left at Twilio and in `.env`: the beginning of most tests. */
let working: { services: Service[]; env: string };

beforeAll(async () => {
  twilio = await startTwilio();
  project = makeProject(twilio);
  await deploy();
  working = { services: twilio.state.services.splice(0), env: readEnvironment() };
  project.remove();
});

beforeEach(() => {
  project = makeProject(twilio);
  twilio.calls.length = 0;
});

afterEach(() => {
  project.remove();
  twilio.state.services.length = 0;
  twilio.stopFailing();
});

afterAll(() => twilio.close());

function beginDeployed(): void {
  twilio.state.services.push(...structuredClone(working.services));
  project.write('.env', working.env);
}

const deploy = (...flags: string[]) =>
  runRingtrue(['deploy', '--yes', ...flags], { cwd: project.dir, env: twilio.environment });
// With a folder for temporary files of its own, to see what is left in it.
const deployWith = (onStart: (child: ChildProcess) => void) => {
  const env = { ...twilio.environment, TMPDIR: mkdtempSync(path.join(project.dir, 'temporary-')) };
  return runRingtrue(['deploy', '--yes'], { cwd: project.dir, env, onStart });
};
const changes = () => twilio.calls.filter(({ method }) => method !== 'GET');
const readEnvironment = () => readFileSync(path.join(project.dir, '.env'), 'utf8');
const breakWebhook = () =>
  project.write(
    'functions/sms/incoming.protected.js',
    "exports.handler = () => { throw new Error('broken'); };\n",
  );
const environment = () => twilio.state.services[0]?.environments[0];
const activeBuild = () => environment()?.build_sid;
const stack = /\n\s+at /;

test('refuses what the doctor calls an error, and deploys nothing', async () => {
  project.write(
    'functions/voice.js',
    'exports.handler = (context, event, callback) => callback(null, event.CallSid);',
  );
  const { code, stderr } = await deploy('--yes');
  expect(stderr).toContain('(function-unprotected, see docs/findings)');
  expect(code).toBe(1);
  expect(changes()).toEqual([]);
});

describe('a deploy that fails', () => {
  test('at the build names what is new in it, and the build that works stays active', async () => {
    beginDeployed();
    const before = activeBuild();
    const manifest = path.join(project.dir, 'package.json');
    const text = readFileSync(manifest, 'utf8');
    project.write(
      'package.json',
      text.replace('"dependencies": {', '"dependencies": {\n    "libsql": "0.5.29",'),
    );
    twilio.state.buildOutcomes.push('failed');
    const { code, stderr } = await deploy();
    expect(stderr).toMatch(/Twilio: {2}Build ZB[0-9a-f]{32} failed\./);
    expect(stderr).toContain('New since the build that worked: libsql@0.5.29');
    expect(stderr).toContain('What was deployed before is still active, with the variables it had.');
    expect(stderr).not.toMatch(stack);
    expect(code).toBe(1);
    expect(activeBuild()).toBe(before);
  });

  test('because of a runtime-handler that only npm has says which one to pin', async () => {
    const text = readFileSync(path.join(project.dir, 'package.json'), 'utf8');
    project.write(
      'package.json',
      text.replace('"@twilio/runtime-handler": "2.0.1"', '"@twilio/runtime-handler": "2.1.0"'),
    );
    const { code, stderr } = await deploy();
    expect(stderr).toContain('No matching version found for @twilio/runtime-handler@2.1.0');
    expect(stderr).toContain('Pin "@twilio/runtime-handler": "2.0.1"');
    expect(code).toBe(1);
    expect(activeBuild()).toBeNull();
  });

  test.each([
    [
      'POST .*/Versions',
      { status: 429, code: 20429, message: 'Too Many Requests' },
      20,
      'takes no more requests',
    ],
    [
      'POST .*/Builds$',
      { status: 404, code: 20404, message: 'not found' },
      1,
      'is gone, or belongs to another',
    ],
    ['POST .*/Deployments$', { status: 409, code: 20409, message: 'conflict' }, 1, 'Somebody else deploys'],
    [
      'POST .*/Functions$',
      { status: 500, code: 20500, message: 'Internal Server Error' },
      9,
      "Twilio's API failed",
    ],
  ])('at %s is explained', async (on, answer, times, meaning) => {
    twilio.fail({ on: new RegExp(on), answer, times });
    const { code, stdout, stderr } = await deploy('--json');
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, stillActive: false });
    expect(JSON.parse(stdout).failure.meaning).toContain(meaning);
    expect(stdout + stderr).not.toMatch(stack);
    expect(code).toBe(1);
  });

  test.each([
    [401, 20003, 'Authenticate', 'Twilio refused the credentials (error 20003)'],
    [404, 20404, 'not found', 'Twilio knows no such thing as the account (error 20404)'],
    [409, 20409, 'conflict', 'Somebody else is changing the account at Twilio at this moment (error 20409)'],
    [429, 20429, 'Too Many Requests', 'Twilio takes no more requests for now (error 20429)'],
    [500, 20500, 'Internal Server Error', "Twilio's API failed for the account (error 20500)"],
  ])('before it begins, with %d, is one sentence', async (status, code, message, sentence) => {
    twilio.fail({ on: /GET api/, answer: { status, code, message }, times: 9 });
    const run = await deploy();
    expect(run.stderr.split('\n').filter((line) => line.startsWith('ringtrue: '))).toEqual([
      expect.stringContaining(sentence),
    ]);
    expect(run.stderr).not.toMatch(stack);
    expect(run.code).toBe(1);
    expect(changes()).toEqual([]);
  });

  test('after the variables were set gives them back, and leaves what works', async () => {
    beginDeployed();
    const before = JSON.stringify(environment());
    project.write('.env', `${readEnvironment()}LATER=1\nORGANISER_USER=somebody-else\n`);
    twilio.fail({ on: /POST .*Deployments$/, answer: { status: 409, code: 20409, message: 'conflict' } });
    const { code, stderr } = await deploy();
    expect(stderr).toContain('What was deployed before is still active, with the variables it had.');
    expect(code).toBe(1);
    expect(JSON.stringify(environment())).toBe(before);
  });

  test('by Ctrl-C ends the tool, says what is active, and leaves what works', async () => {
    beginDeployed();
    const before = JSON.stringify(environment());
    let command: ChildProcess | undefined;
    twilio.fail({
      on: /POST .*Builds$/,
      answer: async () => void command?.kill('SIGINT'),
    });
    const { code, stderr } = await deployWith((child) => {
      command = child;
    });
    expect(stderr).toContain('Twilio:  nothing more, because the deploy was interrupted.');
    expect(stderr).toContain('What was deployed before is still active');
    expect(stderr).not.toMatch(stack);
    expect(code).toBe(1);
    expect(JSON.stringify(environment())).toBe(before);
    const [temporary = ''] = readdirSync(project.dir).filter((name) => name.startsWith('temporary-'));
    expect(readdirSync(path.join(project.dir, temporary))).toEqual([]);
  });

  test('by Ctrl-C while it is probed says that it is active and only partly probed', async () => {
    const { code, stderr } = await deployWith((child) => {
      child.stderr?.on('data', (text: string) => {
        if (text.includes('✓ ')) child.kill('SIGINT');
      });
    });
    expect(stderr).toContain('The build is active and only partly probed: run it again, or --rollback.');
    expect(stderr).not.toMatch(stack);
    expect(code).toBe(1);
    expect(activeBuild()).not.toBeNull();
  });

  test('because the tool gets no answer is ended and explained', async () => {
    await runRingtrue(['build'], { cwd: project.dir });
    twilio.fail({ on: /POST serverless\.twilio\.com\/v1\/Services$/, answer: 'time-out', times: 9 });
    const environmentBefore = { ...process.env };
    Object.assign(process.env, twilio.environment);
    const end = await runDeployTool({
      dir: project.dir,
      suffix: 'dev',
      service: { name: 'ringtrue' },
      credentials: twilio,
      variables: {},
      region: 'us1',
      signal: new AbortController().signal,
      timeLimit: 4_000,
    });
    for (const name of Object.keys(twilio.environment)) delete process.env[name];
    Object.assign(process.env, environmentBefore);
    expect(end).toMatchObject({ code: 1, cutShort: 'no answer' });
    expect(explainFailure(end, { latest: [], working: undefined }).meaning).toContain('did not answer');
    expect(twilio.calls.at(-1)).toMatchObject({ method: 'POST', path: '/v1/Services' });
  });
});

describe('a deploy of code that does not do what it should', () => {
  test('gives the place back to the build before it', async () => {
    beginDeployed();
    const before = activeBuild();
    const variables = JSON.stringify(environment()?.variables);
    breakWebhook();
    project.write('.env', `${readEnvironment()}LATER=1\n`);
    const { code, stderr } = await deploy();
    expect(stderr).toContain('✗ /sms/incoming  signed: answered with TwiML 500');
    expect(stderr).toContain(`that build does not do what it should; ${before} is active again`);
    expect(code).toBe(1);
    expect(activeBuild()).toBe(before);
    expect(JSON.stringify(environment()?.variables)).toBe(variables);
  });

  test('and cannot be taken back says so, and --rollback can later', async () => {
    beginDeployed();
    const before = activeBuild();
    breakWebhook();
    const down = { status: 500, code: 20500, message: 'Internal Server Error' };
    twilio.fail({ on: /POST .*Deployments$/, answer: down, skip: 1 });
    const { code, stderr } = await deploy();
    expect(stderr).toContain('could not be taken back: run npm run deploy -- --rollback');
    expect(stderr).not.toMatch(stack);
    expect(code).toBe(1);
    expect(activeBuild()).not.toBe(before);
    expect((await deploy('--rollback')).code).toBe(0);
    expect(activeBuild()).toBe(before);
  });

  test('and whose variables cannot be set back says that the build before it is active', async () => {
    beginDeployed();
    const before = activeBuild();
    breakWebhook();
    project.write('.env', `${readEnvironment()}LATER=1\n`);
    const down = { status: 500, code: 20500, message: 'Internal Server Error' };
    twilio.fail({ on: /DELETE .*Variables/, answer: down });
    const { code, stdout, stderr } = await deploy('--json');
    expect(stderr).toContain(
      `${before} is active again, but not with all the variables it had: set them in the Twilio Console`,
    );
    expect(stderr).not.toContain('--rollback');
    expect(JSON.parse(stdout).error).toContain('is active again');
    expect(code).toBe(1);
    expect(activeBuild()).toBe(before);
  });

  test('and whose taking back was refused keeps its variables', async () => {
    beginDeployed();
    breakWebhook();
    project.write('.env', `${readEnvironment()}LATER=1\n`);
    const conflict = { status: 409, code: 20409, message: 'conflict' };
    twilio.fail({ on: /POST .*Deployments$/, answer: conflict, skip: 1 });
    const { stderr } = await deploy();
    expect(stderr).toContain(
      'is still active and could not be taken back: run npm run deploy -- --rollback.',
    );
    expect(environment()?.variables.map(({ key }) => key)).toContain('LATER');
  });

  test('and was taken back by a request whose answer was lost is taken back', async () => {
    beginDeployed();
    const before = activeBuild();
    breakWebhook();
    twilio.fail({
      on: /POST .*Deployments$/,
      answer: async () => {
        const place = environment();
        if (place && before) place.build_sid = before;
        throw new ApiError(500, 20500, 'Internal Server Error');
      },
      skip: 1,
    });
    expect((await deploy()).stderr).toContain(`${before} is active again, with the variables it had.`);
  });

  test('and may be taken back or not says how to see what is active', async () => {
    beginDeployed();
    breakWebhook();
    const down = { status: 500, code: 20500, message: 'Internal Server Error' };
    twilio.fail({
      on: /POST .*Deployments$/,
      answer: async () => {
        twilio.fail({ on: /GET serverless\.twilio\.com/, answer: down, times: 99 });
        throw new ApiError(500, 20500, 'Internal Server Error');
      },
      skip: 1,
    });
    const { code, stderr } = await deploy();
    expect(stderr).toMatch(
      /whether ZB[0-9a-f]{32} is active again is not known: npm run deploy -- --rollback names/,
    );
    expect(code).toBe(1);
  });

  test('of an organiser page without a password is found', async () => {
    project.write(
      'functions/organiser/open.js',
      "exports.handler = (context, event, callback) => callback(null, 'all');\n",
    );
    const { code, stdout, stderr } = await deploy();
    expect(stderr).toContain('✗ /organiser/open  without a password: refused 200');
    expect(stderr).toContain('there is no build before it');
    expect(stdout).toBe('');
    expect(code).toBe(1);
  });
});

describe('--rollback', () => {
  test('makes the build before the present one active, and goes no further than the first', async () => {
    beginDeployed();
    const first = activeBuild();
    await deploy();
    expect(activeBuild()).not.toBe(first);
    const { code, stderr } = await deploy('--rollback');
    expect(stderr).toContain('✓ /sms/incoming  signed: answered with TwiML 200');
    expect(code).toBe(0);
    expect(activeBuild()).toBe(first);

    const again = await deploy('--rollback');
    expect(again.stderr).toContain('There is no build before the present one of ringtrue.');
    expect(again.code).toBe(1);
    expect(activeBuild()).toBe(first);
  });
});
