import { statSync } from 'node:fs';
import path from 'node:path';
import { ConfigFault } from '../config-fault';
import type { SchemaState } from '../rating-store';
import type { TableRow } from '../table-row';
import { patiently } from './patiently';
import { explainOpening } from './sqlite-fault';
import { migrations } from './sqlite-schema';

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
    if (!statSync(place, { throwIfNoEntry: false })) return { from: 0, to: migrations.length };
    const connection = connect(place);
    database = connection;
    const version = await patiently(() => readVersion(connection));
    refuseNewer(version);
    return { from: version, to: migrations.length };
  } catch (error) {
    throw explainOpening(error);
  } finally {
    database?.close();
  }
}

/** Where there is no file, SQLite makes one. */
export function connect(file: string): Database {
  // Asked for only here: where SQLite is not the store, the package need not be installed.
  const Libsql: new (file: string) => Database = require('libsql');
  const database = new Libsql(file);
  // Its own waiting would keep the whole process.
  database.pragma('busy_timeout = 0');
  return database;
}

/** Puts the file into WAL mode, and begins its log and the index of it. May be done again when the file is busy. */
export function beginLog(database: Database): void {
  // Changing the mode needs the file alone, so a file that has it is left in peace.
  if (database.prepare('PRAGMA journal_mode').get()?.journal_mode !== 'wal')
    database.pragma('journal_mode = WAL');
  database.exec('SELECT 1 FROM sqlite_schema LIMIT 1');
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
  if (readVersion(database) === migrations.length) return;
  database.exec('BEGIN IMMEDIATE');
  try {
    // Read again: another process may have been quicker.
    const version = readVersion(database);
    refuseNewer(version);
    for (const step of migrations.slice(version)) database.exec(step);
    database.pragma(`user_version = ${migrations.length}`);
    database.exec('COMMIT');
  } catch (error) {
    if (database.inTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function readVersion(database: Database): number {
  return Number(database.prepare('PRAGMA user_version').get()?.user_version);
}

function refuseNewer(version: number): void {
  if (version <= migrations.length) return;
  throw new ConfigFault(
    'RATINGS_FILE was made by a newer version of ringtrue: update, or choose another file.',
  );
}
