import { readDeployed } from '../deploy/deployed-file';
import { findRunningEmulator } from '../emulator/running-emulator';
import { lintWebhookUrl } from '../number/lint-webhook-url';
import type { Target } from '../number/plan-change';
import { regionOf, type TwilioConnection } from './twilio-connection';
import { UsageFault } from './usage-fault';
import { withOwnUserinfo } from './webhook-option';

/** How the user says where a number's texts and calls shall go. */
export interface TargetOptions {
  url?: string;
  fallbackUrl?: string;
  overrides?: string;
  /** A URL; `true` for the one of the deployment, `false` for no change. */
  voice?: string | boolean;
}

/** The webhooks as the flags name them. @throws UsageFault for a URL that must not be set */
export function readTarget(given: string, { fallbackUrl, overrides, voice }: TargetOptions): Target {
  // A host alone means the webhook that a deploy puts there.
  const whole = /^https:\/\/[^/?#]+\/?$/i.test(given) ? `${given.replace(/\/$/, '')}/sms/incoming` : given;
  const url = withOverrides(whole, overrides);
  const origin = /^[a-z]+:\/\/[^/?#]*/i.exec(url)?.[0] ?? '';
  const fallback = withOverrides(fallbackUrl ?? `${origin}/sms/fallback`, overrides);
  const voiceUrl = withOverrides(typeof voice === 'string' ? voice : `${origin}/voice/incoming`, overrides);
  for (const [flag, text] of [
    ['--url', url],
    ['--fallback-url', fallback],
    ['--voice', voiceUrl],
  ] as const) {
    const fault = lintWebhookUrl(text);
    if (fault !== null) throw new UsageFault(`${flag} cannot be used: ${fault.replace(/\.$/, '')}.`);
  }
  // Another webhook than ours need not answer calls beside it.
  const isOurs = /^[a-z]+:\/\/[^/?#]*\/sms\/incoming(?:#|$)/i.test(url);
  const answersCalls = voice !== false && (isOurs || voice !== undefined);
  return {
    url,
    fallbackUrl: fallback,
    voice: answersCalls ? { url: voiceUrl, takeOver: voice !== undefined } : null,
  };
}

/**
 * The target with what the deployment demands: the webhook of the last deploy when none was given, or of the emulator that runs
 * under a public https:// URL, and Basic credentials where they are its own.
 * @returns `notices` about hosts that do not get them
 * @throws UsageFault also when the URL is in another region than the credentials
 */
export function completeTarget(
  target: Target | undefined,
  { twilio, options, dataDir }: { twilio: TwilioConnection; options: TargetOptions; dataDir: string },
): { target: Target; notices: string[] } {
  const plain = target ?? placeOfThisCheckout(twilio, options, dataDir);
  const notices = new Set<string>();
  const wanted = mapUrls(plain, (one) => {
    const { url, notice } = withOwnUserinfo(one, { variables: twilio.variables, dataDir });
    if (notice !== null) notices.add(notice);
    return url;
  });
  const there = regionOf(wanted.url);
  if (there !== undefined && there !== twilio.region) {
    throw new UsageFault(
      `The URL is in region ${there} and the credentials are for ${twilio.region}: tokens differ per region, so that webhook would refuse every text. Set TWILIO_REGION, or deploy to ${twilio.region}.`,
    );
  }
  return { target: wanted, notices: [...notices] };
}

function withOverrides(url: string, overrides: string | undefined): string {
  return overrides === undefined ? url : `${url.split('#', 1)[0]}#${overrides.replace(/^#/, '')}`;
}

// What Twilio can reach of this checkout: its last deploy, or the emulator under a tunnel. A number must not follow a tunnel
// by surprise, nor stay where it is not tried out.
function placeOfThisCheckout(twilio: TwilioConnection, options: TargetOptions, dataDir: string): Target {
  const domain = readDeployed(dataDir, twilio.accountSid)?.domain;
  const tunnel = findRunningEmulator(dataDir)?.publicUrl;
  const places = [
    ...(domain === undefined ? [] : [`https://${domain}`]),
    ...(tunnel?.startsWith('https://') && !isLoopbackUrl(tunnel) ? [tunnel] : []),
  ];
  const [place, other] = places;
  if (place === undefined)
    throw new UsageFault(
      'Where to? Add --url https://…/sms/incoming, run npm run deploy first, or npm start -- --public-url https://…',
    );
  if (other !== undefined)
    throw new UsageFault(
      `Where to, the last deploy or the emulator? Add --url ${place}/sms/incoming or --url ${other}/sms/incoming`,
    );
  return readTarget(`${place}/sms/incoming`, { fallbackUrl: `${place}/sms/fallback`, ...options });
}

function isLoopbackUrl(url: string): boolean {
  return /^https:\/\/(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?:[:/]|$)/i.test(url);
}

function mapUrls({ url, fallbackUrl, voice }: Target, map: (url: string) => string): Target {
  return {
    url: map(url),
    fallbackUrl: map(fallbackUrl),
    voice: voice && { ...voice, url: map(voice.url) },
  };
}
