import { readdirSync } from 'node:fs';
import path from 'node:path';

/** The TypeScript files below a folder, absolute. */
export function listSources(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => path.join(dir, file));
}
