import path from 'node:path';
import { Command, Option } from 'commander';
import { buildBundle } from '../bundle/build-bundle';
import { activateBuild, type Deployment, findPreviousBuild, readDeployment } from '../deploy/deployment';
import { runDeployTool, type ToolEnd } from '../deploy/run-deploy-tool';
import { writeSecrets } from '../deploy/secrets';
import { removeStaleDeployInfo } from '../deploy/stale-deploy-info';
import { watchBuild } from '../deploy/watch-build';
import { type Route, readProjectFolders, readRoutes } from '../emulator/routes';
import { addingTo, TwilioFault } from '../twilio/twilio-api';
import { confirmChange } from './ask';
import { probeDeployment, reportFailure, reportFaults, reportProbes } from './deploy-outcome';
import { DeployProgress } from './deploy-progress';
import { finishAnyway, onInterrupt, orEndSaying } from './on-interrupt';
import { type DeployPlan, describePlan, planDeploy } from './plan-deploy';
import { readProject } from './read-project';
import { takeBackUnlessFine } from './take-back';
import { connectToTwilio, type TwilioConnection } from './twilio-connection';

interface DeployOptions {
  environment: string;
  production?: boolean;
  rollback?: boolean;
  yes?: boolean;
  json?: boolean;
  env?: string;
  data: string;
}

/** Everything a deploy works with. */
interface Deploying {
  twilio: TwilioConnection;
  options: DeployOptions;
  dir: string;
  dataDir: string;
  /** Of the domain; empty for production. */
  suffix: string;
  /** For people; silent with --json. */
  say(line: string): void;
}

/** `ringtrue deploy`: the project to Twilio, and proof that it refuses and answers what it should. */
export function deployCommand(): Command {
  return new Command('deploy')
    .description("Check, build, deploy with Twilio's own tool, and probe every route of what was deployed")
    .option('--environment <suffix>', 'the environment, which ends its domain name', 'dev')
    .addOption(new Option('--production', 'the environment without a suffix').conflicts('environment'))
    .option('--rollback', 'make the build before the present one active again')
    .option('--yes', 'do not ask')
    .option('--env <file>', 'variables and credentials (default: .env)')
    .option('--data <folder>', 'where the address of the deployment is kept', '.ringtrue')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nExit code: 0 deployed and every probe passed, 1 refused or failed, 2 wrong usage.\n\n' +
        'Examples:\n' +
        '  npm run deploy\n' +
        '  npm run deploy -- --production --yes\n' +
        '  npm run deploy -- --rollback',
    )
    .action(async (options: DeployOptions) => {
      const dataDir = path.resolve(options.data);
      const deploying: Deploying = {
        twilio: await connectToTwilio({ envFile: options.env, dataDir }),
        options,
        dir: process.cwd(),
        dataDir,
        suffix: options.production ? '' : options.environment,
        say: options.json ? () => {} : (line) => console.error(line),
      };
      const done = options.rollback ? await rollBack(deploying) : await deploy(deploying);
      if (!done) process.exitCode = 1;
    });
}

async function deploy(deploying: Deploying): Promise<boolean> {
  const { twilio, options, say, dataDir } = deploying;
  const plan = await planDeploy(twilio, { ...deploying, envFile: options.env });
  if (plan.faults.length > 0) return reportFaults(plan.faults, options);
  for (const line of describePlan(plan, twilio)) say(line);
  await confirmChange('Deploy this to Twilio?', options.yes === true);
  const end = await upload(plan, deploying);
  if (end.code !== 0)
    return finishAnyway(() => reportFailure({ end, plan, client: twilio.client, json: options.json }));
  const { now, probes } = await orEndSaying(
    'The build is active and only partly probed: run it again, or --rollback.',
    async () => {
      const deployment = await readWhatIsDeployed(plan, twilio);
      const { routes } = plan;
      return { now: deployment, probes: await probeDeployment({ deployment, routes, twilio, say }) };
    },
  );
  const rollback = commandFor(options, '--rollback');
  const takenBack = await finishAnyway(() =>
    takeBackUnlessFine(twilio.client, {
      probes,
      deployment: now,
      former: plan.deployed,
      suffix: plan.suffix,
      rollback,
      instead: rollback,
    }),
  );
  return reportProbes({ deployment: now, probes, takenBack, twilio, json: options.json, dataDir });
}

async function readWhatIsDeployed(
  { serviceName, suffix }: DeployPlan,
  { client }: TwilioConnection,
): Promise<Deployment> {
  const now = await addingTo(
    readDeployment(client, { service: serviceName, suffix }),
    'It is deployed and was not probed: run it again.',
  );
  if (now?.domain) return now;
  throw new TwilioFault(
    `Twilio's tool reported success, but there is no environment ${suffix || 'production'}: run it again.`,
    0,
    null,
  );
}

async function upload(
  { dir, suffix, serviceName, variables, secrets, deployed, builds }: DeployPlan,
  { twilio, options, say }: Deploying,
): Promise<ToolEnd> {
  const { accountSid, authToken, region, client } = twilio;
  if (Object.keys(secrets).length > 0) writeSecrets(path.resolve(dir, options.env ?? '.env'), secrets);
  const serviceSid = deployed?.serviceSid ?? null;
  removeStaleDeployInfo(dir, { accountSid, region, serviceSid }).forEach(say);
  const progress = new DeployProgress({ silent: options.json === true });
  const interrupted = new AbortController();
  const finished = new AbortController();
  const watching = watchBuild(client, {
    service: serviceName,
    formerBuilds: builds.map(({ sid }) => sid),
    onStage: (stage) => progress.show(stage),
    signal: finished.signal,
  });
  const run = () =>
    runDeployTool({
      dir,
      suffix,
      service: serviceSid === null ? { name: serviceName } : { sid: serviceSid },
      credentials: { accountSid, authToken },
      variables: { ...variables, ...secrets },
      region,
      signal: interrupted.signal,
    });
  return onInterrupt(
    () => interrupted.abort(),
    async () => {
      try {
        return await run();
      } finally {
        finished.abort();
        await watching;
        progress.end();
      }
    },
  );
}

// Probed after --rollback: an older build may have other routes than this checkout, which may have none that is built.
const everyBuildHas: Route[] = [
  { path: '/sms/incoming', kind: 'function', access: 'protected', filePath: '' },
  { path: '/results', kind: 'function', access: 'public', filePath: '' },
];

async function rollBack(deploying: Deploying): Promise<boolean> {
  const { twilio, options, dir, suffix, say, dataDir } = deploying;
  const { serviceName } = readProject(dir);
  const deployed = await readDeployment(twilio.client, { service: serviceName, suffix });
  const previous = deployed && (await findPreviousBuild(twilio.client, deployed));
  if (!deployed?.domain || !previous) {
    return reportFaults([`There is no build before the present one of ${serviceName}.`], options);
  }
  say(`https://${deployed.domain}: from ${deployed.buildSid} back to ${previous}`);
  await confirmChange('Make that build active again?', options.yes === true);
  const state = `${previous} is active and only partly probed: to go forward again run ${commandFor(options)}.`;
  await finishAnyway(() => activateBuild(twilio.client, deployed, previous), state);
  // Going back has to work even when what is here does not compile.
  await buildBundle(dir).catch(() => {});
  const here = (await readRoutes(dir, readProjectFolders(dir, 'deploy'))).filter(({ path: url }) =>
    /^\/(?:sms\/|results$)/.test(url),
  );
  const routes = here.length > 0 ? here : everyBuildHas;
  const probes = await orEndSaying(state, () =>
    probeDeployment({ deployment: deployed, routes, twilio, say }),
  );
  const now = { ...deployed, buildSid: previous };
  const takenBack = await finishAnyway(() =>
    takeBackUnlessFine(twilio.client, {
      probes,
      deployment: now,
      former: deployed,
      suffix,
      rollback: commandFor(options, '--rollback'),
      // What was active is the newer build, and nothing goes forward but a deploy.
      instead: commandFor(options),
    }),
  );
  return reportProbes({ deployment: now, probes, takenBack, twilio, json: options.json, dataDir });
}

/** The command for the environment at hand, to be typed next. */
function commandFor({ production, environment }: DeployOptions, ...flags: string[]): string {
  const place = production ? ['--production'] : environment === 'dev' ? [] : ['--environment', environment];
  const all = [...flags, ...place];
  return ['npm run deploy', ...(all.length > 0 ? ['--', ...all] : [])].join(' ');
}
