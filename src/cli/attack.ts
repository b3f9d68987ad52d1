import path from 'node:path';
import { Command } from 'commander';
import pc from 'picocolors';
import { allAttacks } from '../emulator/attack/all-attacks';
import type { Attack } from '../emulator/attack/attack';
import { protections } from '../emulator/attack/protected-target';
import { runAgainst, sendGenuine, type Trial } from '../emulator/attack/run-against';
import { type MatrixRow, type Outcome, runMatrix } from '../emulator/attack/run-matrix';
import { readEnvironment } from './environment';
import { collect } from './option-values';
import { UsageFault } from './usage-fault';
import { type ChosenWebhook, chooseWebhook } from './webhook-option';

interface AttackOptions {
  url?: string;
  only?: string[];
  list?: boolean;
  matrix: boolean;
  env?: string;
  data: string;
  json?: boolean;
}

/** What came of the attacks on somebody's own webhook. */
interface Attacked {
  /** `null`: there was none. */
  url: string | null;
  /** Status of a genuine message: a webhook that refuses this one, too, proves nothing by what it stopped. */
  control: number | null;
  trials: Trial[];
}

/** What has to stop everything: the last two protections of the matrix, and the webhook itself. */
const trusted = ['signature+once', 'all'];

/** `ringtrue attack`: the requests that must be refused, tried for real. */
export function attackCommand(): Command {
  return new Command('attack')
    .description('Try the requests that must be refused: against each protection, and against your webhook')
    .option(
      '--url <url>',
      'a webhook of yours; harmless attacks only (default: that of the running emulator)',
    )
    .option('--only <name>', 'one attack by name; may be repeated', collect)
    .option('--list', 'list the attacks and try none')
    .option('--no-matrix', 'leave the comparison of protections out')
    .option('--env <file>', 'where ACCOUNT_SID and AUTH_TOKEN are read (default: .env)')
    .option('--data <folder>', 'the data folder of the emulator', '.ringtrue')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nThe protections are tried on a small rating application of our own, on this machine. Your webhook gets a text' +
        '\nthat counts for nothing; attack what is yours.' +
        '\n\nExit code: 0 everything was stopped, 1 an attack got through or a genuine message was refused, too,' +
        '\n2 wrong usage or nothing to attack.',
    )
    .action(attack);
}

async function attack(options: AttackOptions): Promise<void> {
  const attacks = chooseAttacks(options.only ?? []);
  if (options.list) {
    const lines = attacks.map(({ name, title }) => `${name.padEnd(24)} ${title}`);
    console.log(
      options.json ? JSON.stringify(attacks, ['name', 'title', 'goal', 'needs'], 2) : lines.join('\n'),
    );
    return;
  }
  const say = (text: string) => {
    if (process.stderr.isTTY && !options.json) process.stderr.write(`\r\u001b[K${text}`);
  };
  const target = findTarget(attacks, options);
  const rows = options.matrix
    ? await runMatrix(attacks, protections, ({ name }) => say(`${attacks.length} attacks against: ${name}`))
    : attacks.map((each): MatrixRow => ({ attack: each, outcomes: {} }));
  const attacked = await attackWebhook(attacks, { ...target, env: options.env }, say);
  const { trials } = attacked;
  say('');
  if (options.json) console.log(JSON.stringify(toJson(rows, attacked), null, 2));
  else console.log(describe(rows, attacked).join('\n'));
  const failures = [
    ...rows.filter(({ outcomes }) => trusted.some((name) => outcomes[name] === 'through')),
    ...trials.filter(({ through }) => through),
  ];
  if (failures.length > 0 || !takesGenuine(attacked)) process.exitCode = 1;
}

function chooseAttacks(names: string[]): Attack[] {
  const unknown = names.find((name) => !allAttacks.some((each) => each.name === name));
  if (unknown !== undefined) throw new UsageFault(`There is no attack ${unknown}: see --list.`);
  return allAttacks.filter(({ name }) => names.length === 0 || names.includes(name));
}

interface Target {
  /** `null`: no URL was given and no emulator is running. */
  webhook: ChosenWebhook | null;
  dataDir: string;
}

/** @throws UsageFault when there would be nothing to attack: a check that tried nothing must not look like one that passed */
function findTarget(attacks: Attack[], { url, data, matrix }: AttackOptions): Target {
  const dataDir = path.resolve(data);
  const webhook = chooseWebhook(url, dataDir);
  if (!matrix && webhook.isGuess)
    throw new UsageFault(
      'Nothing was attacked: no emulator is running, so start it or give --url, or leave --no-matrix out.',
    );
  if (!matrix && attacks.every(({ onUrl }) => onUrl === false))
    throw new UsageFault(
      `Nothing was attacked: only the comparison can tell what ${attacks.map(({ name }) => name).join(' and ')} came to, so leave --no-matrix out.`,
    );
  return { webhook: webhook.isGuess ? null : webhook, dataDir };
}

async function attackWebhook(
  attacks: Attack[],
  { webhook, dataDir, env }: Target & { env: string | undefined },
  say: (text: string) => void,
): Promise<Attacked> {
  if (webhook === null) return { url: null, control: null, trials: [] };
  const { url, reroute } = webhook;
  const { credentials } = readEnvironment({ dir: process.cwd(), envFile: env, dataDir });
  const where = { url, ...credentials, reroute };
  const shown = withoutSecrets(url);
  const control = await sendGenuine(where);
  if (control === null || control === 404) {
    const found = control === null ? 'Nothing answers' : 'There is no webhook';
    throw new UsageFault(`${found} at ${shown}: start it, or check --url.`);
  }
  let done = 0;
  const trials = await runAgainst(attacks, where, () => {
    done += 1;
    say(`attacks against ${shown}: ${done}`);
  });
  return { url: shown, control, trials };
}

function withoutSecrets(url: string): string {
  return url.replace(/\/\/[^/?#]*@/, '//').replace(/[?#].*/s, '');
}

const marks: Record<Outcome, string> = {
  stopped: pc.green('✓'),
  blind: pc.dim('–'),
  through: pc.red('✗'),
};

function describe(rows: MatrixRow[], attacked: Attacked): string[] {
  const { url, trials } = attacked;
  const columns = protections
    .filter(({ name }) => rows.some(({ outcomes }) => outcomes[name]))
    .map(({ name }) => name);
  const width = Math.max(...rows.map(({ attack: { title } }) => title.length));
  const heads = url === null ? columns : [...columns, 'yours'];
  const lines = [`${''.padEnd(width)}  ${heads.join('  ')}`];
  for (const { attack: each, outcomes } of rows) {
    const trial = trials.find((candidate) => candidate.attack.name === each.name);
    const cells = columns.map((name) => [name, outcomes[name] ? marks[outcomes[name]] : ' '] as const);
    if (url !== null) cells.push(['yours', trial ? marks[trial.through ? 'through' : 'stopped'] : ' ']);
    lines.push(
      `${each.title.padEnd(width)}  ${cells.map(([name, mark]) => mark + ' '.repeat(name.length - 1)).join('  ')}`.trimEnd(),
    );
  }
  lines.push(
    '',
    `${marks.stopped} stopped   ${marks.through} got through   ${marks.blind} nothing to start from`,
  );
  if (columns.length > 0) lines.push(summarize(rows, columns));
  lines.push(...describeTrials(attacked));
  return lines;
}

function summarize(rows: MatrixRow[], columns: string[]): string {
  const counts = columns.map((name) => {
    const through = rows.filter(({ outcomes }) => outcomes[name] === 'through').length;
    return `${name} ${through}`;
  });
  return `got through, of ${rows.length}: ${counts.join(', ')}`;
}

function describeTrials(attacked: Attacked): string[] {
  const { url, control, trials } = attacked;
  if (url === null) return ['no emulator is running and no --url was given: nothing of yours was attacked'];
  const lines: string[] = [];
  const isTaken = takesGenuine(attacked);
  const through = trials.filter((trial) => trial.through);
  const list = through.map(
    ({ attack: { name }, status }) =>
      `${name} (${status !== null && status < 300 ? '' : 'the handler '}answered ${status})`,
  );
  if (through.length > 0)
    lines.push(pc.red(`${url} let ${through.length} of ${trials.length} through: ${list.join(', ')}`));
  else if (trials.length === 0) lines.push(`none of these attacks is tried at ${url}`);
  else if (isTaken) lines.push(pc.green(`${url} stopped all ${trials.length}`));
  if (!isTaken)
    lines.push(
      pc.red(
        `${url} refused a genuine message, too (answered ${control}), so what it stopped proves nothing: set ACCOUNT_SID and AUTH_TOKEN of this webhook`,
      ),
    );
  return lines;
}

// `true` as well where there is no webhook.
function takesGenuine({ url, control }: Attacked): boolean {
  return url === null || (control !== null && control >= 200 && control < 300);
}

function toJson(rows: MatrixRow[], { url, control, trials }: Attacked): object {
  return {
    url,
    genuineMessage: control,
    attacks: rows.map(({ attack: { name, title, goal, needs }, outcomes }) => {
      const trial = trials.find((candidate) => candidate.attack.name === name);
      return {
        name,
        title,
        goal,
        needs,
        protections: outcomes,
        yours: trial ? { through: trial.through, status: trial.status } : null,
      };
    }),
  };
}
