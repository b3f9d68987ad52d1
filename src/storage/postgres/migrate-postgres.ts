import { ConfigFault } from '../config-fault';
import type { SchemaState } from '../rating-store';
import { literal, PostgresConnection } from './postgres-connection';
import { migrations } from './postgres-schema';

/** Milliseconds. A step over a million ratings may take longer than a webhook may. */
const migrationTimeout = 300_000;

/**
 * Brings the schema `ringtrue` to this program's version. Many at once take turns, and all but one find it done. Takes all
 * steps or none.
 * @throws ConfigFault naming DATABASE_URL; StoreUnavailable when the server cannot be reached now
 */
export async function migratePostgres(databaseUrl: string): Promise<SchemaState> {
  return withConnection(databaseUrl, migrationTimeout, migrate);
}

/** As `migratePostgres`, but changes nothing: `to` is what it would come to. */
export async function inspectPostgres(databaseUrl: string): Promise<SchemaState> {
  return withConnection(databaseUrl, undefined, async (connection) => ({
    from: await readVersion(connection),
    to: migrations.length,
  }));
}

/** As `migratePostgres`, over a connection that is there. */
export async function migrate(connection: PostgresConnection): Promise<SchemaState> {
  const from = await readVersion(connection);
  if (from === migrations.length) return { from, to: from };
  const steps = migrations.map(
    (step, index) =>
      `IF version <= ${index} THEN EXECUTE ${literal(step)}; UPDATE ringtrue.schema_version SET version = ${index + 1}; END IF;`,
  );
  // One message, and therefore one transaction, for poolers. A text that asks for it has no time for a long step, which is done
  // all the same.
  await connection.call(
    `DO $migrate$ DECLARE version integer; BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('ringtrue.migrate'));
    CREATE SCHEMA IF NOT EXISTS ringtrue;
    CREATE TABLE IF NOT EXISTS ringtrue.schema_version (version integer NOT NULL);
    SELECT v.version INTO version FROM ringtrue.schema_version v;
    IF version IS NULL THEN INSERT INTO ringtrue.schema_version VALUES (0); version := 0; END IF;
    ${steps.join('\n')} END $migrate$`,
    migrationTimeout,
  );
  return { from, to: migrations.length };
}

async function readVersion(connection: PostgresConnection): Promise<number> {
  const [database] = await connection.call(
    "SELECT to_regclass('ringtrue.schema_version') AS made, current_setting('server_encoding') AS encoding",
  );
  if (database?.encoding !== 'UTF8') {
    throw new ConfigFault(
      'DATABASE_URL names a database that cannot keep every text: use one with the encoding UTF8.',
    );
  }
  if (!database.made) return 0;
  const [row] = await connection.call('SELECT version FROM ringtrue.schema_version');
  const version = Number(row?.version ?? 0);
  if (version > migrations.length) {
    throw new ConfigFault(
      'DATABASE_URL names a database that a newer version of ringtrue made: update, or choose another one.',
    );
  }
  return version;
}

async function withConnection<R>(
  databaseUrl: string,
  timeout: number | undefined,
  work: (connection: PostgresConnection) => Promise<R>,
): Promise<R> {
  const connection = PostgresConnection.to(databaseUrl, {
    connections: 1,
    ...(timeout === undefined ? {} : { timeout }),
  });
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}
