import { statSync } from 'node:fs';
import { ConfigFault } from '../config-fault';

/**
 * Looks whether a SQLite file can be at a path, before any is made there.
 * @throws ConfigFault naming RATINGS_FILE; what `statSync` throws
 */
export function checkPlace(file: string): void {
  // It would end the process: the library hands paths on as text of C.
  if (file.includes('\0')) {
    throw new ConfigFault('RATINGS_FILE has a NUL character, which no path can have: write it again.');
  }
  const found = statSync(file, { throwIfNoEntry: false });
  if (found?.isDirectory()) {
    throw new ConfigFault('RATINGS_FILE names a folder: add the name of a file in it.');
  }
  if (found && !found.isFile()) {
    throw new ConfigFault('RATINGS_FILE names a device or pipe: choose the path of a file.');
  }
}
