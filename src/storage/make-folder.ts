import { mkdirSync, mkdtempSync, rmdirSync, statSync } from 'node:fs';
import path from 'node:path';

/**
 * Makes a folder, and those above it that are missing. `mkdirSync` with `recursive` does not return where none can be made and
 * none is forbidden, as below /proc.
 * @param mode the rights of those that are made
 * @throws what `mkdirSync` throws
 */
export function makeFolder(folder: string, mode = 0o777): void {
  if (isThere(folder)) return;
  makeFolder(path.dirname(folder), mode);
  try {
    mkdirSync(folder, { mode });
  } catch (error) {
    // Another process may have been quicker.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/**
 * Tries whether `makeFolder` could make a folder, and leaves nothing. Rights do not tell: on some file systems nobody can.
 * @throws as it would
 */
export function tryFolder(folder: string): void {
  if (isThere(folder)) rmdirSync(mkdtempSync(path.join(folder, '.ringtrue-')));
  else tryFolder(path.dirname(folder));
}

function isThere(folder: string): boolean {
  return statSync(folder, { throwIfNoEntry: false }) !== undefined;
}
