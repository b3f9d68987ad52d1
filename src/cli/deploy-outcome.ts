import pc from 'picocolors';
import { writeDeployed } from '../deploy/deployed-file';
import { type Deployment, listBuilds, readDeployment, setVariablesBack } from '../deploy/deployment';
import { explainFailure } from '../deploy/explain-failure';
import { allPassed, probeRoutes, type RouteProbe } from '../deploy/probe-routes';
import type { ToolEnd } from '../deploy/run-deploy-tool';
import type { Route } from '../emulator/routes';
import type { TwilioClient } from '../twilio/twilio-api';
import type { DeployPlan } from './plan-deploy';
import type { TwilioConnection } from './twilio-connection';
import { userinfoOf } from './webhook-option';

/** Says why nothing was changed. @returns false, which is the outcome */
export function reportFaults(faults: string[], { json }: { json?: boolean }): false {
  if (json) console.log(JSON.stringify({ ok: false, error: faults[0], faults }, null, 2));
  for (const fault of faults) console.error(`ringtrue: ${fault}`);
  console.error('Nothing was changed at Twilio.');
  return false;
}

/**
 * Says what Twilio said when its tool failed, what that means, what to do, and what is active now; gives the build that stays
 * active the variables it had.
 * @returns false, which is the outcome
 */
export async function reportFailure({
  end,
  plan: { serviceName, suffix, deployed, builds: former },
  client,
  json,
}: {
  end: ToolEnd;
  plan: DeployPlan;
  client: TwilioClient;
  json: boolean | undefined;
}): Promise<false> {
  const now = await readDeployment(client, { service: serviceName, suffix }).catch(() => null);
  const builds = now ? await listBuilds(client, now.serviceSid).catch(() => []) : [];
  const failure = explainFailure(end, {
    latest: builds.filter(({ sid }) => !former.some((build) => build.sid === sid)),
    working: former.find(({ sid }) => sid === deployed?.buildSid),
  });
  const stillActive = now?.buildSid ? now.buildSid === deployed?.buildSid : false;
  const state = await leaveAsItWas({ client, now, former: deployed });
  if (json) {
    const error = `Not deployed: ${failure.meaning}`;
    console.log(JSON.stringify({ ok: false, error, failure, stillActive }, null, 2));
    return false;
  }
  console.error(pc.red('Not deployed.'));
  console.error(`  Twilio:  ${failure.said}`);
  console.error(`  means:   ${failure.meaning}`);
  console.error(`  to do:   ${failure.fix}`);
  if (state !== null) console.error(`  ${state}`);
  return false;
}

async function leaveAsItWas({
  client,
  now,
  former,
}: {
  client: TwilioClient;
  now: Deployment | null;
  former: Deployment | null;
}): Promise<string | null> {
  if (now === null)
    return former && 'What is active now is not known: Twilio could not be asked. Run it again.';
  if (now.buildSid === null) return null;
  if (now.buildSid !== former?.buildSid)
    return 'The new build is active all the same, and was not probed: run it again, or with --rollback.';
  try {
    await setVariablesBack(client, former);
    return 'What was deployed before is still active, with the variables it had.';
  } catch {
    return 'What was deployed before is still active, and some of its variables are new: run it again.';
  }
}

/** Probes a deployment route by route, and shows each as it comes. */
export function probeDeployment({
  deployment: { domain, variables },
  routes,
  twilio: { accountSid, authToken, send },
  say,
}: {
  deployment: Deployment;
  routes: Route[];
  twilio: TwilioConnection;
  say(line: string): void;
}): Promise<RouteProbe[]> {
  const credentials = (name: string) => {
    const [user, password] = [variables[`${name}_USER`], variables[`${name}_PASSWORD`]];
    return user && password ? { user, password } : null;
  };
  return probeRoutes({
    domain: domain ?? '',
    routes,
    keys: {
      accountSid,
      authToken,
      webhook: credentials('WEBHOOK'),
      organiser: credentials('ORGANISER'),
    },
    send,
    onProbe: ({ path: url, claim, status, passed }) =>
      say(`${passed ? pc.green('✓') : pc.red('✗')} ${url}  ${claim} ${pc.dim(`${status ?? 'no answer'}`)}`),
  });
}

/** Prints the addresses and the next command, and remembers the address. @returns whether every probe passed */
export function reportProbes({
  deployment: { domain, serviceSid, environmentSid, buildSid, variables },
  probes,
  takenBack,
  twilio: { accountSid, region },
  json,
  dataDir,
}: {
  deployment: Deployment;
  probes: RouteProbe[];
  /** The build before it is active again. */
  takenBack: boolean;
  twilio: TwilioConnection;
  json: boolean | undefined;
  dataDir: string;
}): boolean {
  const ok = allPassed(probes);
  if (ok && domain !== null) writeDeployed(dataDir, { accountSid, domain, userinfo: userinfoOf(variables) });
  const next = `npm run number -- +15551234567 --url https://${domain}/sms/incoming`;
  if (json) {
    const failed = probes.find(({ passed }) => !passed);
    const error = failed
      ? `${failed.path} does not do what it should (${failed.claim}): ${failed.status ?? 'no answer'}.`
      : 'There was nothing to probe.';
    const result = {
      ok,
      ...(!ok && { error }),
      domain,
      region,
      serviceSid,
      environmentSid,
      buildSid,
      takenBack,
      probes,
    };
    console.log(JSON.stringify({ ...result, next: ok ? next : null }, null, 2));
  } else if (ok) {
    console.log(`https://${domain}/              live results`);
    if (probes.some(({ path }) => path === '/organiser'))
      console.log(`https://${domain}/organiser     for you: ORGANISER_USER and ORGANISER_PASSWORD`);
    console.log(`https://${domain}/sms/incoming  webhook`);
    console.log(`next: ${next}`);
  }
  return ok;
}
