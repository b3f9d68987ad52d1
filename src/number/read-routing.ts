import { callTwilio, listTwilio, type TwilioClient, TwilioFault } from '../twilio/twilio-api';
import type { MessagingServiceSettings, NumberSettings, Routing } from './routing';

/** An account whose numbers can be changed, with the token that its webhooks are signed with. */
export interface NumberAccount {
  accountSid: string;
  authToken: string;
  client: TwilioClient;
}

/** Makes a client for an account. */
export type Connect = (credentials: { accountSid: string; authToken: string }) => TwilioClient;

interface NumberResource {
  sid: string;
  account_sid: string;
  phone_number: string;
  sms_url: string | null;
  sms_method: string | null;
  sms_fallback_url: string | null;
  sms_fallback_method: string | null;
  sms_application_sid: string | null;
  capabilities: { voice?: boolean } | null;
  voice_receive_mode?: string | null;
  voice_url: string | null;
  voice_method: string | null;
  voice_application_sid: string | null;
  trunk_sid: string | null;
}

interface ApplicationResource {
  sid: string;
  sms_url: string | null;
  voice_url: string | null;
}

interface ServiceResource {
  sid: string;
  friendly_name: string;
  inbound_request_url: string | null;
  inbound_method: string | null;
  fallback_url: string | null;
  fallback_method: string | null;
  use_inbound_webhook_on_number: boolean;
}

/** @see https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource */
export function numbersUrl(accountSid: string): string {
  return `https://api.twilio.com/2010-04-01/Accounts/${accountSid}/IncomingPhoneNumbers`;
}

/** @see https://www.twilio.com/docs/messaging/api/service-resource */
export const messagingServicesUrl = 'https://messaging.twilio.com/v1/Services';

/** The account itself and its active subaccounts, each with its own token: a webhook is signed with that of the number's account. */
export async function listAccounts(
  credentials: { accountSid: string; authToken: string },
  connect: Connect,
): Promise<NumberAccount[]> {
  const main = { ...credentials, client: connect(credentials) };
  const accounts = await listTwilio<{ sid: string; status: string; auth_token?: string }>(main.client, {
    url: 'https://api.twilio.com/2010-04-01/Accounts.json?Status=active&PageSize=1000',
    key: 'accounts',
    subject: 'the account',
  });
  const subaccounts = accounts
    // Without its token nothing could be signed for its numbers.
    .filter((one) => one.sid !== main.accountSid && one.status === 'active' && one.auth_token)
    .map(({ sid, auth_token: authToken = '' }) => ({ accountSid: sid, authToken }));
  return [main, ...subaccounts.map((one) => ({ ...one, client: connect(one) }))];
}

/** A number with what decides where its texts and calls go. */
export interface Found {
  account: NumberAccount;
  routing: Routing;
}

/**
 * Finds a number in the first of the accounts that has it, and what decides its routing.
 * @throws TwilioFault also when no account has it
 */
export async function findRouting(phoneNumber: string, accounts: NumberAccount[]): Promise<Found> {
  for (const account of accounts) {
    // The filter also finds numbers that only contain these digits.
    const alike = await listTwilio<NumberResource>(account.client, {
      url: `${numbersUrl(account.accountSid)}.json?PhoneNumber=${encodeURIComponent(phoneNumber)}`,
      key: 'incoming_phone_numbers',
      subject: 'the number',
    });
    const found = alike.find((number) => number.phone_number === phoneNumber);
    if (found) return { account, routing: await readRouting(account, readNumber(found)) };
  }
  throw new TwilioFault(
    `No number ${phoneNumber} in this account or its subaccounts: check the number, ACCOUNT_SID and TWILIO_REGION; a subaccount can also be used by its own ACCOUNT_SID and AUTH_TOKEN.`,
    404,
    null,
  );
}

/** The routing of every number of an account. */
export async function listRoutings(account: NumberAccount): Promise<Routing[]> {
  const numbers = await listTwilio<NumberResource>(account.client, {
    url: `${numbersUrl(account.accountSid)}.json`,
    key: 'incoming_phone_numbers',
    subject: 'the numbers',
  });
  const memberships = await readMemberships(account.client);
  return Promise.all(numbers.map((number) => readRouting(account, readNumber(number), memberships)));
}

async function readRouting(
  { client, accountSid }: NumberAccount,
  number: NumberSettings,
  known?: Map<string, MessagingServiceSettings>,
): Promise<Routing> {
  const memberships = known ?? (await readMemberships(client, number.sid));
  const readApplication = (sid: string) =>
    callTwilio<ApplicationResource>(client, {
      url: `https://api.twilio.com/2010-04-01/Accounts/${accountSid}/Applications/${sid}.json`,
      subject: 'the TwiML application of the number',
    });
  const { smsApplicationSid, voiceApplicationSid } = number;
  const application = smsApplicationSid ? await readApplication(smsApplicationSid) : null;
  const voice = voiceApplicationSid ? await readApplication(voiceApplicationSid) : null;
  return {
    number,
    application: application && { sid: application.sid, smsUrl: application.sms_url ?? '' },
    voiceApplication: voice && { sid: voice.sid, voiceUrl: voice.voice_url ?? '' },
    service: memberships.get(number.sid) ?? null,
  };
}

// There is no way to ask a number for its Messaging Service, only each service for its numbers.
async function readMemberships(
  client: TwilioClient,
  wanted?: string,
): Promise<Map<string, MessagingServiceSettings>> {
  const services = await listTwilio<ServiceResource>(client, {
    url: messagingServicesUrl,
    key: 'services',
    subject: 'the Messaging Services',
  });
  const memberships = new Map<string, MessagingServiceSettings>();
  for (const service of services) {
    const numbers = await listTwilio<{ sid: string }>(client, {
      url: `${messagingServicesUrl}/${service.sid}/PhoneNumbers`,
      key: 'phone_numbers',
      subject: 'the numbers of a Messaging Service',
    });
    for (const { sid } of numbers) memberships.set(sid, readService(service, numbers.length));
    if (wanted !== undefined && memberships.has(wanted)) break;
  }
  return memberships;
}

function readNumber(resource: NumberResource): NumberSettings {
  return {
    sid: resource.sid,
    accountSid: resource.account_sid,
    phoneNumber: resource.phone_number,
    smsUrl: resource.sms_url ?? '',
    smsMethod: resource.sms_method ?? 'POST',
    smsFallbackUrl: resource.sms_fallback_url ?? '',
    smsFallbackMethod: resource.sms_fallback_method ?? 'POST',
    smsApplicationSid: resource.sms_application_sid ?? '',
    takesCalls: resource.capabilities?.voice === true && resource.voice_receive_mode !== 'fax',
    voiceUrl: resource.voice_url ?? '',
    voiceMethod: resource.voice_method ?? 'POST',
    voiceApplicationSid: resource.voice_application_sid ?? '',
    trunkSid: resource.trunk_sid ?? '',
  };
}

function readService(resource: ServiceResource, numberCount: number): MessagingServiceSettings {
  return {
    sid: resource.sid,
    name: resource.friendly_name,
    inboundUrl: resource.inbound_request_url ?? '',
    inboundMethod: resource.inbound_method ?? 'POST',
    fallbackUrl: resource.fallback_url ?? '',
    fallbackMethod: resource.fallback_method ?? 'POST',
    useInboundWebhookOnNumber: resource.use_inbound_webhook_on_number,
    numberCount,
  };
}
