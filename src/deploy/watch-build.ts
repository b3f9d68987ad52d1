import { setTimeout as wait } from 'node:timers/promises';
import type { TwilioClient } from '../twilio/twilio-api';
import { findService, listBuilds } from './deployment';

/** How far a deploy is, as seen at Twilio while its tool is silent. */
export type DeployStage = 'uploading' | 'building' | 'activating';

/**
 * Looks after the newest build of a service while a deploy runs, and tells each stage once.
 * @param formerBuilds builds that are no news
 * @param pause milliseconds between two looks
 */
export async function watchBuild(
  client: TwilioClient,
  {
    service,
    formerBuilds,
    onStage,
    signal,
    pause = 2_000,
  }: {
    /** Its unique name. */
    service: string;
    formerBuilds: string[];
    onStage(stage: DeployStage): void;
    signal: AbortSignal;
    pause?: number;
  },
): Promise<void> {
  let serviceSid: string | null = null;
  let stage: DeployStage = 'uploading';
  onStage(stage);
  while (!signal.aborted) {
    await wait(pause, undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    // A new service does not exist at first; whatever else is wrong, Twilio's tool will say.
    serviceSid ??= await findService(client, service).catch(() => null);
    const builds = serviceSid === null ? [] : await listBuilds(client, serviceSid).catch(() => []);
    const build = builds.find(({ sid }) => !formerBuilds.includes(sid));
    const now = !build ? 'uploading' : build.status === 'building' ? 'building' : 'activating';
    if (now !== stage && !signal.aborted) onStage(now);
    stage = now;
  }
}
