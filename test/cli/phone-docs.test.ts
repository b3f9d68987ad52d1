import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { allAttacks } from '../../src/emulator/attack/all-attacks';
import { runRingtrue } from './run-ringtrue';

const docs = readFileSync(path.join(__dirname, '..', '..', 'docs', 'phone.md'), 'utf8');

describe('docs/phone.md', () => {
  it('names no flag that its commands do not have', async () => {
    const cwd = mkdtempSync(path.join(tmpdir(), 'ringtrue-docs-'));
    const known = new Set<string>();
    for (const command of ['sms', 'call', 'attack', 'crowd', 'scenario']) {
      const { code, stdout } = await runRingtrue([command, '--help'], { cwd });
      expect(code).toBe(0);
      for (const [flag] of stdout.matchAll(/--[a-z][a-z-]*/g)) known.add(flag);
    }
    rmSync(cwd, { recursive: true });
    const named = [...docs.matchAll(/(?<![-\w])--[a-z][a-z-]*/g)].map(([flag]) => flag);
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((flag) => !known.has(flag))).toEqual([]);
  });

  it('counts the attacks rightly', () => {
    expect(docs).toContain(`${allAttacks.length} attacks against`);
  });
});
