import { inspectPostgres, migratePostgres } from './postgres/migrate-postgres';
import { openPostgresStore } from './postgres/postgres-store';
import type { RatingStore, SchemaState } from './rating-store';
import { inspectSqliteFile } from './sqlite/sqlite-database';
import { openSqliteStore } from './sqlite/sqlite-store';
import { chooseEngine, type StoreSettings } from './store-settings';
import { inspectSync, openSyncStore, prepareSync } from './sync/sync-store';

const defaultFile = '.ringtrue/ratings.db';

const open = new Map<string, Promise<RatingStore>>();

/**
 * Opens the store that the settings name, once in a process: a warm one uses it again. The only place that chooses.
 * @throws ConfigFault when the settings name none that can be used; never another one instead
 */
export function openStore(settings: StoreSettings): Promise<RatingStore> {
  const name = JSON.stringify(settings);
  const known = open.get(name);
  if (known) return known;
  const opening = openChosen(settings);
  open.set(name, opening);
  opening.catch(() => open.delete(name));
  return opening;
}

async function openChosen(settings: StoreSettings): Promise<RatingStore> {
  const { deployed, databaseUrl = '', ratingsFile = defaultFile } = settings;
  switch (chooseEngine(settings)) {
    case 'postgres':
      // A Function's process has one call at a time, but there may be many processes, and those that sleep keep what they have.
      return openPostgresStore(databaseUrl, deployed ? 1 : 4);
    case 'sync':
      return openSyncStore(settings);
    case 'sqlite':
      return openSqliteStore(ratingsFile);
  }
}

/**
 * Makes the tables of the store that the settings name, or brings them to this program's version.
 * @param event its id, where that is known: Twilio Sync keeps each event apart
 * @throws ConfigFault, StoreUnavailable
 */
export async function migrateStore(settings: StoreSettings, event?: string): Promise<SchemaState> {
  const { databaseUrl = '', ratingsFile = defaultFile } = settings;
  switch (chooseEngine(settings)) {
    case 'postgres':
      return migratePostgres(databaseUrl);
    case 'sync':
      return inspectSync(settings, event);
    case 'sqlite': {
      const state = await inspectSqliteFile(ratingsFile);
      const store = await openSqliteStore(ratingsFile);
      await store.close();
      return state;
    }
  }
}

/**
 * Looks whether the store that the settings name can be used. Makes and changes nothing.
 * @param event as for `migrateStore`
 * @throws as `migrateStore` does
 */
export async function inspectStore(settings: StoreSettings, event?: string): Promise<SchemaState> {
  const { databaseUrl = '', ratingsFile = defaultFile } = settings;
  switch (chooseEngine(settings)) {
    case 'postgres':
      return inspectPostgres(databaseUrl);
    case 'sync':
      return inspectSync(settings, event);
    case 'sqlite':
      return inspectSqliteFile(ratingsFile);
  }
}

/**
 * Makes what the store makes for each event, where that takes a while: the Documents of Twilio Sync. Changes nothing else.
 * @param onStep called for each of the 192, made or there already
 * @returns how many were made
 * @throws as `migrateStore` does
 */
export async function prepareEvent(
  settings: StoreSettings,
  event: string,
  onStep: () => void,
): Promise<number> {
  return chooseEngine(settings) === 'sync' ? prepareSync(settings, event, onStep) : 0;
}
