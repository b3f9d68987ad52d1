import { readFileSync } from 'node:fs';
import path from 'node:path';

/** The rows of the table in docs/signature.md whose head begins with a text, cells as they are written there. */
export function readTable(head: string): string[][] {
  const lines = readFileSync(path.join(__dirname, '../../docs/signature.md'), 'utf8').split('\n');
  const first = lines.findIndex((line) => line.startsWith(`| ${head}`));
  const rows = lines.slice(first + 2);
  const last = rows.findIndex((line) => !line.startsWith('|'));
  return rows.slice(0, last).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}
