import { readFileSync } from 'node:fs';
import path from 'node:path';
import { runRingtrue } from '../cli/run-ringtrue';
import { makeProject, type Project } from '../stand-in/make-project';
import { startTwilio, type TwilioStandIn } from '../stand-in/start-twilio';

let twilio: TwilioStandIn;
let project: Project;

beforeEach(async () => {
  twilio = await startTwilio();
  project = makeProject(twilio);
});

afterEach(async () => {
  project.remove();
  await twilio.close();
});

const deploy = (...flags: string[]) =>
  runRingtrue(['deploy', '--yes', ...flags], { cwd: project.dir, env: twilio.environment });
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
  expect(twilio.calls.filter(({ method }) => method === 'POST')).toEqual([]);
});

describe('a deploy that fails', () => {
  test('at the build names what is new in it, and the build that works stays active', async () => {
    await deploy();
    const working = activeBuild();
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
    expect(stderr).toContain('What was deployed before is still active.');
    expect(stderr).not.toMatch(stack);
    expect(code).toBe(1);
    expect(activeBuild()).toBe(working);
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

  test('before it begins, because the API is down, is one sentence', async () => {
    twilio.fail({
      on: /GET serverless/,
      answer: { status: 500, code: 20500, message: 'Internal Server Error' },
      times: 9,
    });
    const { code, stderr } = await deploy();
    expect(stderr).toContain("ringtrue: Twilio's API failed for the service (error 20500)");
    expect(stderr).not.toMatch(stack);
    expect(code).toBe(1);
    expect(twilio.calls.filter(({ method }) => method === 'POST')).toEqual([]);
  });
});

describe('a deploy of code that does not do what it should', () => {
  test('gives the place back to the build before it', async () => {
    await deploy();
    const working = activeBuild();
    project.write(
      'functions/sms/incoming.protected.js',
      "exports.handler = () => { throw new Error('broken'); };\n",
    );
    const { code, stderr } = await deploy();
    expect(stderr).toContain('✗ /sms/incoming  signed: answered with TwiML 500');
    expect(stderr).toContain(`that build does not do what it should; ${working} is active again`);
    expect(code).toBe(1);
    expect(activeBuild()).toBe(working);
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
    await deploy();
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
