import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { explainFailure } from '../../src/deploy/explain-failure';
import { runDeployTool } from '../../src/deploy/run-deploy-tool';
import { runRingtrue } from '../cli/run-ringtrue';
import { useDeploying } from './use-deploying';

jest.setTimeout(60_000);
const at = useDeploying();
const stack = /\n\s+at /;

test('refuses what the doctor calls an error, and deploys nothing', async () => {
  at.project.write(
    'functions/voice.js',
    'exports.handler = (context, event, callback) => callback(null, event.CallSid);',
  );
  const { code, stderr } = await at.deploy('--yes');
  expect(stderr).toContain('(function-unprotected, see docs/findings)');
  expect(code).toBe(1);
  expect(at.changes()).toEqual([]);
});

describe('a deploy that fails', () => {
  test('at the build names what is new in it, and the build that works stays active', async () => {
    at.beginDeployed();
    const before = at.activeBuild();
    const manifest = path.join(at.project.dir, 'package.json');
    const text = readFileSync(manifest, 'utf8');
    at.project.write(
      'package.json',
      text.replace('"dependencies": {', '"dependencies": {\n    "libsql": "0.5.29",'),
    );
    at.twilio.state.buildOutcomes.push('failed');
    const { code, stderr } = await at.deploy();
    expect(stderr).toMatch(/Twilio: {2}Build ZB[0-9a-f]{32} failed\./);
    expect(stderr).toContain('New since the build that worked: libsql@0.5.29');
    expect(stderr).toContain('What was deployed before is still active, with the variables it had.');
    expect(stderr).not.toMatch(stack);
    expect(code).toBe(1);
    expect(at.activeBuild()).toBe(before);
  });

  test('because of a runtime-handler that only npm has says which one to pin', async () => {
    const text = readFileSync(path.join(at.project.dir, 'package.json'), 'utf8');
    at.project.write(
      'package.json',
      text.replace('"@twilio/runtime-handler": "2.0.1"', '"@twilio/runtime-handler": "2.1.0"'),
    );
    const { code, stderr } = await at.deploy();
    expect(stderr).toContain('No matching version found for @twilio/runtime-handler@2.1.0');
    expect(stderr).toContain('Pin "@twilio/runtime-handler": "2.0.1"');
    expect(code).toBe(1);
    expect(at.activeBuild()).toBeNull();
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
    at.twilio.fail({ on: new RegExp(on), answer, times });
    const { code, stdout, stderr } = await at.deploy('--json');
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, stillActive: false });
    expect(JSON.parse(stdout).failure.meaning).toContain(meaning);
    expect(JSON.parse(stdout).error).toBe(`Not deployed: ${JSON.parse(stdout).failure.meaning}`);
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
    at.twilio.fail({ on: /GET api/, answer: { status, code, message }, times: 9 });
    const run = await at.deploy();
    expect(run.stderr.split('\n').filter((line) => line.startsWith('ringtrue: '))).toEqual([
      expect.stringContaining(sentence),
    ]);
    expect(run.stderr).not.toMatch(stack);
    expect(run.code).toBe(1);
    expect(at.changes()).toEqual([]);
  });

  test('after the variables were set gives them back, and leaves what works', async () => {
    at.beginDeployed();
    const before = JSON.stringify(at.environment());
    at.project.write('.env', `${at.readEnvironment()}LATER=1\nORGANISER_USER=somebody-else\n`);
    at.twilio.fail({ on: /POST .*Deployments$/, answer: { status: 409, code: 20409, message: 'conflict' } });
    const { code, stderr } = await at.deploy();
    expect(stderr).toContain('What was deployed before is still active, with the variables it had.');
    expect(code).toBe(1);
    expect(JSON.stringify(at.environment())).toBe(before);
  });

  test('by Ctrl-C ends the tool, says what is active, and leaves what works', async () => {
    at.beginDeployed();
    const before = JSON.stringify(at.environment());
    let command: ChildProcess | undefined;
    at.twilio.fail({
      on: /POST .*Builds$/,
      answer: async () => void command?.kill('SIGINT'),
    });
    const { code, stderr } = await at.deployWith((child) => {
      command = child;
    });
    expect(stderr).toContain('Twilio:  nothing more, because the deploy was interrupted.');
    expect(stderr).toContain('What was deployed before is still active');
    expect(stderr).not.toMatch(stack);
    expect(code).toBe(1);
    expect(JSON.stringify(at.environment())).toBe(before);
    const [temporary = ''] = readdirSync(at.project.dir).filter((name) => name.startsWith('temporary-'));
    expect(readdirSync(path.join(at.project.dir, temporary))).toEqual([]);
  });

  test('by Ctrl-C while it is probed says that it is active and only partly probed', async () => {
    const { code, stderr } = await at.deployWith((child) => {
      child.stderr?.on('data', (text: string) => {
        if (text.includes('✓ ')) child.kill('SIGINT');
      });
    });
    expect(stderr).toContain('The build is active and only partly probed: run it again, or --rollback.');
    expect(stderr).not.toMatch(stack);
    expect(code).toBe(1);
    expect(at.activeBuild()).not.toBeNull();
  });

  test('because the tool gets no answer is ended and explained', async () => {
    await runRingtrue(['build'], { cwd: at.project.dir });
    at.twilio.fail({ on: /POST serverless\.twilio\.com\/v1\/Services$/, answer: 'time-out', times: 9 });
    const environmentBefore = { ...process.env };
    Object.assign(process.env, at.twilio.environment);
    const end = await runDeployTool({
      dir: at.project.dir,
      suffix: 'dev',
      service: { name: 'ringtrue' },
      credentials: at.twilio,
      variables: {},
      region: 'us1',
      signal: new AbortController().signal,
      timeLimit: 4_000,
    });
    for (const name of Object.keys(at.twilio.environment)) delete process.env[name];
    Object.assign(process.env, environmentBefore);
    expect(end).toMatchObject({ code: 1, cutShort: 'no answer' });
    expect(explainFailure(end, { latest: [], working: undefined }).meaning).toContain('did not answer');
    expect(at.twilio.calls.at(-1)).toMatchObject({ method: 'POST', path: '/v1/Services' });
  });
});
