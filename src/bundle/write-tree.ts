import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Makes a folder hold exactly these files (path below it -> content). A file is replaced by renaming, so that a process
 * that reads the folder meanwhile sees the old file or the new one, and one that did not change keeps its time.
 */
export function writeTree(dir: string, files: ReadonlyMap<string, Uint8Array>): void {
  for (const [name, content] of files) replaceFile(path.join(dir, name), content);
  const wanted = new Set([...files.keys()].map((name) => path.join(dir, name)));
  for (const entry of readdirSync(ensureDir(dir), { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (entry.isFile() && !wanted.has(file)) rmSync(file);
  }
}

function replaceFile(file: string, content: Uint8Array): void {
  if (existsSync(file) && readFileSync(file).equals(content)) return;
  ensureDir(path.dirname(file));
  const draft = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}`);
  writeFileSync(draft, content);
  renameSync(draft, file);
}

function ensureDir(dir: string): string {
  mkdirSync(dir, { recursive: true });
  return dir;
}
