import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import postgres from 'postgres';
import { localCertificate } from '../../src/emulator/local-certificate';
import { ConfigFault } from '../../src/storage/config-fault';
import { inspectPostgres, migratePostgres } from '../../src/storage/postgres/migrate-postgres';
import { migrations } from '../../src/storage/postgres/postgres-schema';
import { openPostgresStore } from '../../src/storage/postgres/postgres-store';
import { type NewRating, type RatingStore, StoreUnavailable } from '../../src/storage/rating-store';
import { describeWith } from '../requires';
import { rating } from './contract';
import { type PostgresServer, startPostgres } from './postgres-server';
import { layWire, type Wire } from './wire';

describeWith('PostgreSQL', 'PostgreSQL over a line', (program) => {
  let server: PostgresServer;
  let wire: Wire;
  let store: RatingStore;

  beforeAll(async () => {
    server = await startPostgres(program);
  }, 60_000);
  afterAll(() => server?.close());
  const freshUrl = () => server.url(`t${randomBytes(6).toString('hex')}`);

  beforeEach(async () => {
    const url = await freshUrl();
    wire = await layWire(Number(new URL(url).port));
    store = await openPostgresStore(wire.over(url), 1);
  });
  afterEach(async () => {
    await store.close();
    await wire.close();
  });

  const calls: [string, () => Promise<unknown>][] = [
    ['a first rating', () => store.record(rating())],
    [
      'a changed rating with a comment',
      () => store.record(rating({ comment: { text: 'é', state: 'held' } })),
    ],
    ['what a message did', () => store.delivered('event', { voter: 'ada', messageSid: 'SMx' })],
    ['the tally', () => store.tally('event')],
    ['settings', () => store.settings('event')],
    ['comments', () => store.comments('event', { states: ['held', 'approved'], limit: 20 })],
    ['a text that is not counted', () => store.noteUncounted('event', { ...note, messageSid: 'SMn' })],
    ['an erasure', () => store.erase('event', 'ada')],
  ];
  const note = { voter: 'ada', text: 'hm', reason: 'no-score', at: 1 };

  test.each(calls)('%s takes one round trip', async (_, call) => {
    await store.settings('event');
    const before = wire.turns();
    await call();
    expect(wire.turns() - before).toBe(1);
  });

  test.each([['unheard'], ['unanswered']] as const)(
    'a line that is cut while a question is %s costs nobody an answer, and nothing is counted twice',
    async (moment) => {
      await store.record(rating({ score: 2 }));
      wire.cutNext(moment);
      const answer = await store.record(rating({ score: 4 }));
      const did = { kind: 'changed', former: 2 };
      expect(answer).toEqual(
        moment === 'unheard'
          ? { ...did, duplicate: false }
          : { ...did, session: 'KEYNOTE', score: 4, duplicate: true },
      );
      expect(await store.tally('event')).toEqual([
        { session: 'KEYNOTE', count: 1, sum: 4, histogram: [0, 0, 0, 1, 0] },
      ]);
    },
  );

  test.each([['silent'], ['closed']] as const)(
    'a %s line is a store that is away, and it is back when the line is',
    async (state) => {
      await store.record(rating());
      wire.set(state);
      await expect(store.record(rating({ voter: 'bob' }))).rejects.toThrow(StoreUnavailable);
      wire.set('open');
      await store.record(rating({ voter: 'eve' }));
      expect(await store.tally('event')).toMatchObject([{ count: 2 }]);
    },
  );
});

describeWith('PostgreSQL', "PostgreSQL's tables", (program) => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres(program);
  }, 60_000);
  afterAll(() => server?.close());
  const freshUrl = () => server.url(`t${randomBytes(6).toString('hex')}`);

  test('are made once when thirty processes open a new database at once', async () => {
    const url = await freshUrl();
    const stores = await Promise.all(Array.from({ length: 30 }, () => openPostgresStore(url, 1)));
    try {
      await Promise.all(stores.map((store, index) => store.record(rating({ voter: `voter-${index}` }))));
      expect(await stores[0]?.tally('event')).toMatchObject([{ count: 30 }]);
    } finally {
      await Promise.all(stores.map((store) => store.close()));
    }
    expect(await inspectPostgres(url)).toEqual({ from: migrations.length, to: migrations.length });
  });

  test('take all later steps or none, keep their ratings, and refuse an older program then', async () => {
    const url = await freshUrl();
    const store = await openPostgresStore(url, 1);
    await store.record(rating({ messageSid: 'SMkept', score: 3 }));
    const current = migrations.length;
    migrations.push('ALTER TABLE ringtrue.ratings ADD COLUMN later text', 'this is no SQL');
    try {
      const log = jest.spyOn(console, 'error').mockImplementation();
      await expect(migratePostgres(url)).rejects.toMatchObject({
        name: 'StoreUnavailable',
        message: 'PostgreSQL, which DATABASE_URL names, refused a statement of ours (42601)',
        cause: { code: '42601' },
      });
      expect(log.mock.calls).toEqual([
        [expect.stringMatching(/\(42601\): PostgresError: syntax error.*\n +at /)],
      ]);
      log.mockRestore();
      expect(await inspectPostgres(url)).toEqual({ from: current, to: current + 2 });
      migrations.pop();
      expect(await migratePostgres(url)).toEqual({ from: current, to: current + 1 });
      expect(await migratePostgres(url)).toEqual({ from: current + 1, to: current + 1 });
      expect(await store.record(rating({ messageSid: 'SMkept' }))).toMatchObject({ duplicate: true });
      expect(await store.tally('event')).toMatchObject([{ count: 1, sum: 3 }]);
    } finally {
      migrations.splice(current);
      await store.close();
    }
    const refusal = expect(openPostgresStore(url, 1)).rejects;
    await refusal.toThrow(
      new ConfigFault(
        'DATABASE_URL names a database that a newer version of ringtrue made: update, or choose another one.',
      ),
    );
  });

  test('are brought to a step that takes longer than a text has time, by the text that asked for it', async () => {
    const url = await freshUrl();
    migrations.push('SELECT pg_sleep(5)');
    try {
      await expect(openPostgresStore(url, 1)).rejects.toThrow(StoreUnavailable);
      for (;;) {
        const { from, to } = await inspectPostgres(url);
        if (from === to) break;
        await wait(100);
      }
    } finally {
      migrations.pop();
    }
  }, 20_000);

  test('of version 1 serve the program that made them and this one, at the same time', async () => {
    const url = await freshUrl();
    const later = migrations.splice(1);
    await migratePostgres(url).finally(() => migrations.push(...later));
    const old = postgres(url, { max: 1, fetch_types: false });
    // As versions 1 to 3 did.
    const recordAsBefore = async ({ comment: _, ...given }: NewRating) => {
      const [row] = await old.unsafe(
        `SELECT kind, former, duplicate FROM ringtrue.record('${JSON.stringify(given)}')`,
      );
      return row;
    };
    const before = rating({ messageSid: 'SMbefore', score: 3 });
    const noted = { voter: 'ada', text: '3', reason: 'closed', at: 1 };
    await recordAsBefore(before);
    // As version 1 did with a redelivery of what counted.
    for (const sid of ['SMbefore', 'SMother'])
      await server.run(
        url,
        `INSERT INTO ringtrue.uncounted (event, voter, message_sid, text, reason, at) VALUES ('event', 'ada', '${sid}', '3', 'closed', 1)`,
      );
    const store = await openPostgresStore(url, 1);
    try {
      expect(await store.uncounted('event', 5)).toEqual([{ ...noted, messageSid: 'SMother' }]);
      const after = rating({ messageSid: 'SMafter', score: 4 });
      expect(await recordAsBefore(after)).toEqual({ kind: 'changed', former: 3, duplicate: false });
      const did = { kind: 'recorded', former: null, session: null, score: null };
      expect(await store.record(before)).toEqual({ ...did, duplicate: true });
      expect(await store.delivered('event', before)).toEqual(did);
      const changed = { kind: 'changed', former: 3, session: 'KEYNOTE', score: 4 };
      expect(await store.record(after)).toEqual({ ...changed, duplicate: true });
      await store.record(rating({ messageSid: 'SMnow', score: 1 }));
      expect(await recordAsBefore(rating({ messageSid: 'SMnow', score: 1 }))).toMatchObject({
        duplicate: true,
      });
      expect(await store.tally('event')).toMatchObject([{ count: 1, sum: 1 }]);
    } finally {
      await old.end();
      await store.close();
    }
  });

  test('are missed in one sentence when somebody took them away while the store is open', async () => {
    const url = await freshUrl();
    const store = await openPostgresStore(url, 1);
    await server.run(url, 'DROP SCHEMA ringtrue CASCADE');
    await expect(store.record(rating())).rejects.toThrow(
      new ConfigFault('DATABASE_URL cannot be used, its schema ringtrue is gone: run ringtrue migrate.'),
    );
    await store.close();
  });

  test('that another user made are used with the rights that docs/storage.md names, and refused in a sentence without', async () => {
    const url = await freshUrl();
    await migratePostgres(url);
    await server.run(url, 'DROP ROLE IF EXISTS webhook; CREATE ROLE webhook LOGIN');
    const ours = url.replace('ringtrue@', 'webhook@');
    await expect(openPostgresStore(ours, 1)).rejects.toThrow(
      new ConfigFault(
        'DATABASE_URL cannot be used, the user may not do this: let it create the schema ringtrue or, where another user made it, give it the rights that docs/storage.md names.',
      ),
    );
    const [, grants = ''] =
      /```sql\n(GRANT [^`]*)```/.exec(readFileSync(path.join(__dirname, '../../docs/storage.md'), 'utf8')) ??
      [];
    await server.run(url, grants);
    const store = await openPostgresStore(ours, 1);
    try {
      const comment = { text: 'good', state: 'held' as const };
      await store.record(rating({ comment }));
      await store.record(rating({ score: 2 }));
      await store.record(rating({ voter: 'bob' }));
      await store.noteUncounted('event', { voter: 'eve', messageSid: 'SMn', text: 'hm', reason: 'x', at: 1 });
      await store.mergeSetting('event', { keyword: 'KEYNOTE', state: 'closed' }, 'SMo');
      const [held] = await store.comments('event', { states: ['held'], limit: 1 });
      expect(await store.moderate('event', held?.id ?? '', 'approved')).toBe(true);
      expect(await store.erase('event', 'ada')).toBe(1);
      expect(await store.purge('event', Number.MAX_SAFE_INTEGER)).toBe(1);
      expect(await store.settings('event')).toMatchObject([{ state: 'closed' }]);
      // As after an update whose steps its owner took.
      expect(await inspectPostgres(ours)).toEqual({ from: migrations.length, to: migrations.length });
    } finally {
      await store.close();
    }
  });

  test('are not made where not every text can be kept', async () => {
    const url = await freshUrl();
    const database = new URL(url).pathname.slice(1);
    await server.run(url.replace(database, 'postgres'), `DROP DATABASE ${database}`);
    await server.run(
      url.replace(database, 'postgres'),
      `CREATE DATABASE ${database} ENCODING 'LATIN1' TEMPLATE template0`,
    );
    await expect(openPostgresStore(url, 1)).rejects.toThrow(
      new ConfigFault(
        'DATABASE_URL names a database that cannot keep every text: use one with the encoding UTF8.',
      ),
    );
  });
});

describeWith('PostgreSQL', 'PostgreSQL over TLS', (program) => {
  const dir = mkdtempSync(path.join(tmpdir(), 'ringtrue-test-'));
  let plain: PostgresServer;
  let encrypted: PostgresServer;
  beforeAll(async () => {
    plain = await startPostgres(program);
    // Signed by itself, for this machine.
    encrypted = await startPostgres(program, await localCertificate(dir));
  }, 60_000);
  afterAll(async () => {
    await plain?.close();
    await encrypted?.close();
    rmSync(dir, { recursive: true });
  });
  const open = async (server: PostgresServer, parameters: string) =>
    openPostgresStore(`${await server.url('tls')}?${parameters}`, 1);

  test('with sslmode=require takes any certificate, and does encrypt', async () => {
    const store = await open(encrypted, 'sslmode=require');
    await store.record(rating());
    const sessions = "FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'ringtrue'";
    await encrypted.run(
      await encrypted.url('tls'),
      `DO $$ BEGIN ASSERT (SELECT bool_and(ssl) AND count(*) > 0 ${sessions}); END $$`,
    );
    await store.close();
  });

  test.each([['sslmode=verify-full'], ['sslmode=require&channel_binding=require']])(
    'with %s refuses a certificate that signs itself',
    (parameters) =>
      expect(open(encrypted, parameters)).rejects.toThrow(
        new ConfigFault('DATABASE_URL cannot be used, its certificate is not signed by a public authority.'),
      ),
  );

  test.each([['sslmode=verify-full'], ['sslmode=require']])(
    'with %s keeps away from a server that cannot encrypt, and says so',
    async (parameters) => {
      const opening = open(plain, parameters);
      await expect(opening).rejects.toThrow(StoreUnavailable);
      await expect(opening).rejects.toThrow(
        'which DATABASE_URL names, ended the connection where encryption begins',
      );
    },
  );
});
