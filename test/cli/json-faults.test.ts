import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../free-port';
import { runRingtrue } from './run-ringtrue';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(path.join(tmpdir(), 'ringtrue-faults-'));
});
afterEach(() => rmSync(cwd, { recursive: true }));

describe('a command that cannot be done, asked for JSON,', () => {
  test.each([
    [['sms', '--from', 'me', 'hello']],
    [['call', '--sid', 'none']],
    [['attack', '--no-matrix']],
    [['crowd', '--phones', 'many']],
    [['scenario', 'nothing.json5']],
    [['replies']],
    [['doctor']],
    [['doctor', 'explain', 'nothing.json']],
    [['deploy', '--yes']],
    [['number', '--list']],
    [['number', 'rotate-check']],
    [['migrate', '--deployed']],
    [['erase', '+15550001111', '--yes']],
    [['build']],
  ])('says why on standard output, too: %j', async (args) => {
    const { code, stdout, stderr } = await runRingtrue([...args, '--json'], { cwd });
    const { error } = JSON.parse(stdout);
    expect(error).toMatch(/\w \w/);
    expect(stderr).toContain(error);
    expect(code).toBe(args[0] === 'build' ? 1 : 2);
  });

  test('says of an empty folder from build, too, what the other commands say', async () => {
    const { stdout } = await runRingtrue(['build', '--json'], { cwd });
    expect(JSON.parse(stdout)).toEqual({
      error: 'There is no package.json here: run this in the folder of the project.',
    });
  });

  test('says so as well when it fails with 1', async () => {
    const url = `postgres://ada:hunter2@127.0.0.1:${await freePort()}/ratings`;
    writeFileSync(path.join(cwd, '.env'), `DATABASE_URL=${url}\n`);
    const { code, stdout, stderr } = await runRingtrue(['migrate', '--check', '--json'], { cwd });
    expect(code).toBe(1);
    expect(`ringtrue: ${JSON.parse(stdout).error}\n`).toBe(stderr);
    expect(stdout).not.toContain('hunter2');
  });

  test('prints none when it was not asked: after -- it is text', async () => {
    const { code, stdout } = await runRingtrue(['sms', '--nothing', '--', '--json'], { cwd });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});
