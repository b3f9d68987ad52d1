import { randomBytes } from 'node:crypto';
import { ConfigFault } from '../../src/storage/config-fault';
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

    test.each([
      [
        'a database that is not there',
        (url: URL) => {
          url.pathname = '/nowhere';
        },
        'there is no such database: check its name',
      ],
      [
        'a user it does not know',
        (url: URL) => {
          url.username = 'nobody';
        },
        'the server refuses the password: check user name and password',
      ],
      [
        'options, which it does not take',
        (url: URL) => {
          url.searchParams.set('options', '-c jit=off');
        },
        'its pooler takes no options: remove the parameter of this name',
      ],
    ])('%s is told as a fault of DATABASE_URL, not as a server that is away', async (_, spoil, fault) => {
      const url = new URL(await freshUrl());
      spoil(url);
      await expect(openPostgresStore(url.href, 1)).rejects.toThrow(
        new ConfigFault(`DATABASE_URL cannot be used, ${fault}.`),
      );
    });
  }),
);
