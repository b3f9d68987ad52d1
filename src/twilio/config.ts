import { ConfigFault } from '../storage/config-fault';
import { chooseEngine, type StoreSettings } from '../storage/store-settings';
import type { BasicCredentials } from './basic-auth';
import { isUnderLocalServer } from './local-server';

/**
 * What handlers need to know of their deployment, out of a call's `context`. Each is read when it is asked for, and a fault is thrown
 * there: what a text does not need cannot cost it.
 */
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
 * The configuration in a handler's `context`. Throws nothing itself: what is wrong throws a `ConfigFault` where it is asked for.
 * @param deployed whether it is that of a deployment; default: what is found out
 */
export function readConfig(context: object, deployed = isDeployed(context)): HandlerConfig {
  const read = (name: string): string | undefined => {
    const value = Reflect.get(context, name);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  return {
    get accountSid() {
      return readAccountSid(read('ACCOUNT_SID'));
    },
    deployed,
    get voterSecret() {
      return readVoterSecret(read('VOTER_SECRET'));
    },
    get store() {
      return readStoreSettings(read, deployed);
    },
    get organiser() {
      return readCredentials(read, 'ORGANISER');
    },
    get webhook() {
      return readCredentials(read, 'WEBHOOK');
    },
    get organiserNumbers() {
      return readNumbers(read('ORGANISER_NUMBERS') ?? '');
    },
    get eventNumber() {
      return readEventNumber(read('EVENT_NUMBER'));
    },
    publicUrl: read('PUBLIC_URL') ?? null,
    domain: read('DOMAIN_NAME') ?? '',
  };
}

/**
 * Reads all of the configuration at once, for whoever can still do something about it.
 * @throws ConfigFault one sentence that names the first variable that is wrong, and what to do
 */
export function checkConfig(context: object, deployed?: boolean): HandlerConfig {
  return { ...readConfig(context, deployed) };
}

type ReadVariable = (name: string) => string | undefined;

function readAccountSid(sid: string | undefined): string {
  if (sid && /^AC[0-9a-f]{32}$/.test(sid)) return sid;
  throw new ConfigFault(
    'ACCOUNT_SID is missing or not AC followed by 32 hex digits: set it in .env, or switch on "Add my Twilio Credentials to ENV" for the service.',
  );
}

function readVoterSecret(secret: string | undefined): string {
  if (secret && secret.length >= shortestSecret) return secret;
  throw new ConfigFault(
    `VOTER_SECRET is missing or too short: set it to at least ${shortestSecret} random characters.`,
  );
}

function readStoreSettings(read: ReadVariable, deployed: boolean): StoreSettings {
  const store = {
    deployed,
    accountSid: readAccountSid(read('ACCOUNT_SID')),
    authToken: read('AUTH_TOKEN'),
    databaseUrl: read('DATABASE_URL'),
    syncServiceSid: read('SYNC_SERVICE_SID'),
    ratingsFile: read('RATINGS_FILE'),
  };
  chooseEngine(store);
  return store;
}

function readCredentials(read: ReadVariable, prefix: 'ORGANISER' | 'WEBHOOK'): BasicCredentials | null {
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
