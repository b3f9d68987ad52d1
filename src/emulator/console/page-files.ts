import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export interface PageFile {
  type: string;
  content: Buffer;
}

const types: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The console's page by URL path; `/` is its index. Beside the source, or where the build of the tool copies it. */
export function readPageFiles(): Map<string, PageFile> {
  const folder = ['page', 'console'].map((name) => path.join(__dirname, name)).find(existsSync);
  if (folder === undefined) throw new Error('The files of the console are missing: run npm run build.');
  const files = new Map<string, PageFile>();
  for (const name of readdirSync(folder)) {
    const type = types[path.extname(name)];
    if (type === undefined) continue;
    const content = readFileSync(path.join(folder, name));
    files.set(name === 'index.html' ? '/' : `/${name}`, { type, content });
  }
  return files;
}
