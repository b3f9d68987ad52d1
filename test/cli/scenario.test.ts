import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { localVariables } from '../../src/cli/environment';
import { demoCredentials } from '../../src/emulator/demo-credentials';
import { type LocalStage, openLocalStage } from '../../src/emulator/scenario/local-stage';
import { type Run, runRingtrue } from './run-ringtrue';

const root = path.join(__dirname, '..', '..');
const firstRating = 'scenarios/first-rating.json5';
let dir: string;
let there: LocalStage | undefined;

beforeAll(() => {
  // A project of its own, so that building it disturbs nobody.
  dir = mkdtempSync(path.join(tmpdir(), 'ringtrue-scenarios-'));
  for (const name of [
    'assets',
    'functions',
    'src',
    'scenarios',
    'package.json',
    'tsconfig.json',
    '.twilioserverlessrc',
  ]) {
    cpSync(path.join(root, name), path.join(dir, name), { recursive: true });
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(dir, 'node_modules'), 'junction');
});

afterEach(async () => {
  await there?.close();
  there = undefined;
});

afterAll(() => rmSync(dir, { recursive: true }));

const scenario = (args: string[], env: Record<string, string> = {}): Promise<Run> =>
  runRingtrue(['scenario', ...args], { cwd: dir, env });

/** Another deployment of the same functions. */
async function deploy(
  event: Record<string, unknown> | null,
): Promise<{ url: string; env: Record<string, string> }> {
  let env: Record<string, string> = {};
  there = await openLocalStage({
    dir,
    event,
    makeVariables: (dataDir) => {
      const { accountSid, authToken } = demoCredentials(dataDir);
      env = { ACCOUNT_SID: accountSid, AUTH_TOKEN: authToken };
      return localVariables(env, dataDir);
    },
  });
  return { url: `${there.edge.url}/sms/incoming`, env };
}

describe('ringtrue scenario', () => {
  it("plays the example of a caller, who is one voter with the phone's texts", async () => {
    const { code, stdout, stderr } = await scenario(['scenarios/by-phone.json5', '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [{ runs }] = JSON.parse(stdout);
    const [call, , text, , silent, hidden] = runs[0].steps.map(({ seen }: { seen: string[] }) =>
      seen.join('\n'),
    );
    expect(call).toMatch(
      /^hears: For .*\npresses: 1\nhears: Rate .*\npresses: 9\n.*\npresses: 4\nhears: Thank you\. 4 of 5/,
    );
    expect(text).toContain('Changed from 4 to 5');
    expect(silent).toMatch(/silence[\s\S]*ends: hangup$/);
    expect(hidden).toContain('with your number shown');
  });

  it("plays both examples of texts through Twilio's runtime and all is as expected, the closing time included", async () => {
    const { code, stdout, stderr } = await scenario([firstRating, 'scenarios/closing-time.json5', '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [first, closing] = JSON.parse(stdout);
    for (const { runs } of [first, closing]) {
      expect(runs[0].steps.every((step: { skipped: boolean }) => !step.skipped)).toBe(true);
    }
    const states = closing.runs[0].steps.flatMap(({ seen }: { seen: string[] }) => seen).join('\n');
    expect(states).toMatch(/PANEL: scheduled[\s\S]*PANEL: open[\s\S]*PANEL: closed/);
  });

  it('exits 1 and says what was expected when it did not happen', async () => {
    writeFileSync(
      path.join(dir, 'wrong.json5'),
      `{ title: 'wrong', steps: [
        { text: 'KEYNOTE 5', expect: { reply: 'no such words' } },
        { call: ['1'], expect: { hears: 'such words', answered: false } },
        { results: { KEYNOTE: { state: 'closed', votes: { '4': 1 } } } },
      ] }`,
    );
    const { code, stdout } = await scenario(['wrong.json5']);
    expect(code).toBe(1);
    expect(stdout).toContain('no reply with "no such words"');
    expect(stdout).toContain('it was answered');
    expect(stdout).toContain('nobody said "such words", but "Rate Opening keynote.');
    expect(stdout).toContain('KEYNOTE is open, not closed');
    expect(stdout).toContain('KEYNOTE grew by 0 0 0 0 1, not 0 0 0 1 0');
  });

  it('finds no difference between here and an equal deployment, though that was voted at before', async () => {
    const { url, env } = await deploy(null);
    const before = await scenario([firstRating, '--no-local', '--url', url], env);
    expect(before.code).toBe(0);
    const { code, stdout } = await scenario([firstRating, '--url', url], env);
    expect(stdout).toContain('no difference between here and there');
    expect(code).toBe(0);
  });

  it('lists step by step what a deployment with another event does differently', async () => {
    const { url, env } = await deploy({
      id: 'other',
      title: 'Other',
      language: 'de',
      moderation: 'doubtful',
      sessions: [
        { keyword: 'KEYNOTE', title: 'Eröffnung' },
        { keyword: 'WORKSHOP', title: 'Werkstatt' },
      ],
    });
    const { code, stdout } = await scenario([firstRating, '--url', url], env);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /step 1 is different: ana: KEYNOTE 5 loved it\n {4}here: .*Opening keynote.*\n {4}there: .*Eröffnung/,
    );
  });

  it('leaves out there what needs a clock', async () => {
    const { url, env } = await deploy(null);
    const { code, stdout } = await scenario(
      ['scenarios/closing-time.json5', '--no-local', '--url', url, '--json'],
      env,
    );
    expect(code).toBe(0);
    const [{ runs }] = JSON.parse(stdout);
    expect(runs[0].steps.every((step: { skipped: boolean }) => step.skipped)).toBe(true);
  });

  it('exits 2 with one sentence for a file that is none', async () => {
    writeFileSync(path.join(dir, 'broken.json5'), '{ title: "x", steps: [{ wait: "soon" }] }');
    expect(await scenario(['nowhere.json5'])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/no scenario nowhere/),
    });
    expect(await scenario(['broken.json5'])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/broken\.json5: steps\[0\]\.wait/),
    });
    writeFileSync(path.join(dir, 'untitled.json5'), '{ steps: [{ wait: "1s" }], foo: 1 }');
    expect(await scenario(['untitled.json5'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('untitled.json5: title is missing; foo is no field here\n'),
    });
    expect(await scenario(['scenarios'])).toMatchObject({
      code: 2,
      stderr: 'ringtrue: scenarios is a folder: name its files.\n',
    });
    expect(await scenario([firstRating, '--no-local'])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/--url/),
    });
  });

  it('exits 2 and names the line of the event file that cannot be read', async () => {
    const file = path.join(dir, 'assets', 'event.private.json');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, '{\n "id": ');
    try {
      const { code, stderr } = await scenario([firstRating]);
      expect(stderr).toContain('event.private.json, line 2');
      expect(stderr).not.toContain('--url');
      expect(code).toBe(2);
    } finally {
      writeFileSync(file, text);
    }
  });
});
