import { existsSync } from 'node:fs';
import path from 'node:path';
import { readDeployed } from '../deploy/deployed-file';
import type { CalledWebhook } from '../doctor/project/account';
import { findUrlFault } from '../doctor/project/find-url-fault';
import type { Project } from '../doctor/project/project';
import { hostOf } from '../number/lint-webhook-url';
import { probeWebhook } from '../number/probe-webhook';
import { readEnvironment } from './environment';
import { inspectAccount } from './inspect-account';
import { makeSender } from './send-request';
import { connectToTwilio, type TwilioConnection } from './twilio-connection';
import { UsageFault } from './usage-fault';
import { userinfoOf, withUserinfo } from './webhook-option';

export interface OnlineOptions {
  env?: string | undefined;
  data: string;
  /** What Twilio would call: a tunnel to the emulator. */
  publicUrl?: string | undefined;
  /** In E.164. */
  number: readonly string[];
  /** Takes a line about what is being waited for. */
  say: (line: string) => void;
}

/** Where ringtrue's own webhook is. Others are not called: nobody knows what their handlers do with a text. */
const webhookPath = '/sms/incoming';

/** Adds to a project what Twilio says of its account, and what its webhooks do when they are called. */
export async function inspectOnline(project: Project, options: OnlineOptions): Promise<Project> {
  const dataDir = path.resolve(options.data);
  const publicUrl = options.publicUrl ?? project.environment.variables.PUBLIC_URL;
  const called = await callPublicUrl(project, publicUrl, { env: options.env, dataDir, say: options.say });
  const twilio = hasCredentials(project) ? await connect(options.env, dataDir) : null;
  if (twilio === null) return { ...project, called };
  options.say("asking Twilio where the account's numbers lead");
  const { send, ...connection } = twilio;
  const asked = await inspectAccount({
    ...connection,
    numbers: options.number.length > 0 ? options.number : namedNumbers(project),
    isOurs: ourHosts(project, readDeployed(dataDir, twilio.accountSid)?.domain, publicUrl),
    send: project.builtByRingtrue ? send : undefined,
  });
  return { ...project, account: asked.account, called: [...called, ...asked.called] };
}

// Reading the environment without any makes some up and keeps them, and nothing is to be changed here.
function hasCredentials({ environment, processVariables }: Project): boolean {
  return [processVariables, environment.variables].some((place) =>
    Boolean(place.ACCOUNT_SID && place.AUTH_TOKEN),
  );
}

// Faulty credentials have findings of their own, and made-up ones never go to Twilio.
async function connect(envFile: string | undefined, dataDir: string): Promise<TwilioConnection | null> {
  try {
    return await connectToTwilio({ envFile, dataDir });
  } catch (error) {
    if (error instanceof UsageFault) return null;
    throw error;
  }
}

// A tunnel leads to the emulator, which knows the credentials made up for this checkout.
async function callPublicUrl(
  project: Project,
  publicUrl: string | undefined,
  { env, dataDir, say }: { env: string | undefined; dataDir: string; say: OnlineOptions['say'] },
): Promise<CalledWebhook[]> {
  const known = hasCredentials(project) || existsSync(path.join(dataDir, 'credentials.json'));
  if (!publicUrl || !known || !project.builtByRingtrue || findUrlFault(publicUrl) !== null) return [];
  const url = `${publicUrl.replace(/\/$/, '')}${webhookPath}`;
  say(`calling ${url}`);
  try {
    const { accountSid, authToken } = readEnvironment({
      dir: process.cwd(),
      envFile: env,
      dataDir,
    }).credentials;
    const { fault } = await probeWebhook({
      url: withUserinfo(url, userinfoOf(project.environment.variables, process.env)),
      accountSid,
      authToken,
      send: await makeSender(),
    });
    return [{ url, fault }];
  } catch (error) {
    if (error instanceof UsageFault) return [];
    throw error;
  }
}

// The convention of Twilio's function templates.
function namedNumbers({ environment }: Project): string[] {
  const number = environment.variables.TWILIO_PHONE_NUMBER;
  return number && /^\+[1-9]\d{6,14}$/.test(number) ? [number] : [];
}

// `hotline-1234.twil.io`, `hotline-1234-dev.twil.io`, `hotline-1234-dev.dublin.ie1.twil.io`
function ourHosts(
  { settings }: Project,
  domain: string | undefined,
  publicUrl: string | undefined,
): (url: string) => boolean {
  const { serviceName } = settings.values;
  const named = typeof serviceName === 'string' && /^[\w-]+$/.test(serviceName) ? serviceName : null;
  const ours = named
    ? new RegExp(`^${named}-\\d{4}(?:-[\\w-]+)?(?:\\.[\\w-]+\\.[\\w-]+)?\\.twil\\.io$`, 'i')
    : /$^/;
  return (url) => {
    const host = hostOf(url);
    return host !== '' && (ours.test(host) || host === domain || host === hostOf(publicUrl ?? ''));
  };
}
