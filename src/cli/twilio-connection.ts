import type { Send } from '../number/probe-webhook';
import type { TwilioClient } from '../twilio/twilio-api';
import { readEnvironment } from './environment';
import { makeSender } from './send-request';
import { UsageFault } from './usage-fault';

/** How commands reach Twilio: with the credentials of a real account, through a proxy where HTTP_PROXY names one. */
export interface TwilioConnection {
  accountSid: string;
  authToken: string;
  /** Variables of `.env`. */
  variables: Record<string, string>;
  /** `us1` unless TWILIO_REGION says otherwise. */
  region: string;
  client: TwilioClient;
  connect(credentials: { accountSid: string; authToken: string }): TwilioClient;
  send: Send;
}

/**
 * Where each region is entered: a host has to name both (https://www.twilio.com/docs/global-infrastructure), and the `twilio`
 * package adds none by itself.
 */
const edges: Record<string, string> = { au1: 'sydney', ie1: 'dublin', jp1: 'tokyo', us1: 'ashburn' };

/**
 * Connects with ACCOUNT_SID and AUTH_TOKEN. Demo credentials never get this far: nothing is sent to Twilio with them.
 * @throws UsageFault when there are no credentials
 */
export async function connectToTwilio({
  envFile,
  dataDir,
}: {
  envFile: string | undefined;
  dataDir: string;
}): Promise<TwilioConnection> {
  const { variables, credentials } = readEnvironment({ dir: process.cwd(), envFile, dataDir });
  const { accountSid, authToken, source } = credentials;
  if (source === 'demo' || source === 'none') {
    throw new UsageFault(
      'This needs a Twilio account, and there are only demo credentials here: set ACCOUNT_SID and AUTH_TOKEN in .env or in the environment.',
    );
  }
  const { isDemoAccount } = await import('../emulator/demo-credentials');
  if (isDemoAccount(accountSid)) {
    throw new UsageFault(
      'ACCOUNT_SID is a demo account that Twilio does not know: copy ACCOUNT_SID and AUTH_TOKEN from the Twilio Console.',
    );
  }
  // 200 ms to load, so only for the commands that talk to Twilio.
  const { default: twilio } = await import('twilio');
  const region = process.env.TWILIO_REGION || variables.TWILIO_REGION;
  const edge = process.env.TWILIO_EDGE || variables.TWILIO_EDGE || edges[region ?? ''];
  const connect: TwilioConnection['connect'] = (one) =>
    twilio(one.accountSid, one.authToken, {
      autoRetry: true,
      ...(region && { region }),
      ...(edge && { edge }),
    }) as unknown as TwilioClient;
  return {
    accountSid,
    authToken,
    variables,
    region: region ?? 'us1',
    client: connect({ accountSid, authToken }),
    connect,
    send: await makeSender(),
  };
}

/** The region in a `twil.io` name (`x-1234.dublin.ie1.twil.io`), `us1` when it has none; `undefined` for other hosts. */
export function regionOf(url: string): string | undefined {
  const host = /^https:\/\/(?:[^/?#]*@)?([^/?#:]+)/i.exec(url)?.[1]?.toLowerCase() ?? '';
  const match = /^[\w-]+(?:\.[\w-]+\.([\w-]+))?\.twil\.io$/.exec(host);
  return match ? (match[1] ?? 'us1') : undefined;
}
