import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { CauseCode } from '../../src/doctor/cause-code';
import { explain } from '../../src/doctor/explain';
import { writeCausePage } from '../../src/doctor/write-cause-page';
import { authToken, brokenRequests } from './broken-requests';

const folder = path.join(__dirname, '..', '..', 'docs', 'causes');

/** The pages as they have to be, by code. */
export function makePages(): Map<CauseCode, string> {
  return new Map(
    brokenRequests.flatMap(({ code, request, keys = authToken, options }) =>
      explain(request, keys, options)
        .causes.filter((cause) => cause.code === code)
        .map((cause): [CauseCode, string] => [code, writeCausePage(code, cause)]),
    ),
  );
}

export function readPage(code: CauseCode): string | null {
  const file = path.join(folder, `${code}.md`);
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

/** The codes that pages are there for. */
export function listPages(): string[] {
  return readdirSync(folder).map((name) => path.basename(name, '.md'));
}

// npx tsx test/doctor/cause-pages.ts
if (require.main === module) {
  const pages = makePages();
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [code, page] of pages) writeFileSync(path.join(folder, `${code}.md`), page);
  console.log(`wrote ${pages.size} pages`);
}
