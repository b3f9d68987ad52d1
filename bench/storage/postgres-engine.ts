import postgres from 'postgres';
import { openPostgresStore } from '../../src/storage/postgres/postgres-store';
import { startPostgres } from '../../test/storage/postgres-server';
import { layWire } from '../../test/storage/wire';
import { type BenchEngine, benchRating } from './bench-engine';

const connections = 4;

/** @param program the server's, of this machine */
export async function startPostgresEngine(program: string): Promise<BenchEngine> {
  const server = await startPostgres(program);
  const url = await server.url('bench');
  const store = await openPostgresStore(url, connections);
  const sql = postgres(url, { max: connections, fetch_types: false });
  await sql`CREATE TABLE raw (voter text PRIMARY KEY, score smallint)`;
  return {
    name: 'PostgreSQL',
    store,
    raw: {
      name: 'one prepared insert and its commit',
      insert: (index) => sql`INSERT INTO raw VALUES (${`voter-${index}`}, 5)`,
    },
    prepare: async () => {},
    trips: {
      most: 1,
      perRating: async () => {
        const wire = await layWire(Number(new URL(url).port));
        const watched = await openPostgresStore(wire.over(url), 1);
        const ratings = 100;
        const before = wire.turns();
        for (let index = 0; index < ratings; index += 1) await watched.record(benchRating('watched', index));
        const trips = (wire.turns() - before) / ratings;
        await watched.close();
        await wire.close();
        return trips;
      },
    },
    callsToStandIn: null,
    sizes: [1_000, 100_000, 1_000_000],
    fill: async (event, count) => {
      await sql.unsafe(`
        INSERT INTO ringtrue.ratings (event, session, voter, score, at, comment, comment_state, comment_at)
          SELECT '${event}', CASE i % 2 WHEN 1 THEN 'KEYNOTE' ELSE 'WORKSHOP' END, 'filled-' || i, 1 + i::bigint * 7919 % 5, i,
            CASE WHEN i % 3 = 0 THEN 'comment ' || i END, CASE WHEN i % 3 = 0 THEN 'approved' END,
            CASE WHEN i % 3 = 0 THEN i END FROM generate_series(1, ${count}) i;
        INSERT INTO ringtrue.messages SELECT event, voter, 'recorded', NULL, session, score
          FROM ringtrue.ratings WHERE event = '${event}';
        INSERT INTO ringtrue.tallies SELECT event, session, ringtrue.slot(voter), ARRAY[
            count(*) FILTER (WHERE score = 1), count(*) FILTER (WHERE score = 2), count(*) FILTER (WHERE score = 3),
            count(*) FILTER (WHERE score = 4), count(*) FILTER (WHERE score = 5)]
          FROM ringtrue.ratings WHERE event = '${event}' GROUP BY 1, 2, 3;
        ANALYZE ringtrue.ratings`);
    },
    close: async () => {
      await store.close();
      await sql.end();
      await server.close();
    },
  };
}
