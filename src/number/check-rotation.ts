import { callTwilio, type TwilioClient, TwilioFault } from '../twilio/twilio-api';
import { probeWebhook, type Send } from './probe-webhook';

/** What one of an account's two Auth Tokens is good for at this moment. */
export interface TokenState {
  /** The variable it stands in. */
  variable: 'AUTH_TOKEN' | 'AUTH_TOKEN_SECONDARY';
  /** Twilio's API takes requests with it. */
  opensApi: boolean;
  /** The deployed webhook answers what is signed with it: it is the primary token. `null` without a URL to ask. */
  signsWebhooks: boolean | null;
  /** The edge on this machine answers what is signed with it. `null` when none is running. */
  acceptedLocally: boolean | null;
}

/** A webhook that can be tried with either token. */
export interface TriedWebhook {
  url: string;
  send: Send;
}

/**
 * Tries both tokens of an account during a rotation, changing nothing.
 * @throws TwilioFault when Twilio's API or a webhook answers neither yes nor no
 */
export async function checkRotation({
  accountSid,
  tokens,
  deployed,
  local,
  connect,
}: {
  accountSid: string;
  tokens: { AUTH_TOKEN: string; AUTH_TOKEN_SECONDARY: string };
  deployed: TriedWebhook | null;
  local: TriedWebhook | null;
  connect: (credentials: { accountSid: string; authToken: string }) => TwilioClient;
}): Promise<TokenState[]> {
  const states: TokenState[] = [];
  for (const variable of ['AUTH_TOKEN', 'AUTH_TOKEN_SECONDARY'] as const) {
    const credentials = { accountSid, authToken: tokens[variable] };
    states.push({
      variable,
      opensApi: await opensApi(accountSid, connect(credentials)),
      signsWebhooks: deployed && (await accepts(deployed, credentials)),
      acceptedLocally: local && (await accepts(local, credentials)),
    });
  }
  return states;
}

/** What is wrong, as sentences; empty when the rotation can go on. */
export function rotationFaults(states: TokenState[]): string[] {
  const faults = states.flatMap(({ variable, opensApi, acceptedLocally }) => [
    ...(opensApi
      ? []
      : [`Twilio does not take ${variable}: it is neither the primary nor the secondary token.`]),
    ...(acceptedLocally === false
      ? [
          `The edge on this machine refuses what is signed with ${variable}: start it again, so that it reads .env.`,
        ]
      : []),
  ]);
  const signing = states.map(({ signsWebhooks }) => signsWebhooks);
  if (signing.every((answer) => answer === false)) {
    faults.push(
      'The webhook accepts neither token: it belongs to another account, or the promotion is less than a minute old.',
    );
  }
  if (signing.every((answer) => answer === true))
    faults.push('The webhook accepts both tokens: they are the same, or it does not check as Twilio does.');
  return faults;
}

async function opensApi(accountSid: string, client: TwilioClient): Promise<boolean> {
  try {
    await callTwilio(client, {
      url: `https://api.twilio.com/2010-04-01/Accounts/${accountSid}.json`,
      subject: 'the account',
    });
    return true;
  } catch (error) {
    if (error instanceof TwilioFault && error.status === 401) return false;
    throw error;
  }
}

async function accepts(
  { url, send }: TriedWebhook,
  credentials: { accountSid: string; authToken: string },
): Promise<boolean> {
  const { signed, fault, unsigned } = await probeWebhook({ url, send, ...credentials });
  if (signed === null) throw new TwilioFault(`The webhook cannot be tried: ${fault}.`, unsigned ?? 0, null);
  return signed !== 403;
}
