import { type Deployed, readDeployed } from '../deploy/deployed-file';
import type { Reroute } from '../emulator/phone/http-exchange';
import { parseWebhookUrl } from '../emulator/phone/webhook-url';
import { findRunningEmulator } from '../emulator/running-emulator';
import { hostOf } from '../number/lint-webhook-url';
import { UsageFault } from './usage-fault';

/** Refuses what Twilio could not call. @throws UsageFault */
export function checkUrl(flag: string, url: string): void {
  const parsed = parseWebhookUrl(url);
  if (typeof parsed === 'string') throw new UsageFault(`${flag} cannot be called: ${parsed}.`);
}

/** Whether a URL is at Twilio, which knows nothing of demo credentials. */
export function isAtTwilio(url: string): boolean {
  return /^https?:\/\/(?:[^/?#]*@)?[^/?#@]*\.(?:twil\.io|twilio\.com)(?::\d+)?(?:[/?#]|$)/i.test(url);
}

/** The webhook a command works on: the one it was given, else that of the running emulator. */
export interface ChosenWebhook {
  url: string;
  /** `/results` of the same deployment, where it can be reached from here. */
  resultsUrl: string;
  /** Straight to the emulator what is addressed to its public URL; `undefined` for any other webhook. */
  reroute: Reroute | undefined;
  /** Certificate of the emulator, PEM. */
  ca: string | undefined;
  /** Neither a URL was given nor is an emulator running. */
  isGuess: boolean;
}

/** @throws UsageFault when the URL cannot be called */
export function chooseWebhook(
  given: string | undefined,
  dataDir: string,
  path = '/sms/incoming',
): ChosenWebhook {
  const running = findRunningEmulator(dataDir);
  const plain = given ?? `${running?.publicUrl ?? 'http://127.0.0.1:3000'}${path}`;
  checkUrl('--url', plain);
  const isEmulator = running !== undefined && isAtEmulator(plain, running);
  const url = withUserinfo(plain, isEmulator ? running.userinfo : userinfoOfDeployed(plain, dataDir));
  const reroute = isEmulator ? { publicUrl: running.publicUrl, edgeUrl: running.url } : undefined;
  return {
    url,
    resultsUrl: reroute ? `${reroute.edgeUrl}/results` : besideWebhook(url, 'results'),
    reroute,
    ca: running?.ca ?? undefined,
    isGuess: given === undefined && !running,
  };
}

/**
 * A webhook's URL with the user and password it demands: for the last deploy as configured here, else as it was deployed; for
 * the running emulator its own. No other host learns them.
 * @returns `notice` a sentence where some are configured and were left out
 */
export function withOwnUserinfo(
  url: string,
  { variables, dataDir }: { variables: Record<string, string>; dataDir: string },
): { url: string; notice: string | null } {
  const configured = userinfoOf(variables, process.env);
  const running = findRunningEmulator(dataDir);
  if (running && isAtEmulator(url, running))
    return { url: withUserinfo(url, running.userinfo), notice: null };
  if (isAtDeployed(url, readDeployed(dataDir)))
    return { url: withUserinfo(url, configured || userinfoOfDeployed(url, dataDir)), notice: null };
  const isLeftOut = configured !== '' && withoutUserinfo(url) === url;
  return {
    url,
    notice: isLeftOut
      ? `WEBHOOK_USER and WEBHOOK_PASSWORD are left out for ${hostOf(url)}, which is neither the last deploy nor the emulator here: if it demands them, write them into the URL.`
      : null,
  };
}

// Empty for other hosts: a password is no stranger's business.
function userinfoOfDeployed(url: string, dataDir: string): string {
  const deployed = readDeployed(dataDir);
  return isAtDeployed(url, deployed) ? deployed.userinfo : '';
}

function isAtDeployed(url: string, deployed: Deployed | undefined): deployed is Deployed {
  return deployed !== undefined && /^https:/i.test(url) && hostOf(url) === deployed.domain;
}

function isAtEmulator(url: string, { publicUrl }: { publicUrl: string }): boolean {
  return withoutUserinfo(url).startsWith(`${publicUrl}/`);
}

/** Whether a URL leads to a server of this machine. */
export function isOnThisMachine(url: string): boolean {
  const parsed = parseWebhookUrl(url);
  return typeof parsed !== 'string' && /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/i.test(parsed.hostname);
}

/** The URL of another function of the same deployment, without query and fragment. */
export function besideWebhook(url: string, name: string): string {
  return url.replace(/[?#].*/s, '').replace(/\/sms\/[^/]*$/, `/${name}`);
}

/**
 * What stands before the `@` of a webhook that demands user and password: WEBHOOK_USER and WEBHOOK_PASSWORD of the first place
 * that has both, the last one first, encoded. Empty when they are not set.
 */
export function userinfoOf(...places: Record<string, string | undefined>[]): string {
  for (const { WEBHOOK_USER, WEBHOOK_PASSWORD } of places.reverse())
    if (WEBHOOK_USER && WEBHOOK_PASSWORD)
      return `${encodeURIComponent(WEBHOOK_USER)}:${encodeURIComponent(WEBHOOK_PASSWORD)}@`;
  return '';
}

/** A URL with user and password; one that has some keeps its own. */
export function withUserinfo(url: string, userinfo: string): string {
  return /^[a-z]+:\/\/[^/?#]*@/i.test(url)
    ? url
    : url.replace('://', `://${userinfo.replace(/\$/g, '$$$$')}`);
}

export function withoutUserinfo(url: string): string {
  return url.replace(/^([a-z]+:\/\/)[^/?#]*@/i, '$1');
}
