import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  type ProtectedTarget,
  protections,
  startProtectedTarget,
} from '../../src/emulator/attack/protected-target';
import { runRingtrue } from './run-ringtrue';

let cwd: string;
let target: ProtectedTarget;

beforeEach(() => {
  cwd = mkdtempSync(path.join(tmpdir(), 'ringtrue-attack-'));
});

afterEach(async () => {
  await target?.close();
  rmSync(cwd, { recursive: true });
});

async function start(name: string): Promise<string> {
  const protection = protections.find((each) => each.name === name);
  if (!protection) throw new Error(`no protection ${name}`);
  target = await startProtectedTarget(protection);
  return target.webhookUrl;
}

const attack = (...args: string[]) => {
  const env = target ? { ACCOUNT_SID: `AC${'1'.repeat(32)}`, AUTH_TOKEN: target.authToken } : {};
  return runRingtrue(['attack', ...args], { cwd, env: env as Record<string, string> });
};

describe('ringtrue attack', () => {
  it('exits 0 against a webhook that stops everything, and leaves no vote behind', async () => {
    const url = await start('signature+once');
    const { code, stdout } = await attack('--no-matrix', '--url', url);
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringMatching(/stopped all \d\d$/m) });
    expect(target.app.votes()).toBe('[]');
  });

  it('exits 1 against a webhook that lets attacks through, and names them', async () => {
    const url = await start('none');
    const { code, stdout } = await attack('--no-matrix', '--url', url, '--json');
    expect(code).toBe(1);
    const { attacks } = JSON.parse(stdout);
    const unsigned = attacks.find(({ name }: { name: string }) => name === 'unsigned');
    expect(unsigned.yours).toEqual({ through: true, status: 200 });
    expect(target.app.votes()).toBe('[]');
  });

  it('never shows the password of a URL', async () => {
    const url = await start('all');
    const { code, stdout } = await attack('--no-matrix', '--only', 'unsigned', '--url', url);
    expect(code).toBe(0);
    expect(stdout).not.toContain(new URL(url).password);
  });

  it('exits 1 when a genuine message is refused, too, for then nothing was proved', async () => {
    const url = await start('signature+once');
    const args = ['attack', '--no-matrix', '--only', 'unsigned', '--url', url];
    const env = { ACCOUNT_SID: `AC${'1'.repeat(32)}`, AUTH_TOKEN: 'f'.repeat(32) };
    const { code, stdout } = await runRingtrue(args, { cwd, env });
    expect(stdout).toMatch(/refused a genuine message, too \(answered 403\).*ACCOUNT_SID and AUTH_TOKEN/);
    expect(stdout).not.toContain('stopped all');
    expect(code).toBe(1);
    const json = await runRingtrue([...args, '--json'], { cwd, env });
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({ genuineMessage: 403 });
  });

  it('exits 2 where nothing was attacked, for a check that tried nothing has not passed', async () => {
    expect(await attack('--no-matrix')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^ringtrue: Nothing was attacked: no emulator is running/),
    });
    const url = await start('signature+once');
    expect(await attack('--no-matrix', '--only', 'replay', '--url', url)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^ringtrue: Nothing was attacked: .* replay .*--no-matrix/),
    });
  });

  it('shows the comparison of an attack that is tried at no webhook', async () => {
    const url = await start('signature+once');
    const { code, stdout } = await attack('--only', 'replay', '--url', url);
    expect(stdout).toMatch(/^none of these attacks is tried at http/m);
    expect(stdout).not.toContain('stopped all');
    expect(code).toBe(0);
  });

  it('exits 2 with one sentence for what is no attack, no URL, or not there', async () => {
    expect(await attack('--only', 'magic')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/no attack magic/),
    });
    expect(await attack('--url', 'nowhere')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/--url cannot/),
    });
    const gone = await attack(
      '--no-matrix',
      '--only',
      'unsigned',
      '--url',
      'http://127.0.0.1:1/sms/incoming',
    );
    expect(gone).toMatchObject({ code: 2, stderr: expect.stringMatching(/Nothing answers at/) });
    const url = await start('none');
    const elsewhere = await attack('--no-matrix', '--url', url.replace('/sms/incoming', '/elsewhere'));
    expect(elsewhere).toMatchObject({ code: 2, stderr: expect.stringMatching(/There is no webhook at/) });
  });
});
