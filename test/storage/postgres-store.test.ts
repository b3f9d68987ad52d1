import { randomBytes } from 'node:crypto';
import { openPostgresStore } from '../../src/storage/postgres/postgres-store';
import { StoreUnavailable } from '../../src/storage/rating-store';
import { describeWith } from '../requires';
import { describeRatingStore, rating } from './contract';
import { describeCrashes } from './crashes';
import { describeInterleavings } from './interleavings';
import { type PostgresServer, startEmbeddedPostgres, startPostgres } from './postgres-server';
import { endStoreProcesses, startStoreProcess } from './store-process';

function describeOn(name: string, start: () => Promise<PostgresServer>): void {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await start();
  }, 60_000);
  afterAll(() => server?.close());
  let shared: Promise<string> | undefined;
  const freshUrl = () => server.url(`t${randomBytes(6).toString('hex')}`);

  describeRatingStore(name, async () => openPostgresStore(await freshUrl()));

  describeInterleavings(name, async () => {
    shared ??= freshUrl();
    return startStoreProcess({ deployed: false, databaseUrl: await shared });
  });

  test('keeps every rating once, when ten voters of three processes text and their messages are delivered twice', async () => {
    const url = await freshUrl();
    const stores = await Promise.all([1, 2, 3].map(() => openPostgresStore(url)));
    try {
      const deliveries = Array.from({ length: 60 }, (_, index) => ({
        ...rating({
          voter: `voter ${index % 10}`,
          messageSid: `message ${index % 30}`,
          score: ((index % 5) + 1) as 1,
        }),
      }));
      const outcomes = await Promise.all(deliveries.map((given, index) => stores[index % 3]?.record(given)));
      expect(outcomes.filter((outcome) => outcome?.duplicate)).toHaveLength(30);
      expect(outcomes.filter((outcome) => outcome?.kind === 'recorded' && !outcome.duplicate)).toHaveLength(
        10,
      );
      const [tally] = (await stores[0]?.tally(rating({}).event)) ?? [];
      expect(tally?.count).toBe(10);
      const kept: number[] = [];
      for await (const { score } of stores[1]?.ratings(rating({}).event) ?? []) kept.push(score);
      expect(kept.reduce((sum, score) => sum + score, 0)).toBe(tally?.sum);
    } finally {
      await Promise.all(stores.map((store) => store.close()));
    }
  });
}

afterAll(endStoreProcesses);

describeWith('PostgreSQL', 'PostgreSQL, a real server that crashes', (program) => {
  describe('and processes that do', () => {
    let server: PostgresServer;
    beforeAll(async () => {
      server = await startPostgres(program);
    }, 60_000);
    afterAll(() => server?.close());
    describeCrashes(
      'PostgreSQL',
      async () => startStoreProcess({ deployed: false, databaseUrl: await server.url('crashes') }),
      async () => server.crash?.(),
    );
  });

  test('still has every acknowledged rating afterwards, and the store finds the server again', async () => {
    const server = await startPostgres(program);
    const store = await openPostgresStore(await server.url('crash'));
    try {
      for (const voter of ['ada', 'ben', 'cem']) await store.record(rating({ voter }));
      await server.crash?.();
      const after = rating({ voter: 'dora' });
      for (let tries = 0; ; tries += 1) {
        try {
          await store.record(after);
          break;
        } catch (error) {
          if (!(error instanceof StoreUnavailable) || tries > 20) throw error;
        }
      }
      expect(await store.tally('event')).toMatchObject([{ session: 'KEYNOTE', count: 4 }]);
    } finally {
      await store.close();
      await server.close();
    }
  }, 60_000);

  test('is unavailable, not wrong, while the server is gone', async () => {
    const server = await startPostgres(program);
    const store = await openPostgresStore(await server.url('gone'));
    await store.record(rating({}));
    await server.close();
    await expect(store.record(rating({}))).rejects.toThrow(StoreUnavailable);
    await store.close();
  }, 60_000);
});

describeWith('PostgreSQL', 'PostgreSQL, a real server', (program) =>
  describeOn('PostgreSQL', () => startPostgres(program)),
);

describe('PostgreSQL, embedded', () => describeOn('PGlite', startEmbeddedPostgres));
