import { ConfigFault } from '../storage/config-fault';
import type { StoreSettings } from '../storage/open';

/** What handlers need to know of their deployment, read once a call from `context`. */
export interface HandlerConfig {
  accountSid: string;
  /** On Twilio's platform, which checks signatures before a protected Function runs. */
  deployed: boolean;
  /** Key of the voters' pseudonyms. */
  voterSecret: string;
  store: StoreSettings;
}

const shortestSecret = 32;

/**
 * Reads the configuration out of a handler's `context`.
 * @throws ConfigFault one sentence that names the variable and what to do
 */
export function readConfig(context: object): HandlerConfig {
  const read = (name: string): string | undefined => {
    const value = Reflect.get(context, name);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const accountSid = read('ACCOUNT_SID');
  if (!accountSid || !/^AC[0-9a-f]{32}$/.test(accountSid)) {
    throw new ConfigFault(
      'ACCOUNT_SID is missing or not AC followed by 32 hex digits: set it in .env, or switch on "Add my Twilio Credentials to ENV" for the service.',
    );
  }
  const voterSecret = read('VOTER_SECRET');
  if (!voterSecret || voterSecret.length < shortestSecret) {
    throw new ConfigFault(
      `VOTER_SECRET is missing or too short: set it to at least ${shortestSecret} random characters.`,
    );
  }
  const deployed = isDeployed(context);
  return {
    accountSid,
    deployed,
    voterSecret,
    store: {
      deployed,
      databaseUrl: read('DATABASE_URL'),
      ratingsFile: read('RATINGS_FILE'),
    },
  };
}

/**
 * Whether the code runs on Twilio's platform. Only there are both sids set and does the domain end in `twil.io`; when in
 * doubt the answer is no, and the handler checks signatures itself.
 * Source: https://www.twilio.com/docs/serverless/functions-assets/functions/invocation (context)
 */
export function isDeployed(context: object): boolean {
  const { SERVICE_SID, ENVIRONMENT_SID, DOMAIN_NAME } = context as Record<string, unknown>;
  return (
    typeof SERVICE_SID === 'string' &&
    /^ZS[0-9a-f]{32}$/.test(SERVICE_SID) &&
    typeof ENVIRONMENT_SID === 'string' &&
    /^ZE[0-9a-f]{32}$/.test(ENVIRONMENT_SID) &&
    typeof DOMAIN_NAME === 'string' &&
    DOMAIN_NAME.endsWith('.twil.io')
  );
}
