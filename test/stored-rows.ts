import path from 'node:path';
import Database from 'libsql';

/** How many rows an emulator keeps in `dataDir`: ratings, MessageSids and uncounted texts. */
export function storedRows(dataDir: string): number {
  const database = new Database(path.join(dataDir, 'ratings.db'), { readonly: true });
  try {
    const count = (table: string) =>
      (database.prepare(`SELECT count(*) AS n FROM ${table}`).get() as { n: number }).n;
    return count('ratings') + count('messages') + count('uncounted');
  } finally {
    database.close();
  }
}
