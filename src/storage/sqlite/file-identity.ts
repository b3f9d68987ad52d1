import { statSync } from 'node:fs';
import { awayNow } from './sqlite-fault';

/** What `identify` answers of a name that nobody has. */
export const gone = 'gone';

/**
 * Which file has the name: no other has the same answer while that one is open.
 * @throws StoreUnavailable where it cannot be told
 */
export function identify(file: string): string {
  try {
    const { dev, ino } = statSync(file, { bigint: true });
    return `${dev} ${ino}`;
  } catch (error) {
    if (/^(?:ENOENT|ENOTDIR)$/.test(String((error as NodeJS.ErrnoException).code))) return gone;
    throw awayNow(error);
  }
}
