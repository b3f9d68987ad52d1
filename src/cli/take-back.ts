import { activateBuild, type Deployment, readDeployment, setVariablesBack } from '../deploy/deployment';
import { allPassed, type RouteProbe } from '../deploy/probe-routes';
import { addingTo, type TwilioClient } from '../twilio/twilio-api';

/**
 * Makes the build active again that was active before, and then gives it the variables it had, unless every probe passed: code
 * that refuses Twilio, or lets everybody in, must not stay where a working build was.
 * @param suffix of the domain; empty for production
 * @param rollback the command that goes back one build in this environment
 * @param instead what to run when the former build cannot be made active again
 * @returns whether it was taken back
 * @throws TwilioFault that says what is active and what to do
 */
export async function takeBackUnlessFine(
  client: TwilioClient,
  {
    probes,
    deployment,
    former,
    suffix,
    rollback,
    instead,
  }: {
    probes: RouteProbe[];
    deployment: Deployment;
    former: Deployment | null;
    suffix: string;
    rollback: string;
    instead: string;
  },
): Promise<boolean> {
  if (allPassed(probes)) return false;
  if (!former?.buildSid) {
    console.error(
      'ringtrue: what is deployed does not do what it should, and there is no build before it: correct it and run it again.',
    );
    return false;
  }
  const { buildSid } = former;
  // The variables afterwards: what is not taken back keeps those it was deployed with.
  await activateBuild(client, deployment, buildSid).catch(async (error: unknown) => {
    // A request without an answer may have arrived.
    const now = await readDeployment(client, { service: deployment.serviceSid, suffix }).catch(() => null);
    if (now?.buildSid === buildSid) return;
    await addingTo(
      Promise.reject(error),
      now
        ? `What is deployed does not do what it should, is still active and could not be taken back: run ${instead}.`
        : `What is deployed does not do what it should, and whether ${buildSid} is active again is not known: ${rollback} names the active build before it asks.`,
    );
  });
  await addingTo(
    setVariablesBack(client, former),
    `That build does not do what it should; ${buildSid} is active again, but not with all the variables it had: set them in the Twilio Console, or correct what is here and run npm run deploy.`,
  );
  console.error(
    `ringtrue: that build does not do what it should; ${buildSid} is active again, with the variables it had.`,
  );
  return true;
}
