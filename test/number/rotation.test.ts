import { readFileSync } from 'node:fs';
import path from 'node:path';
import { runRingtrue } from '../cli/run-ringtrue';
import { makeProject, type Project } from '../stand-in/make-project';
import { startTwilio, type TwilioStandIn } from '../stand-in/start-twilio';
import { type StartedRingtrue, startRingtrue } from '../start-ringtrue';

const first = '1'.repeat(32);
const second = '2'.repeat(32);
let twilio: TwilioStandIn;
let project: Project;
let emulator: StartedRingtrue;

beforeAll(async () => {
  twilio = await startTwilio();
  project = makeProject({ ...twilio, authToken: first });
  setTokens(first, null);
  await runRingtrue(['deploy', '--yes'], { cwd: project.dir, env: twilio.environment });
  const env = readFileSync(path.join(project.dir, '.env'), 'utf8');
  project.write('.env', `${env}AUTH_TOKEN_SECONDARY=${second}\n`);
  emulator = await startRingtrue(path.join(project.dir, '.ringtrue'), { cwd: project.dir });
}, 60_000);

afterAll(async () => {
  await emulator.interrupt();
  project.remove();
  await twilio.close();
});

function setTokens(primary: string, secondary: string | null): void {
  for (const account of twilio.state.accounts)
    Object.assign(account, { primaryToken: primary, secondaryToken: secondary });
}

const rotateCheck = (...flags: string[]) =>
  runRingtrue(['number', 'rotate-check', ...flags], { cwd: project.dir, env: twilio.environment });

describe('rotate-check', () => {
  test('before the promotion: both open the API, the first signs, and the edge here takes both', async () => {
    setTokens(first, second);
    const { code, stdout } = await rotateCheck();
    expect(stdout).toMatch(
      /^AUTH_TOKEN +opens the API: yes +accepted by the webhook: yes +by the edge here: yes$/m,
    );
    expect(stdout).toMatch(
      /^AUTH_TOKEN_SECONDARY +opens the API: yes +accepted by the webhook: no +by the edge here: yes$/m,
    );
    expect(stdout).toContain('Fine. AUTH_TOKEN is the primary token');
    expect(stdout).not.toMatch(/1{32}|2{32}/);
    expect(code).toBe(0);
  });

  test('after the promotion: the other one signs, and the edge here has not noticed', async () => {
    setTokens(second, first);
    const { code, stdout } = await rotateCheck();
    expect(stdout).toContain('Fine. AUTH_TOKEN_SECONDARY is the primary token');
    expect(code).toBe(0);
  });

  test('a token that Twilio does not know, and one that the webhook does not take, are named', async () => {
    setTokens(first, null);
    const { code, stdout } = await rotateCheck('--json');
    expect(JSON.parse(stdout).faults).toEqual([
      'Twilio does not take AUTH_TOKEN_SECONDARY: it is neither the primary nor the secondary token.',
    ]);
    expect(code).toBe(1);
  });
});
