import { ConfigFault } from './config-fault';

/** What decides where ratings are kept. */
export interface StoreSettings {
  /** On Twilio's platform, where nothing written to disk stays. */
  deployed: boolean;
  /** ACCOUNT_SID */
  accountSid?: string | undefined;
  /** AUTH_TOKEN */
  authToken?: string | undefined;
  /** DATABASE_URL */
  databaseUrl?: string | undefined;
  /** SYNC_SERVICE_SID */
  syncServiceSid?: string | undefined;
  /** RATINGS_FILE; default `.ringtrue/ratings.db` below the working directory. */
  ratingsFile?: string | undefined;
}

/**
 * Which engine the settings name. PostgreSQL where DATABASE_URL is set; else Twilio Sync when deployed, or anywhere with
 * SYNC_SERVICE_SID; else SQLite. Never another one instead.
 * @throws ConfigFault when they contradict themselves
 */
export function chooseEngine({
  deployed,
  databaseUrl,
  syncServiceSid,
}: StoreSettings): 'postgres' | 'sync' | 'sqlite' {
  if (databaseUrl !== undefined && syncServiceSid !== undefined) {
    throw new ConfigFault(
      'DATABASE_URL and SYNC_SERVICE_SID name two places for ratings: remove one of them.',
    );
  }
  if (syncServiceSid !== undefined && !/^IS[0-9a-f]{32}$/.test(syncServiceSid)) {
    throw new ConfigFault(
      'SYNC_SERVICE_SID is not IS followed by 32 hex digits: copy it from the Twilio Console, or remove it and a Sync service is made.',
    );
  }
  if (databaseUrl !== undefined) return 'postgres';
  return deployed || syncServiceSid !== undefined ? 'sync' : 'sqlite';
}
