import { ConfigFault } from '../storage/config-fault';
import { chooseEngine, type StoreSettings } from '../storage/store-settings';
import type { BasicCredentials } from './basic-auth';
import { isUnderLocalServer } from './local-server';

/** What handlers need to know of their deployment, read once a call from `context`. */
export interface HandlerConfig {
  accountSid: string;
  /** On Twilio's platform, which checks signatures before a protected Function runs. */
  deployed: boolean;
  /** Key of the voters' pseudonyms. */
  voterSecret: string;
  store: StoreSettings;
  /** Who may use the organiser's pages; `null`: nobody, it is not set. */
  organiser: BasicCredentials | null;
  /** What the webhook demands besides the signature; `null`: nothing. */
  webhook: BasicCredentials | null;
  /** Phones that may text `OPEN KEYNOTE`: E.164. */
  organiserNumbers: string[];
  /** The number that attendees text, E.164; `null`: not set. */
  eventNumber: string | null;
  /** Where the service is reached from outside, when that is known. */
  publicUrl: string | null;
  /** The host that the runtime believes to be; empty when it does not say. */
  domain: string;
}

const shortestSecret = 32;
const shortestPassword = 12;
const e164 = /^\+[1-9]\d{6,14}$/;

/**
 * Reads the configuration out of a handler's `context`.
 * @param deployed whether it is that of a deployment; default: what is found out
 * @throws ConfigFault one sentence that names the variable and what to do
 */
export function readConfig(context: object, deployed = isDeployed(context)): HandlerConfig {
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
  const store: StoreSettings = {
    deployed,
    accountSid,
    authToken: read('AUTH_TOKEN'),
    databaseUrl: read('DATABASE_URL'),
    syncServiceSid: read('SYNC_SERVICE_SID'),
    ratingsFile: read('RATINGS_FILE'),
  };
  chooseEngine(store);
  return {
    accountSid,
    deployed,
    voterSecret,
    store,
    organiser: readCredentials(read, 'ORGANISER'),
    webhook: readCredentials(read, 'WEBHOOK'),
    organiserNumbers: readNumbers(read('ORGANISER_NUMBERS') ?? ''),
    eventNumber: readEventNumber(read('EVENT_NUMBER')),
    publicUrl: read('PUBLIC_URL') ?? null,
    domain: read('DOMAIN_NAME') ?? '',
  };
}

function readCredentials(
  read: (name: string) => string | undefined,
  prefix: 'ORGANISER' | 'WEBHOOK',
): BasicCredentials | null {
  const user = read(`${prefix}_USER`);
  const password = read(`${prefix}_PASSWORD`);
  if (user === undefined && password === undefined) return null;
  if (user === undefined || password === undefined || user.includes(':'))
    throw new ConfigFault(
      `${prefix}_USER and ${prefix}_PASSWORD belong together, and a user has no colon: set both or neither.`,
    );
  if (password.length < shortestPassword)
    throw new ConfigFault(
      `${prefix}_PASSWORD is too short: set it to at least ${shortestPassword} random characters.`,
    );
  return { user, password };
}

function readNumbers(list: string): string[] {
  const numbers = list.split(/[\s,]+/).filter((number) => number !== '');
  if (numbers.every((number) => e164.test(number))) return numbers;
  throw new ConfigFault(
    'ORGANISER_NUMBERS is not a list of phone numbers: write them like +15551234567, with commas between.',
  );
}

function readEventNumber(number: string | undefined): string | null {
  if (number === undefined || e164.test(number)) return number ?? null;
  throw new ConfigFault('EVENT_NUMBER is not a phone number: write it like +15551234567.');
}

/**
 * Whether the code runs on Twilio's platform. Only there are both sids set and does the domain end in `twil.io`, but Twilio's local
 * server copies `.env` over all three: where it is loaded the answer is no. When in doubt the answer is no, too, and the handler
 * checks signatures itself.
 * Source: https://www.twilio.com/docs/serverless/functions-assets/functions/invocation (context)
 */
function isDeployed(context: object): boolean {
  const { SERVICE_SID, ENVIRONMENT_SID, DOMAIN_NAME } = context as Record<string, unknown>;
  return (
    typeof SERVICE_SID === 'string' &&
    /^ZS[0-9a-f]{32}$/.test(SERVICE_SID) &&
    typeof ENVIRONMENT_SID === 'string' &&
    /^ZE[0-9a-f]{32}$/.test(ENVIRONMENT_SID) &&
    typeof DOMAIN_NAME === 'string' &&
    DOMAIN_NAME.endsWith('.twil.io') &&
    !isUnderLocalServer()
  );
}
