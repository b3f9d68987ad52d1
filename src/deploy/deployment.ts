import { callTwilio, listTwilio, type TwilioClient, TwilioFault } from '../twilio/twilio-api';

/** What Twilio has of a project: its service and, once something was deployed there, one environment of it. */
export interface Deployment {
  serviceSid: string;
  environmentSid: string | null;
  domain: string | null;
  /** The active build. */
  buildSid: string | null;
  /** As they are set at Twilio; secrets among them. */
  variables: Record<string, string>;
}

interface VariableResource {
  sid: string;
  key: string;
  value: string;
}

interface EnvironmentResource {
  sid: string;
  domain_suffix: string | null;
  domain_name: string;
  build_sid: string | null;
}

export interface BuildResource {
  sid: string;
  status: 'building' | 'completed' | 'failed';
  dependencies: { name: string; version: string }[] | null;
}

const servicesUrl = 'https://serverless.twilio.com/v1/Services';

/** The sid of the service with this unique name; `null` when this account has none. */
export async function findService(client: TwilioClient, name: string): Promise<string | null> {
  try {
    const { sid } = await callTwilio<{ sid: string }>(client, {
      url: `${servicesUrl}/${encodeURIComponent(name)}`,
      subject: 'the service',
    });
    return sid;
  } catch (error) {
    if (error instanceof TwilioFault && error.status === 404) return null;
    throw error;
  }
}

/**
 * Reads what is deployed under a service name.
 * @param suffix of the domain: `dev`; empty for production
 * @returns `null` when there is no such service in this account
 * @see https://www.twilio.com/docs/serverless/api
 */
export async function readDeployment(
  client: TwilioClient,
  { service, suffix }: { service: string; suffix: string },
): Promise<Deployment | null> {
  const serviceSid = await findService(client, service);
  if (serviceSid === null) return null;
  const environments = await listTwilio<EnvironmentResource>(client, {
    url: `${servicesUrl}/${serviceSid}/Environments`,
    key: 'environments',
    subject: 'the environments',
  });
  const environment = environments.find(({ domain_suffix }) => (domain_suffix ?? '') === suffix);
  if (!environment) return { serviceSid, environmentSid: null, domain: null, buildSid: null, variables: {} };
  const variables = await listVariables(client, { serviceSid, environmentSid: environment.sid });
  return {
    serviceSid,
    environmentSid: environment.sid,
    domain: environment.domain_name,
    buildSid: environment.build_sid,
    variables: Object.fromEntries(variables.map(({ key, value }) => [key, value])),
  };
}

/**
 * The build that was active before the present one was activated for the first time; `null` when there was none. Going back
 * twice goes back two builds, and a build that was taken back is never the one to go back to.
 */
export async function findPreviousBuild(
  client: TwilioClient,
  { serviceSid, environmentSid, buildSid }: Deployment,
): Promise<string | null> {
  if (environmentSid === null) return null;
  const deployments = await listTwilio<{ build_sid: string; date_created: string }>(client, {
    url: `${servicesUrl}/${serviceSid}/Environments/${environmentSid}/Deployments`,
    key: 'deployments',
    subject: 'the deployments',
  });
  // Newest first, and dates have whole seconds: turned round before the sort, which keeps equal ones as they are.
  const builds = deployments
    .reverse()
    .sort((one, other) => Date.parse(one.date_created) - Date.parse(other.date_created))
    .map(({ build_sid: build }) => build);
  const first = buildSid === null ? -1 : builds.indexOf(buildSid);
  return builds[first - 1] ?? null;
}

/** Makes a build the active one of an environment. */
export async function activateBuild(
  client: TwilioClient,
  { serviceSid, environmentSid }: Deployment,
  buildSid: string,
): Promise<void> {
  await callTwilio(client, {
    url: `${servicesUrl}/${serviceSid}/Environments/${environmentSid}/Deployments`,
    form: { BuildSid: buildSid },
    subject: 'the build',
  });
}

/** All builds of a service. */
export function listBuilds(client: TwilioClient, serviceSid: string): Promise<BuildResource[]> {
  return listTwilio(client, {
    url: `${servicesUrl}/${serviceSid}/Builds?PageSize=100`,
    key: 'builds',
    subject: 'the builds',
  });
}

type Place = { serviceSid: string; environmentSid: string | null };

function variablesUrl({ serviceSid, environmentSid }: Place): string {
  return `${servicesUrl}/${serviceSid}/Environments/${environmentSid}/Variables`;
}

function listVariables(client: TwilioClient, place: Place): Promise<VariableResource[]> {
  return listTwilio(client, { url: variablesUrl(place), key: 'variables', subject: 'the variables' });
}

/**
 * Gives an environment the variables that it had: they are changed before a build is activated, and what was active before has
 * to run with what it ran with.
 * @returns the names of those that were changed back
 */
export async function setVariablesBack(client: TwilioClient, former: Deployment): Promise<string[]> {
  if (former.environmentSid === null) return [];
  const names: string[] = [];
  for (const { sid, key, value } of await listVariables(client, former)) {
    const before = former.variables[key];
    if (before === value) continue;
    const url = `${variablesUrl(former)}/${sid}`;
    const subject = `the variable ${key}`;
    await (before === undefined
      ? callTwilio(client, { url, subject, method: 'delete' })
      : callTwilio(client, { url, subject, form: { Value: before } }));
    names.push(key);
  }
  return names;
}
