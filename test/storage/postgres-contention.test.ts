import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import postgres from 'postgres';
import { openPostgresStore } from '../../src/storage/postgres/postgres-store';
import { type RatingStore, StoreUnavailable } from '../../src/storage/rating-store';
import { describeWith } from '../requires';
import { rating } from './contract';
import { type PostgresServer, startPostgres } from './postgres-server';

describeWith('PostgreSQL', 'PostgreSQL that others are using', (program) => {
  let server: PostgresServer;
  let url: string;
  /** Somebody else's sessions. */
  let others: postgres.Sql;
  let store: RatingStore;

  beforeAll(async () => {
    server = await startPostgres(program);
  }, 60_000);
  afterAll(() => server?.close());
  beforeEach(async () => {
    url = await server.url(`t${randomBytes(6).toString('hex')}`);
    others = postgres(url, { max: 2, fetch_types: false });
    store = await openPostgresStore(url);
  });
  afterEach(async () => {
    await store.close();
    await others.end();
  });

  /** Until so many of our calls wait for a lock. */
  const calls = async (waiting: number) => {
    for (;;) {
      const [row] = await others`SELECT count(*)::int AS n FROM pg_stat_activity
        WHERE application_name = 'ringtrue' AND datname = current_database() AND wait_event_type = 'Lock'`;
      if (row?.n === waiting) return;
      await wait(10);
    }
  };

  const fill = (ratings: number) => others`
    INSERT INTO ringtrue.ratings (event, session, voter, score, at)
    SELECT 'event', 'KEYNOTE', 'voter-' || i, 3, i FROM generate_series(1, ${ratings}::int) i`;
  const countOlder = async (before: number) => {
    const [row] = await others`SELECT count(*)::int AS n FROM ringtrue.ratings WHERE at < ${before}`;
    return row?.n;
  };

  test('a purge goes on to the end when the oldest voters text again in the middle of it', async () => {
    await fill(2_500);
    let purging: Promise<number> | undefined;
    await others.begin(async (sql) => {
      await sql`UPDATE ringtrue.ratings SET at = 9000 WHERE at <= 10`;
      purging = store.purge('event', 5_000);
      await calls(1);
    });
    expect(await purging).toBe(2_490);
    expect(await countOlder(5_000)).toBe(0);
    expect(await countOlder(10_000)).toBe(10);
  });

  test('of two purges at once neither answers before nothing is left, and each rating is told by one', async () => {
    await fill(3_500);
    const second = await openPostgresStore(url);
    const purges: Promise<number>[] = [];
    await others.begin(async (sql) => {
      await sql`SELECT pg_advisory_xact_lock(hashtext('ringtrue.remove'), hashtext('event'))`;
      purges.push(store.purge('event', 5_000), second.purge('event', 5_000));
      await calls(2);
    });
    await Promise.race(purges);
    expect(await countOlder(5_000)).toBe(0);
    const [one = 0, other = 0] = await Promise.all(purges);
    expect(one + other).toBe(3_500);
    await second.close();
  });

  test.each(['repeatable read', 'serializable'])(
    'no text is refused where the default isolation is %s, from the first on',
    async (isolation) => {
      const fresh = await server.url(`t${randomBytes(6).toString('hex')}`);
      const database = new URL(fresh).pathname.slice(1);
      await server.run(
        fresh,
        `ALTER DATABASE "${database}" SET default_transaction_isolation = '${isolation}'`,
      );
      const stores = await Promise.all(Array.from({ length: 6 }, () => openPostgresStore(fresh, 2)));
      const texts = Array.from({ length: 60 }, (_, index) =>
        rating({ voter: `voter-${index % 20}`, messageSid: `SM${index}` }),
      );
      const outcomes = await Promise.all(
        texts.flatMap((text, index) => [0, 1].map((more) => stores[(index + more) % 6]?.record(text))),
      );
      expect(outcomes.filter((outcome) => outcome?.duplicate)).toHaveLength(60);
      expect(await stores[0]?.tally('event')).toMatchObject([{ count: 20, sum: 100 }]);
      await Promise.all(stores.map((one) => one.close()));
    },
  );

  test('what waits for a table longer than its caller is given up by the server, too', async () => {
    await others.begin(async (sql) => {
      await sql`LOCK TABLE ringtrue.settings IN ACCESS EXCLUSIVE MODE`;
      const waiting = await Promise.allSettled(Array.from({ length: 30 }, () => store.settings('event')));
      for (const call of waiting)
        expect(call).toMatchObject({ status: 'rejected', reason: expect.any(StoreUnavailable) });
      await calls(0);
    });
    expect(await store.settings('event')).toEqual([]);
  }, 20_000);
});
