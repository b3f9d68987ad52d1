import { readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.join(__dirname, '..', '..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');

/** The points of a list, each in one line. */
function points(text: string): string[] {
  return text
    .split(/^- /m)
    .slice(1)
    .map((point) => point.replace(/\s+/g, ' ').trim());
}

test('the head of the edge and its page name the same gaps', () => {
  const page = read('docs/edge.md').split('## Gaps')[1]?.split('\n## ')[0] ?? '';
  const head =
    read('src/emulator/edge.ts').split('Gaps, the same as in docs/edge.md:')[1]?.split('*/')[0] ?? '';
  expect(points(head.replace(/^ \* /gm, ''))).toEqual(points(page));
  expect(points(page).length).toBeGreaterThan(3);
});
