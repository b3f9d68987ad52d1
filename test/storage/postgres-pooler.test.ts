import { randomBytes } from 'node:crypto';
import { openPostgresStore } from '../../src/storage/postgres/postgres-store';
import { describeWith } from '../requires';
import { describeRatingStore, rating } from './contract';
import { describeInterleavings } from './interleavings';
import { type Pooler, startPgbouncer } from './pgbouncer';
import { type PostgresServer, startPostgres } from './postgres-server';
import { endStoreProcesses, startStoreProcess } from './store-process';

afterAll(endStoreProcesses);

describeWith('PostgreSQL', 'with a pooler', (postgres) =>
  describeWith('pgbouncer', 'in transaction mode', (pgbouncer) => {
    let server: PostgresServer;
    let pooler: Pooler;
    beforeAll(async () => {
      server = await startPostgres(postgres);
      pooler = await startPgbouncer(pgbouncer, Number(new URL(await server.url('first')).port));
    }, 60_000);
    afterAll(async () => {
      await pooler?.close();
      await server?.close();
    });
    const freshUrl = async () => pooler.through(await server.url(`t${randomBytes(6).toString('hex')}`));

    describeRatingStore('PostgreSQL behind pgbouncer', async () => openPostgresStore(await freshUrl()));

    describeInterleavings('PostgreSQL behind pgbouncer', async () =>
      startStoreProcess({ deployed: false, databaseUrl: pooler.through(await server.url('shared')) }),
    );

    test('thirty processes share two connections, from the first text on', async () => {
      const url = await freshUrl();
      const stores = await Promise.all(Array.from({ length: 30 }, () => openPostgresStore(url, 1)));
      try {
        const texts = Array.from({ length: 120 }, (_, index) => rating({ voter: `voter-${index % 60}` }));
        await Promise.all(texts.map((text, index) => stores[index % 30]?.record(text)));
        expect(await stores[0]?.tally('event')).toMatchObject([{ count: 60, sum: 300 }]);
      } finally {
        await Promise.all(stores.map((store) => store.close()));
      }
    });
  }),
);
