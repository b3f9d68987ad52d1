import { ConfigFault } from './config-fault';
import { inspectPostgres, migratePostgres } from './migrate-postgres';
import { openPostgresStore } from './postgres-store';
import type { RatingStore, SchemaState } from './rating-store';
import { inspectSqliteFile } from './sqlite-file';
import { openSqliteStore } from './sqlite-store';

/** What decides where ratings are kept. */
export interface StoreSettings {
  /** On Twilio's platform, where nothing written to disk stays. */
  deployed: boolean;
  /** DATABASE_URL */
  databaseUrl?: string | undefined;
  /** RATINGS_FILE; default `.ringtrue/ratings.db` below the working directory. */
  ratingsFile?: string | undefined;
}

const defaultFile = '.ringtrue/ratings.db';

const open = new Map<string, Promise<RatingStore>>();

/**
 * Opens the store that the settings name, once in a process: a warm one uses it again. The only place that chooses.
 * @throws ConfigFault when the settings name none that can be used; never another one instead
 */
export function openStore(settings: StoreSettings): Promise<RatingStore> {
  const name = JSON.stringify([settings.deployed, settings.databaseUrl, settings.ratingsFile]);
  const known = open.get(name);
  if (known) return known;
  const opening = choose(settings);
  open.set(name, opening);
  opening.catch(() => open.delete(name));
  return opening;
}

async function choose({
  deployed,
  databaseUrl,
  ratingsFile = defaultFile,
}: StoreSettings): Promise<RatingStore> {
  // A Function's process has one call at a time, but there may be many processes, and those that sleep keep what they have.
  if (databaseUrl !== undefined) return openPostgresStore(databaseUrl, deployed ? 1 : 4);
  if (deployed)
    throw new ConfigFault('DATABASE_URL is missing: a deployment needs a store that outlives a call.');
  return openSqliteStore(ratingsFile);
}

/**
 * Makes the tables of the store that the settings name, or brings them to this program's version.
 * @throws ConfigFault, StoreUnavailable
 */
export async function migrateStore({
  databaseUrl,
  ratingsFile = defaultFile,
}: StoreSettings): Promise<SchemaState> {
  if (databaseUrl !== undefined) return migratePostgres(databaseUrl);
  const state = inspectSqliteFile(ratingsFile);
  await openSqliteStore(ratingsFile).close();
  return state;
}

/** Looks whether the store that the settings name can be used. Makes and changes nothing. @throws as `migrateStore` does */
export async function inspectStore({
  databaseUrl,
  ratingsFile = defaultFile,
}: StoreSettings): Promise<SchemaState> {
  return databaseUrl === undefined ? inspectSqliteFile(ratingsFile) : inspectPostgres(databaseUrl);
}
