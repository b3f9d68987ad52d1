import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import Database from 'libsql';
import { compareTally, type Results, readResults } from '../../src/emulator/crowd/compare-tally';
import { planAgain } from '../../src/emulator/crowd/plan-again';
import { expectTally, type PlannedText, planCrowd } from '../../src/emulator/crowd/plan-crowd';
import { type CrowdReport, runCrowd } from '../../src/emulator/crowd/run-crowd';
import { openPostgresStore } from '../../src/storage/postgres/postgres-store';
import type { RatingStore } from '../../src/storage/rating-store';
import { openSqliteStore } from '../../src/storage/sqlite/sqlite-store';
import { describeWith } from '../requires';
import { startRingtrue } from '../start-ringtrue';
import { type PostgresServer, startPostgres } from '../storage/postgres-server';
import { tallyOf } from '../storage/store-model';
import { layWire } from '../storage/wire';

const seconds = 11;
const apology = 'Sorry, your rating could not be saved. Please text it again in a few minutes.';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'ringtrue-test-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

interface Faults {
  variables: string;
  /** Makes faults while the crowd texts, for longer than webhook and fallback together wait, and ends them. */
  run: () => Promise<void>;
  open: () => Promise<RatingStore>;
}

/** Lets a crowd rate through a store with faults; whoever is told that a rating was not saved texts it again afterwards. */
async function crowdMeets({ variables, run, open }: Faults): Promise<void> {
  const envFile = path.join(dir, 'variables');
  writeFileSync(envFile, variables);
  const ringtrue = await startRingtrue(dir, { flags: ['--env', envFile] });
  try {
    const webhook = {
      url: `${ringtrue.url}/sms/incoming`,
      fallbackUrl: `${ringtrue.url}/sms/fallback`,
      accountSid: ringtrue.accountSid,
      authToken: ringtrue.authToken,
    };
    const results = async (): Promise<Results> => {
      const read = readResults(await (await fetch(`${ringtrue.url}/results`)).json());
      if (!read) throw new Error('these are no results');
      return read;
    };
    const before = await results();
    const chaos = { duplicated: 0, late: 0, slow: 0, longest: 0 };
    const sessions = ['KEYNOTE', 'WORKSHOP'];
    const plan = planCrowd({ phones: 30, seconds, seed: 5, chaos, sessions, firstPhone: 20_000 });
    const unsaved = new Set<PlannedText>();
    const [report] = await Promise.all([
      runCrowd(plan, webhook, (_, text, { replies, delivered }) => {
        if (!delivered || replies.some(({ body }) => body === apology)) unsaved.add(text);
      }),
      run(),
    ]);
    expectFaults(report, unsaved.size);
    await runCrowd(planAgain(plan, unsaved), webhook);
    expect(compareTally(before, await results(), expectTally(plan))).toMatchObject({
      lost: 0,
      doubled: 0,
      misread: 0,
    });
  } finally {
    await ringtrue.interrupt();
  }
  const store = await open();
  const rows = [];
  for await (const row of store.ratings('demo')) rows.push(row);
  expect(await store.tally('demo')).toEqual(tallyOf(rows));
  await store.close();
}

function expectFaults({ failed, rescued, refusals }: CrowdReport, unsaved: number): void {
  // Each text was answered in time by the webhook or its fallback: with 503, and never cut off after ten seconds.
  expect([...refusals.keys()]).toEqual([503]);
  expect(failed).toBe(0);
  // Some texts were saved by the second chance alone, and some by none.
  expect(rescued).toBeGreaterThan(unsaved);
  expect(unsaved).toBeGreaterThan(0);
}

test('SQLite, whose file another process holds for long: nothing acknowledged is lost, nothing doubled', async () => {
  const file = path.join(dir, 'ratings.db');
  await crowdMeets({
    variables: `RATINGS_FILE=${file}\n`,
    open: async () => openSqliteStore(file),
    run: async () => {
      const other = new Database(file);
      for (const [pause, hold] of [
        [500, 4_500],
        [1_500, 10_000],
      ] as const) {
        await wait(pause);
        other.exec('BEGIN IMMEDIATE');
        await wait(hold);
        other.exec('ROLLBACK');
      }
      other.close();
    },
  });
}, 120_000);

describeWith('PostgreSQL', 'PostgreSQL', (program) => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres(program);
  }, 120_000);
  afterAll(() => server?.close());

  test('cut, silent and crashing: nothing acknowledged is lost, nothing doubled', async () => {
    const url = await server.url('crowd');
    const wire = await layWire(Number(new URL(url).port));
    try {
      await crowdMeets({
        variables: `DATABASE_URL=${wire.over(url)}\n`,
        open: () => openPostgresStore(url),
        run: async () => {
          for (const moment of ['unanswered', 'unheard', 'unanswered', 'unheard'] as const) {
            await wait(250);
            wire.cutNext(moment);
          }
          for (const [silence, pause] of [
            [3_600, 4_000],
            [8_500, 0],
          ] as const) {
            wire.set('silent');
            await wait(silence);
            wire.set('open');
            await wait(pause);
            await server.crash?.();
          }
        },
      });
    } finally {
      await wire.close();
    }
  }, 120_000);
});
