import path from 'node:path';
import { Command } from 'commander';
import { isDemoAccount } from '../emulator/demo-credentials';
import { inspectStore, migrateStore, prepareEvent } from '../storage/open';
import { chooseEngine, type StoreSettings } from '../storage/store-settings';
import { readConfig } from '../twilio/config';
import { checkEventFile, readEventFile } from './check-event-file';
import { localVariables, readEnvironment } from './environment';
import { nearPath } from './near-path';
import { ProgressBar } from './progress-bar';
import { UsageFault } from './usage-fault';

interface MigrateFlags {
  check?: boolean;
  deployed?: boolean;
  env?: string;
  data: string;
  json?: boolean;
}

/** `ringtrue migrate`: the tables of the store that the project's variables name, made or brought to this version. */
export function migrateCommand(): Command {
  return new Command('migrate')
    .description('Make the tables for ratings, or bring them to this version')
    .option('--check', 'look only: make and change no table')
    .option('--deployed', 'where a deployment keeps ratings: Twilio Sync, unless DATABASE_URL is set')
    .option('--env <file>', 'variables of the project (default: .env)')
    .option('--data <folder>', 'where the SQLite file is, without DATABASE_URL', '.ringtrue')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nTakes all steps or none, and may be run at any time: while ratings come in, twice, from several machines. The first\n' +
        'rating would do the same; a user who may not make tables needs it done by one who may,\n' +
        'and in PostgreSQL the rights that docs/storage.md names.\n' +
        'Twilio Sync has no tables, and gets the Documents of the event in assets/event.private.json: 192, which the first texts\n' +
        'of a crowd would have to wait for.\n' +
        'Exit code: 0 the tables are up to date, 1 they are not (--check) or the store is away, 2 wrong usage or variables.',
    )
    .action(migrate);
}

async function migrate({ check, deployed, env, data, json }: MigrateFlags): Promise<void> {
  const dataDir = path.resolve(data);
  const { variables, credentials } = readEnvironment({
    dir: process.cwd(),
    envFile: env,
    dataDir,
    makeDemo: deployed !== true,
  });
  const settings = readConfig(localVariables(variables, dataDir), deployed === true).store;
  const engine = chooseEngine(settings);
  if (engine === 'sync' && isDemoAccount(credentials.accountSid)) {
    throw new UsageFault(
      'Twilio Sync needs a Twilio account, and there are only demo credentials here: set ACCOUNT_SID and AUTH_TOKEN in .env or in the environment.',
    );
  }
  const store = stores[engine](settings);
  const { from, to } = await (check ? inspectStore : migrateStore)(settings, eventId());
  const documents = engine === 'sync' && !check ? await makeDocuments(settings, json === true) : 0;
  const changed = (!check && from !== to) || documents > 0;
  if (json) console.log(JSON.stringify({ store, from, to, changed }));
  else if (documents > 0) console.log(`${store}: done: ${documents} Documents`);
  else console.log(`${store}: ${describe(from, to, check === true)}`);
  if (check && from !== to) process.exitCode = 1;
}

const stores = {
  sqlite: ({ ratingsFile = '' }: StoreSettings) => `SQLite (${nearPath(ratingsFile)})`,
  sync: () => 'Twilio Sync',
  postgres: () => 'PostgreSQL (DATABASE_URL)',
};

function eventId(): string | undefined {
  return readEventFile(process.cwd())?.event?.id;
}

async function makeDocuments(settings: StoreSettings, silent: boolean): Promise<number> {
  checkEventFile(process.cwd());
  const id = eventId() ?? '';
  const bar = new ProgressBar(192, { silent });
  try {
    return await prepareEvent(settings, id, () => bar.advance());
  } finally {
    bar.end();
  }
}

function describe(from: number, to: number, check: boolean): string {
  if (from === to) return `up to date, version ${to}`;
  const step = from === 0 ? `tables of version ${to}` : `version ${from} to ${to}`;
  return check ? `to be done: ${step}` : `done: ${step}`;
}
