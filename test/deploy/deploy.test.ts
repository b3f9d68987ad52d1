import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { type Run, runRingtrue } from '../cli/run-ringtrue';
import { addNumber } from '../stand-in/add-number';
import { makeProject, type Project } from '../stand-in/make-project';
import { startTwilio, type TwilioStandIn } from '../stand-in/start-twilio';

jest.setTimeout(60_000);
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
  runRingtrue(['deploy', ...flags], { cwd: project.dir, env: twilio.environment });
const changes = () => twilio.calls.filter(({ method }) => method === 'POST');
const environment = () => twilio.state.services[0]?.environments[0];
const stack = /\n\s+at /;

/** What `twilio-run` keeps, so that a second deploy finds the service. */
const deployInfo = () => path.join(project.dir, '.twiliodeployinfo');

describe('a first deploy', () => {
  let first: TwilioStandIn;
  let checkout: Project;
  let output: Run;
  const place = () => first.state.services[0]?.environments[0];

  beforeAll(async () => {
    first = await startTwilio();
    checkout = makeProject(first);
    output = await runRingtrue(['deploy', '--yes'], { cwd: checkout.dir, env: first.environment });
  });
  afterAll(async () => {
    checkout.remove();
    await first.close();
  });

  test('deploys, probes every route and names the next command', async () => {
    const { code, stdout, stderr } = output;
    expect(stderr).toContain('uploading');
    expect(stderr).toContain('✓ /sms/incoming  unsigned: refused 403');
    expect(stderr).toContain('✓ /sms/incoming  signed: answered with TwiML 200');
    expect(stderr).toContain('✓ /results  public: answered 200');
    expect(stderr).toContain('✓ /organiser  without a password: refused 401');
    expect(stderr).toContain('✓ /organiser/sessions  without a password: refused 401');
    expect(stderr).toContain('✓ /organiser/sessions  with the password: let in 200');
    expect(stderr).toContain('✓ /event.json  private: not found 404');
    const domain = place()?.domain_name;
    expect(domain).toMatch(/^ringtrue-\d{4}-dev\.twil\.io$/);
    expect(stdout).toContain(`next: npm run number -- +15551234567 --url https://${domain}/sms/incoming`);
    expect(code).toBe(0);
    expect(first.state.services[0]?.builds.map(({ runtime, status }) => [runtime, status])).toEqual([
      ['node22', 'completed'],
    ]);
  });

  test('makes missing secrets, keeps them in .env for the owner only, and prints none', async () => {
    const { stdout, stderr } = output;
    const file = path.join(checkout.dir, '.env');
    const text = readFileSync(file, 'utf8');
    const deployed = Object.fromEntries(place()?.variables.map(({ key, value }) => [key, value]) ?? []);
    expect(Object.keys(deployed).sort()).toEqual(['ORGANISER_PASSWORD', 'ORGANISER_USER', 'VOTER_SECRET']);
    expect(deployed.VOTER_SECRET).toMatch(/^[0-9a-f]{64}$/);
    expect(text).toContain(`VOTER_SECRET=${deployed.VOTER_SECRET}\n`);
    expect(text).toContain(`ORGANISER_PASSWORD=${deployed.ORGANISER_PASSWORD}\n`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    for (const secret of [deployed.VOTER_SECRET, deployed.ORGANISER_PASSWORD, first.authToken]) {
      expect(secret).toHaveLength(String(secret).length);
      expect(stdout + stderr).not.toContain(secret);
    }
  });
});

describe('a deploy', () => {
  test('keeps the secrets that only Twilio has', async () => {
    await deploy('--yes');
    const before = JSON.stringify(environment()?.variables);
    project.write('.env', `ACCOUNT_SID=${twilio.accountSid}\nAUTH_TOKEN=${twilio.authToken}\n`);
    const { code, stderr } = await deploy('--yes');
    expect(stderr).toContain('only there ORGANISER_PASSWORD, ORGANISER_USER, VOTER_SECRET');
    expect(JSON.stringify(environment()?.variables)).toBe(before);
    expect(code).toBe(0);
  });

  test('changes nothing without a terminal and --yes', async () => {
    const { code, stderr } = await deploy();
    expect(stderr).toContain('Add --yes');
    expect(code).toBe(1);
    expect(changes()).toEqual([]);
    expect(readFileSync(path.join(project.dir, '.env'), 'utf8')).toContain('VOTER_SECRET=\n');
  });

  test('--production has a domain without suffix, --json is one JSON value', async () => {
    const { code, stdout } = await deploy('--production', '--yes', '--json');
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({ ok: true, takenBack: false, region: 'us1' });
    expect(result.domain).toMatch(/^ringtrue-\d{4}\.twil\.io$/);
    expect(result.probes.every(({ passed }: { passed: boolean }) => passed)).toBe(true);
    expect(environment()?.domain_suffix).toBeNull();
    expect(code).toBe(0);
  });

  test('demands WEBHOOK_USER and WEBHOOK_PASSWORD of the deployed webhook, once set', async () => {
    const credentials = 'WEBHOOK_USER=twilio\nWEBHOOK_PASSWORD=not-a-real-password\n';
    project.write('.env', `${readFileSync(path.join(project.dir, '.env'), 'utf8')}${credentials}`);
    const { code, stderr } = await deploy('--yes');
    expect(stderr).toContain('✓ /sms/incoming  signed, without the password: refused 401');
    expect(stderr).toContain('✓ /voice/incoming  signed, without the password: refused 401');
    expect(code).toBe(0);

    // Now only the deployment has them, and this checkout remembers.
    project.write('.env', `ACCOUNT_SID=${twilio.accountSid}\nAUTH_TOKEN=${twilio.authToken}\n`);
    const phone = addNumber(twilio, '+15551234567');
    const pointed = await runRingtrue(['number', '+15551234567', '--yes'], {
      cwd: project.dir,
      env: twilio.environment,
    });
    expect(pointed.code).toBe(0);
    expect(pointed.stdout + pointed.stderr).not.toContain('not-a-real-password');
    expect(phone.sms_url).toMatch(/^https:\/\/twilio:not-a-real-password@ringtrue-/);
    expect(phone.voice_url).toMatch(/^https:\/\/twilio:not-a-real-password@ringtrue-/);
  });
});

describe('before anything is changed', () => {
  test('demo credentials never reach Twilio', async () => {
    project.write('.env', '');
    const { code, stderr } = await deploy('--yes');
    expect(stderr).toContain('only demo credentials');
    expect(code).toBe(2);
    expect(twilio.calls).toEqual([]);
  });

  test('a wrong token is one sentence', async () => {
    project.write('.env', `ACCOUNT_SID=${twilio.accountSid}\nAUTH_TOKEN=${'f'.repeat(32)}\n`);
    const { code, stderr } = await deploy('--yes');
    expect(stderr).toContain('Twilio refused the credentials (error 20003)');
    expect(stderr).not.toMatch(stack);
    expect(code).toBe(1);
    expect(changes()).toEqual([]);
  });

  test('a function that needs more than the declared dependencies is named', async () => {
    project.write('functions/late.js', "module.exports.handler = require(['lib', 'sql'].join(''));\n");
    project.write('functions/empty.js', 'exports.handle = () => {};\n');
    const { code, stderr } = await deploy('--yes');
    expect(stderr).toContain(
      'The function /late does not load: it needs libsql, which is not in dependencies',
    );
    expect(stderr).toContain('The function /empty does not load: it exports no function named "handler"');
    expect(code).toBe(1);
    expect(changes()).toEqual([]);
  });

  test('a variable that the functions would refuse, or that is too large, is named', async () => {
    const lines = ['VOTER_SECRET=short', `LONG=${'x'.repeat(451)}`];
    project.write(
      '.env',
      `ACCOUNT_SID=${twilio.accountSid}\nAUTH_TOKEN=${twilio.authToken}\n${lines.join('\n')}\n`,
    );
    const { code, stdout, stderr } = await deploy('--yes', '--json');
    const { ok, error, faults } = JSON.parse(stdout);
    expect({ ok, error }).toEqual({ ok: false, error: faults[0] });
    expect(stderr).toContain('VOTER_SECRET is missing or too short');
    expect(stderr).toContain('The variable LONG has 451 bytes and Twilio takes 450');
    expect(code).toBe(1);
    expect(changes()).toEqual([]);
  });

  test('the service of another account in .twiliodeployinfo is noticed and not used', async () => {
    const stale = { serviceSid: `ZS${'0'.repeat(32)}`, latestBuild: `ZB${'0'.repeat(32)}` };
    project.write(
      '.twiliodeployinfo',
      JSON.stringify({ [`${twilio.accountSid}:us1`]: stale, [`AC${'1'.repeat(32)}:us1`]: stale }),
    );
    const { code, stderr } = await deploy('--yes');
    expect(stderr).toContain(`named the service ${stale.serviceSid}, which is not this one: removed`);
    expect(stderr).toContain('was deployed to another account before');
    expect(code).toBe(0);
    expect(readFileSync(deployInfo(), 'utf8')).not.toContain(
      `"${twilio.accountSid}:us1":{"serviceSid":"${stale.serviceSid}"`,
    );
  });

  test.each([
    ['package.json', 'package.json is not JSON: correct it.'],
    ['.twilioserverlessrc', '.twilioserverlessrc is not JSON5: correct it.'],
  ])('a %s that holds null is told in a sentence', async (file, sentence) => {
    project.write(file, 'null');
    const { code, stderr } = await deploy('--yes');
    expect(stderr).toBe(`ringtrue: ${sentence}\n`);
    expect(code).toBe(2);
  });

  test('a folder without a project is wrong usage', async () => {
    const { code, stderr } = await runRingtrue(['deploy', '--yes'], {
      cwd: path.join(project.dir, 'assets'),
      env: { ...twilio.environment, ACCOUNT_SID: twilio.accountSid, AUTH_TOKEN: twilio.authToken },
    });
    expect(stderr).toBe('ringtrue: There is no package.json here: run this in the folder of the project.\n');
    expect(code).toBe(2);
    expect(existsSync(path.join(project.dir, 'assets', 'dist'))).toBe(false);
  });
});
