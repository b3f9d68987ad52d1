import { createHash } from 'node:crypto';

/** What the stand-in knows; each part of Twilio's API reads and changes its own. */
export interface TwilioState {
  accounts: Account[];
  numbers: PhoneNumber[];
  applications: Application[];
  messagingServices: MessagingService[];
  services: Service[];
  records: PhoneRecord[];
  /** What the next Builds end as. */
  buildOutcomes: ('completed' | 'failed')[];
}

export interface Account {
  sid: string;
  ownerSid: string;
  primaryToken: string;
  secondaryToken: string | null;
  status: 'active' | 'suspended' | 'closed';
}

export interface PhoneNumber {
  sid: string;
  accountSid: string;
  phone_number: string;
  sms_url: string;
  sms_method: string;
  sms_fallback_url: string;
  sms_fallback_method: string;
  sms_application_sid: string;
  capabilities: { sms: boolean; mms: boolean; voice: boolean; fax: boolean };
  voice_receive_mode: 'voice' | 'fax';
  voice_url: string;
  voice_method: string;
  voice_application_sid: string;
  trunk_sid: string | null;
}

/** A text, a reply or a call, as Twilio keeps it. */
export interface PhoneRecord {
  kind: 'Messages' | 'Calls';
  sid: string;
  accountSid: string;
  from: string;
  to: string;
  status: string;
}

export interface Application {
  sid: string;
  accountSid: string;
  sms_url: string;
  voice_url: string;
}

export interface MessagingService {
  sid: string;
  accountSid: string;
  friendly_name: string;
  inbound_request_url: string | null;
  inbound_method: string;
  fallback_url: string | null;
  fallback_method: string;
  use_inbound_webhook_on_number: boolean;
  numberSids: string[];
}

export interface Service {
  sid: string;
  accountSid: string;
  unique_name: string;
  /** The four digits of its domain. */
  domainNumber: string;
  functions: Resource[];
  assets: Resource[];
  versions: Version[];
  builds: Build[];
  environments: Environment[];
}

export interface Resource {
  sid: string;
  friendly_name: string;
}

export type Visibility = 'public' | 'protected' | 'private';

export interface Version {
  sid: string;
  kind: 'function' | 'asset';
  path: string;
  visibility: Visibility;
  contentType: string;
  content: Buffer;
}

export interface Build {
  sid: string;
  status: 'building' | 'completed' | 'failed';
  dependencies: { name: string; version: string }[];
  runtime: string;
  versions: Version[];
}

export interface Environment {
  sid: string;
  unique_name: string;
  domain_suffix: string | null;
  domain_name: string;
  build_sid: string | null;
  variables: { sid: string; key: string; value: string }[];
  deployments: { sid: string; build_sid: string; date_created: string }[];
}

let made = 0;

/** A sid that no other has, in the form of Twilio's. */
export function newSid(prefix: string): string {
  made += 1;
  return `${prefix}${createHash('md5').update(`stand-in ${made}`).digest('hex')}`;
}
