import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConfigFault } from '../config-fault';
import { tryFolder } from '../make-folder';
import type { SchemaState } from '../rating-store';
import type { TableRow } from '../table-row';
import { checkPlace } from './check-place';
import { patiently } from './patiently';
import { explainOpening } from './sqlite-fault';
import { applicationId, migrations, tableNames } from './sqlite-schema';

/** What is needed of `libsql`, which has no types of its own for this. */
export interface Database {
  prepare(sql: string): Statement;
  exec(sql: string): void;
  pragma(text: string): unknown;
  readonly inTransaction: boolean;
  close(): void;
}
interface Statement {
  run(...values: unknown[]): { changes: number };
  get(...values: unknown[]): TableRow | undefined;
  all(...values: unknown[]): TableRow[];
}

/**
 * Looks whether a file can be used, and neither makes nor changes one: `to` is what opening would bring it to.
 * @throws ConfigFault, StoreUnavailable as opening it would
 */
export async function inspectSqliteFile(file: string): Promise<SchemaState> {
  const place = path.resolve(file);
  let database: Database | undefined;
  try {
    checkPlace(place);
    if (!statSync(place, { throwIfNoEntry: false })) {
      tryFolder(path.dirname(place));
      return { from: 0, to: migrations.length };
    }
    // The log stands in the folder.
    for (const written of [place, path.dirname(place)]) accessSync(written, constants.W_OK);
    const connection = connect(`${pathToFileURL(place)}?mode=ro`);
    database = connection;
    const { version } = await patiently(() => readMark(connection));
    return { from: version, to: migrations.length };
  } catch (error) {
    throw explainOpening(error);
  } finally {
    database?.close();
  }
}

const firstRead = 'SELECT 1 FROM sqlite_schema LIMIT 1';

/** @param file its path or a `file:` URL. Where there is no file, SQLite makes one. */
export function connect(file: string): Database {
  // Asked for only here: where SQLite is not the store, the package need not be installed.
  const Libsql: new (file: string) => Database = require('libsql');
  const database = openWith(Libsql, file);
  // Its own waiting would keep the whole process.
  database.pragma('busy_timeout = 0');
  return database;
}

// What libsql throws here has no code.
function openWith(Libsql: new (file: string) => Database, file: string): Database {
  try {
    return new Libsql(file);
  } catch (cause) {
    throw Object.assign(new Error('SQLite cannot open the file', { cause }), { code: 'SQLITE_CANTOPEN' });
  }
}

/**
 * Puts the file into WAL mode, and begins its log and the index of it. May be done again when the file is busy.
 * @throws ConfigFault when it is another program's, or a newer version made it: nothing of it is changed then
 */
export function beginLog(database: Database): void {
  readMark(database);
  // Changing the mode needs the file alone, so a file that has it is left in peace.
  if (database.prepare('PRAGMA journal_mode').get()?.journal_mode !== 'wal')
    database.exec('PRAGMA journal_mode = WAL');
  database.exec(firstRead);
}

/** Makes what is written durable, and brings the tables to this program's schema. May be done again when the file is busy. */
export function prepare(database: Database): void {
  // In WAL mode only FULL survives a power loss: https://www.sqlite.org/pragma.html#pragma_synchronous
  database.pragma('synchronous = FULL');
  // What was deleted is overwritten: an erased comment must not be found in the file's free pages.
  database.pragma('secure_delete = ON');
  migrate(database);
}

function migrate(database: Database): void {
  const known = readMark(database);
  if (known.version === migrations.length && known.marked) return;
  transact(database, 'IMMEDIATE', () => {
    // Read again: another process may have been quicker.
    const { version } = markOf(database);
    for (const step of migrations.slice(version)) database.exec(step);
    database.pragma(`user_version = ${migrations.length}`);
    database.pragma(`application_id = ${applicationId}`);
  });
}

/** How far the tables are, and whether the file says whose they are. */
interface Mark {
  version: number;
  marked: boolean;
}

// In a transaction, as it is read in parts and others may be making the tables.
function readMark(database: Database): Mark {
  return transact(database, 'DEFERRED', () => {
    // A statement of libsql's that finds the file busy stays under way; what `exec` runs does not.
    database.exec(firstRead);
    return markOf(database);
  });
}

function markOf(database: Database): Mark {
  const version = Number(database.prepare('PRAGMA user_version').get()?.user_version);
  const application = Number(database.prepare('PRAGMA application_id').get()?.application_id);
  const sql =
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
  const tables = database
    .prepare(sql)
    .all()
    .map(({ name }) => name);
  const marked = application === applicationId;
  const empty = tables.length === 0;
  const complete = tableNames.every((name) => tables.includes(name));
  if (version > migrations.length && (marked || (application === 0 && (empty || complete)))) {
    throw new ConfigFault(
      'RATINGS_FILE was made by a newer version of ringtrue: update, or choose another file.',
    );
  }
  const ours = version === 0 ? empty : complete;
  if (!ours || !(marked || application === 0)) {
    throw new ConfigFault('RATINGS_FILE is a database of another program: choose another file.');
  }
  return { version, marked };
}

function transact<R>(database: Database, mode: 'IMMEDIATE' | 'DEFERRED', work: () => R): R {
  database.exec(`BEGIN ${mode}`);
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    if (database.inTransaction) database.exec('ROLLBACK');
    throw error;
  }
}
