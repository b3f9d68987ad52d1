import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';

/** The files below a folder, relative to it, with `/`, sorted; none where there is no folder. Follows no symbolic links. */
export function listFiles(folder: string): string[] {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== '.DS_Store')
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .sort();
}
