import fc from 'fast-check';
import postgres from 'postgres';
import { literal } from '../../src/storage/postgres/postgres-connection';
import { storable } from '../../src/storage/storable';
import { type PostgresServer, startEmbeddedPostgres } from './postgres-server';

let server: PostgresServer;
let sql: postgres.Sql;
beforeAll(async () => {
  server = await startEmbeddedPostgres();
  sql = postgres(await server.url('any'), { max: 1, fetch_types: false });
}, 60_000);
afterAll(async () => {
  await sql?.end();
  await server?.close();
});

async function readBack(setting: 'on' | 'off', text: string): Promise<unknown> {
  const statement = `SET standard_conforming_strings = ${setting}; SELECT ${literal(text)}::text AS text`;
  const results = (await sql.unsafe(statement)) as unknown as { text: unknown }[][];
  return results[1]?.[0]?.text;
}

test.each([['on'], ['off']] as const)(
  'any text comes back as it went in, with standard_conforming_strings %s',
  async (setting) => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.string({
        unit: fc.constantFrom("'", '\\', '"', '$', ';', '-', 'E', 'u', '0', '\n', '\0', '\ud800', '😀'),
      }),
    );
    await fc.assert(
      fc.asyncProperty(text, async (one) => expect(await readBack(setting, one)).toBe(storable(one))),
      { numRuns: 150, examples: [["'; DROP TABLE x; --"], ["\\'; --"], ['\\u0027'], ['']] },
    );
  },
);

test('a constant is a constant to the planner', async () => {
  await sql`CREATE TABLE IF NOT EXISTS planned (a text, b int, PRIMARY KEY (a, b))`;
  const plan = await sql.unsafe(`EXPLAIN SELECT b FROM planned WHERE a = ${literal("it's")}`);
  expect(JSON.stringify(plan)).toContain(`(a = 'it''s'::text)`);
});

test('refuses a number that is not whole', () => {
  expect(() => literal(0.5)).toThrow(TypeError);
});
