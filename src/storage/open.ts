import { ConfigFault } from './config-fault';
import { openPostgresStore } from './postgres-store';
import type { RatingStore } from './rating-store';
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
  ratingsFile = '.ringtrue/ratings.db',
}: StoreSettings): Promise<RatingStore> {
  if (databaseUrl !== undefined) return openPostgresStore(databaseUrl);
  if (deployed)
    throw new ConfigFault('DATABASE_URL is missing: a deployment needs a store that outlives a call.');
  return openSqliteStore(ratingsFile);
}
