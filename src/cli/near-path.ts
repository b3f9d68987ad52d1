import path from 'node:path';

/** A path as one would type it here: relative to the working directory, unless that would lead out of it. */
export function nearPath(file: string): string {
  const relative = path.relative(process.cwd(), file);
  return relative.startsWith('..') ? file : relative;
}
