import { readFileSync } from 'node:fs';
import path from 'node:path';

const readme = path.join(__dirname, '..', '..', 'README.md');

/** The shell commands of the README, in its order; with a heading, only those of that section. */
export function readCommands(heading?: string): string[] {
  return readBlocks('sh', heading).flatMap((block) => block.split('\n'));
}

/** What a section of the README says that its commands print, one block after the other: patterns, where `…` is anything. */
export function readOutputs(heading: string): RegExp[][] {
  return readBlocks('text', heading).map((block) =>
    block
      .split('\n')
      .filter((line) => line.trim() !== '…')
      .map(
        (line) =>
          new RegExp(`^${line.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&').replaceAll('…', '.*')}$`, 'm'),
      ),
  );
}

function readBlocks(language: string, heading?: string): string[] {
  const text = readFileSync(readme, 'utf8');
  const section =
    heading === undefined ? text : (text.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '');
  const blocks = section.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'));
  return [...blocks].map(([, block = '']) => block.trim());
}
