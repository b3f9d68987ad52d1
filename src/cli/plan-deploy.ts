import { buildBundle } from '../bundle/build-bundle';
import { checkConfiguration } from '../deploy/check-configuration';
import { checkLimits } from '../deploy/check-limits';
import { type BuildResource, type Deployment, listBuilds, readDeployment } from '../deploy/deployment';
import { loadFunctions } from '../deploy/load-functions';
import { deployedVariables, makeMissingSecrets } from '../deploy/secrets';
import { checkProject } from '../doctor/project/check-project';
import { type Route, readProjectFolders, readRoutes } from '../emulator/routes';
import { callTwilio } from '../twilio/twilio-api';
import { inspectProject } from './inspect-project';
import { readProject } from './read-project';
import type { TwilioConnection } from './twilio-connection';

/** Everything that is known before anything is changed. */
export interface DeployPlan {
  dir: string;
  /** Of the domain; empty for production. */
  suffix: string;
  serviceName: string;
  routes: Route[];
  /** As they are here. */
  variables: Record<string, string>;
  /** Made up now, to be kept in `.env` and deployed. */
  secrets: Record<string, string>;
  /** `null` before the first deploy. */
  deployed: Deployment | null;
  /** Builds of the service so far. */
  builds: BuildResource[];
  /** Sentences; with any of them nothing is deployed. */
  faults: string[];
}

/**
 * Builds the project in `dir`, asks Twilio what is there, and checks what would be deployed. Changes nothing at Twilio.
 * @throws BundleFault, TwilioFault, UsageFault
 */
export async function planDeploy(
  { client, accountSid, variables: file }: TwilioConnection,
  {
    dir,
    suffix,
    envFile,
    say,
  }: { dir: string; suffix: string; envFile?: string | undefined; say(line: string): void },
): Promise<DeployPlan> {
  const { serviceName, dependencies } = readProject(dir);
  say('building');
  await buildBundle(dir);
  const routes = await readRoutes(dir, readProjectFolders(dir, 'deploy'));
  say('asking Twilio what is deployed');
  await callTwilio(client, {
    url: `https://api.twilio.com/2010-04-01/Accounts/${accountSid}.json`,
    subject: 'the account',
  });
  const deployed = await readDeployment(client, { service: serviceName, suffix });
  const builds = deployed ? await listBuilds(client, deployed.serviceSid) : [];
  const variables = deployedVariables(file, process.env);
  const there = deployed?.variables ?? {};
  const secrets = makeMissingSecrets(variables, there);
  const sent = { ...variables, ...secrets };
  const faults = [
    ...checkLimits({ serviceName, suffix, variables: sent, there, dependencies, routes }),
    ...checkConfiguration({ ...there, ...sent }, accountSid),
    ...(await loadFunctions({ dir, routes, dependencies: Object.keys(dependencies) })),
  ];
  if (faults.length === 0) faults.push(...(await diagnose({ dir, envFile, say })));
  return { dir, suffix, serviceName, routes, variables, secrets, deployed, builds, faults };
}

/** What else the doctor finds: its errors are faults, its warnings are only said. */
async function diagnose({
  dir,
  envFile,
  say,
}: {
  dir: string;
  envFile: string | undefined;
  say(line: string): void;
}): Promise<string[]> {
  const findings = checkProject(await inspectProject(dir, { envFile }));
  for (const { severity, title, detail } of findings)
    if (severity === 'warning') say(`! ${title}: ${detail}`);
  return findings
    .filter(({ severity }) => severity === 'error')
    .map(({ code, detail, fix }) => `${detail} ${fix} (${code}, see docs/findings)`);
}

/** The plan as lines for people. Names of variables only: values are nobody's business. */
export function describePlan(plan: DeployPlan, { accountSid, region }: TwilioConnection): string[] {
  const { suffix, serviceName, routes, variables, secrets, deployed } = plan;
  const there = deployed?.variables ?? {};
  const names = (chosen: (name: string, value: string) => boolean) =>
    Object.entries(variables)
      .filter(([name, value]) => chosen(name, value))
      .map(([name]) => name);
  const line = (title: string, list: string[]) =>
    list.length > 0 ? [`${title.padEnd(13)}${list.sort().join(', ')}`] : [];
  return [
    `account      ${accountSid}${region === 'us1' ? '' : `, region ${region}`}`,
    `service      ${serviceName}${deployed ? '' : ' (new)'}`,
    `environment  ${suffix || 'production'}${deployed?.domain ? `, https://${deployed.domain}` : ' (new)'}`,
    ...(['protected', 'public', 'private'] as const).flatMap((access) =>
      line(
        access,
        routes.filter((route) => route.access === access).map(({ path: url }) => url),
      ),
    ),
    ...line(
      'variables',
      names((name, value) => there[name] === value),
    ),
    ...line(
      '  new',
      names((name) => there[name] === undefined),
    ),
    ...line(
      '  changed',
      names((name, value) => there[name] !== undefined && there[name] !== value),
    ),
    ...line(
      '  only there',
      Object.keys(there).filter((name) => !(name in variables)),
    ),
    ...line('  made up', Object.keys(secrets)),
    ...(Object.keys(secrets).length > 0 ? ['             kept in .env, never printed'] : []),
    ...(there.VOTER_SECRET && variables.VOTER_SECRET && there.VOTER_SECRET !== variables.VOTER_SECRET
      ? [
          '! VOTER_SECRET changes: who has rated can rate once more. Take it out of .env to keep the one there.',
        ]
      : []),
  ];
}
