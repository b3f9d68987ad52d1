import { existsSync } from 'node:fs';
import path from 'node:path';

/** The folder of this package, wherever in it the running file was built to. */
export function packageRoot(from: string = __dirname): string {
  if (existsSync(path.join(from, 'bin', 'build-tool.js'))) return from;
  return packageRoot(path.dirname(from));
}
