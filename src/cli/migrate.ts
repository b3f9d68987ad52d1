import path from 'node:path';
import { Command } from 'commander';
import { inspectStore, migrateStore } from '../storage/open';
import { chooseEngine } from '../storage/store-settings';
import { readConfig } from '../twilio/config';
import { localVariables, readEnvironment } from './environment';

interface MigrateFlags {
  check?: boolean;
  env?: string;
  data: string;
  json?: boolean;
}

/** `ringtrue migrate`: the tables of the store that the project's variables name, made or brought to this version. */
export function migrateCommand(): Command {
  return new Command('migrate')
    .description('Make the tables for ratings, or bring them to this version')
    .option('--check', 'look only: make and change no table')
    .option('--env <file>', 'variables of the project (default: .env)')
    .option('--data <folder>', 'where the SQLite file is, without DATABASE_URL', '.ringtrue')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nTakes all steps or none, and may be run at any time: while ratings come in, twice, from several machines. The first\n' +
        'rating would do the same; a user who may not make tables needs it done by one who may.\n' +
        'Exit code: 0 the tables are up to date, 1 they are not (--check) or the store is away, 2 wrong usage or variables.',
    )
    .action(migrate);
}

async function migrate({ check, env, data, json }: MigrateFlags): Promise<void> {
  const dataDir = path.resolve(data);
  const { variables } = readEnvironment({ dir: process.cwd(), envFile: env, dataDir });
  const settings = readConfig(localVariables(variables, dataDir)).store;
  const { from, to } = await (check ? inspectStore(settings) : migrateStore(settings));
  const store = {
    sqlite: 'SQLite (RATINGS_FILE)',
    sync: 'Twilio Sync (SYNC_SERVICE_SID)',
    postgres: 'PostgreSQL (DATABASE_URL)',
  }[chooseEngine(settings)];
  if (json) console.log(JSON.stringify({ store, from, to, changed: !check && from !== to }));
  else console.log(`${store}: ${describe(from, to, check === true)}`);
  if (check && from !== to) process.exitCode = 1;
}

function describe(from: number, to: number, check: boolean): string {
  if (from === to) return `up to date, version ${to}`;
  const step = from === 0 ? `tables of version ${to}` : `version ${from} to ${to}`;
  return check ? `to be done: ${step}` : `done: ${step}`;
}
