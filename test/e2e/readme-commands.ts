import { readFileSync } from 'node:fs';
import path from 'node:path';

const readme = path.join(__dirname, '..', '..', 'README.md');

/** The shell commands of the README, in its order; with a heading, only those of that section. */
export function readCommands(heading?: string): string[] {
  const text = readFileSync(readme, 'utf8');
  const section =
    heading === undefined ? text : (text.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '');
  return [...section.matchAll(/```sh\n(.*?)```/gs)].flatMap(([, block = '']) => block.trim().split('\n'));
}
