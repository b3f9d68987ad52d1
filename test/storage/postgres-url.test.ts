import { ConfigFault } from '../../src/storage/config-fault';
import { openStore } from '../../src/storage/open';
import { openPostgresStore } from '../../src/storage/postgres/postgres-store';
import { postgresOptions } from '../../src/storage/postgres/postgres-url';
import { StoreUnavailable } from '../../src/storage/rating-store';
import { freePort } from '../free-port';

test.each([
  ['no URL', 'db.example.com/ratings'],
  ['another scheme', 'mysql://user:secret@db.example.com/ratings'],
  ['no database', 'postgres://user:secret@db.example.com/'],
  ['plain text over the network', 'postgres://user:secret@db.example.com/ratings?sslmode=disable'],
  ['half a percent sign', 'postgres://user:secret%zz@db.example.com/ratings'],
  ['a mode that may end in plain text', 'postgres://user:secret@db.example.com/ratings?sslmode=prefer'],
])('refuses %s in one sentence that names the variable and tells nothing of its content', (_, url) => {
  const open = () => postgresOptions(url, 1);
  expect(open).toThrow(ConfigFault);
  expect(open).toThrow(/^DATABASE_URL [^\n]*\.$/);
  expect(open).not.toThrow(/secret|db\.example/);
});

test.each([
  ['postgres://user@db.example.com/ratings', { rejectUnauthorized: true }],
  ['postgresql://user@192.0.2.1/ratings', { rejectUnauthorized: true, host: '192.0.2.1' }],
  ['postgres://user@db.example.com/ratings?sslmode=require', { rejectUnauthorized: false }],
  [
    'postgres://user@db.example.com/ratings?sslmode=require&channel_binding=require',
    { rejectUnauthorized: true },
  ],
  ['postgres://user@[2001:db8::1]/ratings', { rejectUnauthorized: true, host: '2001:db8::1' }],
  ['postgres://user@[::1]/ratings', false],
  ['postgres://user@127.0.0.1/ratings', false],
])('%s is encrypted as its place demands', (url, ssl) => {
  expect(postgresOptions(url, 1).ssl).toEqual(ssl);
});

test('takes user, password and database as they are, and leaves what is meant for other programs', () => {
  const url =
    'postgres://r%40t:p%2Fw%3A@[::1]:6432/my%20ratings?pgbouncer=true&connect_timeout=9&options=-c%20a%3Db';
  expect(postgresOptions(url, 2)).toMatchObject({
    host: ['::1'],
    port: [6432],
    username: 'r@t',
    password: 'p/w:',
    database: 'my ratings',
    max: 2,
    connection: { application_name: 'ringtrue', options: '-c a=b' },
  });
});

test('a server that is not there is unavailable, and no other engine takes its place', async () => {
  const url = `postgres://user:secret@127.0.0.1:${await freePort()}/ratings`;
  const opening = openStore({ deployed: false, databaseUrl: url, ratingsFile: '/nowhere/ratings.db' });
  await expect(opening).rejects.toThrow(StoreUnavailable);
  await expect(openPostgresStore(url)).rejects.not.toThrow(/secret/);
});
