import path from 'node:path';
import { runRingtrue } from './run-ringtrue';

const cwd = path.join(__dirname, '..', '..');

/** The help of every command there is, and of theirs. */
async function readHelp(...command: string[]): Promise<Map<string, string>> {
  const { code, stdout } = await runRingtrue([...command, '--help'], { cwd });
  expect(code).toBe(0);
  const [, listed = ''] = stdout.split('\nCommands:\n');
  const names = [
    ...listed
      .split('\n\n', 1)
      .join()
      .matchAll(/^ {2}(\w+)/gm),
  ].map(([, name = '']) => name);
  const below = await Promise.all(
    names.filter((name) => name !== 'help').map((name) => readHelp(...command, name)),
  );
  return new Map([[command.join(' '), stdout], ...below.flatMap((each) => [...each])]);
}

test('no help shows a default as the program keeps it', async () => {
  const pages = await readHelp();
  expect([...pages.keys()]).toEqual(expect.arrayContaining(['start', 'erase', 'doctor', 'doctor explain']));
  for (const [command, help] of pages) {
    const defaults = help.replace(/\s+/g, ' ').match(/default: [^)]*\)/g) ?? [];
    expect({
      command,
      odd: defaults.filter((text) => /["[\]]|undefined|null|default: -/.test(text)),
    }).toEqual({
      command,
      odd: [],
    });
    expect(help.replace(/\s+/g, ' ')).not.toMatch(/\(default: [^)]*\) \(default:/);
  }
});
