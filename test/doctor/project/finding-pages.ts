import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { checkProject } from '../../../src/doctor/project/check-project';
import type { ProblemCode } from '../../../src/doctor/project/problem';
import { writeFindingPage } from '../../../src/doctor/project/write-finding-page';
import { brokenProjects } from './broken-projects';
import { healthy, readMade } from './make-project';

const folder = path.join(__dirname, '..', '..', '..', 'docs', 'findings');

/** The pages as they have to be, by code. Each example is what the doctor says of the first project broken in that way. */
export async function makePages(): Promise<Map<ProblemCode, string>> {
  const pages = new Map<ProblemCode, string>();
  for (const { code, files, env = {}, git = [], change } of brokenProjects) {
    if (pages.has(code)) continue;
    const project = await readMade({ ...healthy, ...files }, { env, git });
    const finding = checkProject({ ...project, ...change }).find((one) => one.code === code);
    if (finding) pages.set(code, writeFindingPage(finding));
  }
  return pages;
}

export function readPage(code: ProblemCode): string | null {
  const file = path.join(folder, `${code}.md`);
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

/** The codes that pages about a project are there for. */
export function listPages(): string[] {
  return readdirSync(folder)
    .filter((name) => readFileSync(path.join(folder, name), 'utf8').includes(', from `npm run doctor`.'))
    .map((name) => path.basename(name, '.md'));
}

// npx tsx test/doctor/project/finding-pages.ts
if (require.main === module) {
  void makePages().then((pages) => {
    mkdirSync(folder, { recursive: true });
    for (const [code, page] of pages) {
      rmSync(path.join(folder, `${code}.md`), { force: true });
      writeFileSync(path.join(folder, `${code}.md`), page);
    }
    console.log(`wrote ${pages.size} pages`);
  });
}
