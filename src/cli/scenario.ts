import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import pc from 'picocolors';
import { buildBundle } from '../bundle/build-bundle';
import { chaotic } from '../emulator/crowd/plan-chaos';
import { SeededRandom } from '../emulator/crowd/seeded-random';
import { demoCredentials } from '../emulator/demo-credentials';
import { compareRuns, type Difference } from '../emulator/scenario/compare-runs';
import { openLocalStage } from '../emulator/scenario/local-stage';
import { runScenario, type Stage, type StepReport } from '../emulator/scenario/run-scenario';
import { parseScenario, type Scenario, ScenarioFault } from '../emulator/scenario/scenario-file';
import { checkEventFile } from './check-event-file';
import { localVariables } from './environment';
import { readWhole } from './option-values';
import { UsageFault } from './usage-fault';
import { webhookCredentials } from './webhook-credentials';
import { chooseWebhook } from './webhook-option';

interface ScenarioFlags {
  url?: string;
  local: boolean;
  chaos?: boolean;
  seed: number;
  env?: string;
  data: string;
  json?: boolean;
}

interface Run {
  place: string;
  steps: StepReport[];
}

interface Outcome {
  file: string;
  title: string;
  runs: Run[];
  differences: Difference[];
}

/** `ringtrue scenario`: files of texts and expectations, played here and at a deployed URL. */
export function scenarioCommand(): Command {
  return new Command('scenario')
    .description(
      'Play files of texts, waits and expectations; with --url here and there, and list the differences',
    )
    .argument('<files...>', 'scenarios, such as scenarios/first-rating.json5')
    .option('--url <url>', 'play it at this webhook too: it really votes there')
    .option('--no-local', 'play it at --url only')
    .option('--chaos', 'deliver late, slowly and several times')
    .option('--seed <number>', 'the same seed makes the same chaos', readWhole(0, 4_294_967_295), 1)
    .option('--env <file>', 'where ACCOUNT_SID and AUTH_TOKEN for --url are read (default: .env)')
    .option('--data <folder>', 'the data folder of the emulator', '.ringtrue')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nHere means: the code of this checkout, built now, with an empty store and a clock the file may set.' +
        '\nExit code: 0 all as expected and no difference, 1 not so, 2 wrong usage.',
    )
    .action(playFiles);
}

async function playFiles(files: string[], flags: ScenarioFlags): Promise<void> {
  if (!flags.local && flags.url === undefined)
    throw new UsageFault('--no-local needs --url: there is nowhere to play.');
  const scenarios = files.map((file) => ({ file, scenario: readScenario(file) }));
  const there = flags.url === undefined ? undefined : stageAt(flags.url, flags);
  if (flags.local && scenarios.some(({ scenario }) => scenario.event === null)) checkEventFile(process.cwd());
  if (flags.local) await buildBundle(process.cwd());
  const outcomes: Outcome[] = [];
  for (const { file, scenario } of scenarios) {
    const outcome = await playScenario({ file, scenario, flags, there });
    outcomes.push(outcome);
    if (!flags.json) console.log(describe(outcome).join('\n'));
  }
  if (flags.json) console.log(JSON.stringify(outcomes, null, 2));
  const bad = outcomes.some(
    ({ runs, differences }) =>
      differences.length > 0 || runs.some(({ steps }) => steps.some(({ faults }) => faults.length > 0)),
  );
  if (bad) process.exitCode = 1;
}

function readScenario(file: string): Scenario {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const isFolder = (error as NodeJS.ErrnoException).code === 'EISDIR';
    throw new UsageFault(isFolder ? `${file} is a folder: name its files.` : `There is no scenario ${file}.`);
  }
  try {
    return parseScenario(text);
  } catch (error) {
    if (error instanceof ScenarioFault) throw new UsageFault(`${file}: ${error.messages.join('; ')}`);
    throw error;
  }
}

async function playScenario({
  file,
  scenario,
  flags,
  there,
}: {
  file: string;
  scenario: Scenario;
  flags: ScenarioFlags;
  there: Omit<Stage, 'firstPhone' | 'chaos'> | undefined;
}): Promise<Outcome> {
  const runs: Run[] = [];
  if (flags.local) runs.push({ place: 'here', steps: await playHere(scenario, flags) });
  if (there) {
    // Phones that have not voted there before.
    const firstPhone = 10_000 + Math.floor(Math.random() * 8_000_000);
    runs.push({ place: 'there', steps: await playAt({ ...there, firstPhone }, scenario, flags) });
  }
  const [here, other] = runs;
  const differences = here && other ? compareRuns(here.steps, other.steps) : [];
  return { file, title: scenario.title, runs, differences };
}

async function playHere(scenario: Scenario, flags: ScenarioFlags): Promise<StepReport[]> {
  const dir = process.cwd();
  let authToken = '';
  let accountSid = '';
  const stage = await openLocalStage({
    dir,
    event: scenario.event,
    // Nothing of the project's own variables: a rehearsal must not reach a real store.
    makeVariables: (dataDir) => {
      ({ authToken, accountSid } = demoCredentials(dataDir));
      return localVariables({ ACCOUNT_SID: accountSid, AUTH_TOKEN: authToken }, dataDir);
    },
  });
  try {
    const { edge, clock } = stage;
    const webhook = { url: `${edge.url}/sms/incoming`, accountSid, authToken };
    return await playAt(
      { webhook, resultsUrl: `${edge.url}/results`, clock, firstPhone: 0 },
      scenario,
      flags,
    );
  } finally {
    await stage.close();
  }
}

async function playAt(
  stage: Omit<Stage, 'chaos'>,
  scenario: Scenario,
  { chaos, seed }: ScenarioFlags,
): Promise<StepReport[]> {
  const disturbance = chaos ? { chaos: chaotic, random: new SeededRandom(seed) } : undefined;
  try {
    return await runScenario(scenario, { ...stage, chaos: disturbance });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // A clock that can be set is that of the stage here, which nobody gave a URL for.
    const advice = stage.clock === null ? ': check --url' : '';
    throw new UsageFault(`${stage.resultsUrl} cannot be read (${error.message})${advice}.`);
  }
}

function stageAt(given: string, { env, data }: ScenarioFlags): Omit<Stage, 'firstPhone' | 'chaos'> {
  const dataDir = path.resolve(data);
  const { url, resultsUrl, reroute, ca } = chooseWebhook(given, dataDir);
  const credentials = webhookCredentials(url, { envFile: env, data });
  return {
    webhook: { url, ...credentials, reroute, ca },
    resultsUrl,
    clock: null,
  };
}

function describe({ title, file, runs, differences }: Outcome): string[] {
  const lines = [pc.bold(title), pc.dim(file)];
  for (const { place, steps } of runs) {
    if (runs.length > 1) lines.push('', `${place}:`);
    lines.push(...steps.flatMap(describeStep));
  }
  if (runs.length > 1) lines.push('', ...describeDifferences(differences));
  return [...lines, ''];
}

function describeStep({ title, seen, faults, skipped }: StepReport): string[] {
  const mark = skipped ? pc.dim('–') : faults.length > 0 ? pc.red('✗') : pc.green('✓');
  return [
    `${mark} ${title}${skipped ? pc.dim(' (needs a clock that can be set)') : ''}`,
    ...seen.map((line) => pc.dim(`    ${line}`)),
    ...faults.map((line) => pc.red(`    ${line}`)),
  ];
}

function describeDifferences(differences: Difference[]): string[] {
  if (differences.length === 0) return [pc.green('no difference between here and there')];
  return differences.flatMap(({ step, title, here, there }) => [
    pc.red(`step ${step} is different: ${title}`),
    ...here.map((line) => `    here:  ${line}`),
    ...there.map((line) => `    there: ${line}`),
  ]);
}
