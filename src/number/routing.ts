/** Where Twilio delivers the texts and calls of a number: the settings that decide it, as read from Twilio's API. */
export interface Routing {
  number: NumberSettings;
  /** The TwiML application that the number names for texts. */
  application: { sid: string; smsUrl: string } | null;
  /** The one that it names for calls. */
  voiceApplication: { sid: string; voiceUrl: string } | null;
  /** The Messaging Service that the number is in: at most one. */
  service: MessagingServiceSettings | null;
}

export interface NumberSettings {
  sid: string;
  accountSid: string;
  phoneNumber: string;
  smsUrl: string;
  smsMethod: string;
  smsFallbackUrl: string;
  smsFallbackMethod: string;
  /** Empty when none. */
  smsApplicationSid: string;
  /** It has a voice and is not set to receive faxes. */
  takesCalls: boolean;
  voiceUrl: string;
  voiceMethod: string;
  /** Empty when none. */
  voiceApplicationSid: string;
  /** The SIP trunk that takes its calls; empty when none. */
  trunkSid: string;
}

export interface MessagingServiceSettings {
  sid: string;
  name: string;
  /** Empty when none. */
  inboundUrl: string;
  inboundMethod: string;
  fallbackUrl: string;
  fallbackMethod: string;
  useInboundWebhookOnNumber: boolean;
  /** How many numbers it has, all of which a change of it is for. */
  numberCount: number;
}

export interface EffectiveWebhook {
  decidedBy: 'messaging-service' | 'application' | 'number';
  /** Empty: texts are dropped. */
  url: string;
  why: string;
}

/**
 * Which of the settings decides where texts go, and why.
 *
 * A Messaging Service decides unless it says to use the number's webhook; then a TwiML application decides before the
 * number's own URLs. Sources: https://www.twilio.com/docs/messaging/api/service-resource (InboundRequestUrl,
 * UseInboundWebhookOnNumber) and https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource
 * (SmsApplicationSid: "we ignore all of the sms_*_url urls").
 */
export function effectiveWebhook({ number, application, service }: Routing): EffectiveWebhook {
  if (service && !service.useInboundWebhookOnNumber) {
    return {
      decidedBy: 'messaging-service',
      url: service.inboundUrl,
      why: service.inboundUrl
        ? `the number is in the Messaging Service "${service.name}", whose inbound URL overrides the number's`
        : `the number is in the Messaging Service "${service.name}", which has no inbound URL: Twilio drops every text and logs nothing`,
    };
  }
  const through = service ? `; the Messaging Service "${service.name}" leaves it to the number` : '';
  if (number.smsApplicationSid) {
    return {
      decidedBy: 'application',
      url: application?.smsUrl ?? '',
      why: `the number names the TwiML application ${number.smsApplicationSid}, which overrides its own URLs${through}`,
    };
  }
  return {
    decidedBy: 'number',
    url: number.smsUrl,
    why: number.smsUrl ? `the number's own URL${through}` : `the number has no URL${through}`,
  };
}

export interface EffectiveVoiceWebhook {
  decidedBy: 'trunk' | 'application' | 'number';
  /** Empty: nothing answers a call, or what does has no URL. */
  url: string;
  why: string;
}

/**
 * Which of the settings decides where calls go, and why: a SIP trunk, then a TwiML application, then the number's own URL.
 * Source: https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource (TrunkSid: "we ignore all of the voice
 * urls and voice applications"; VoiceApplicationSid: "we ignore all of the voice urls")
 * @returns `null` for a number that takes no calls
 */
export function effectiveVoiceWebhook({ number, voiceApplication }: Routing): EffectiveVoiceWebhook | null {
  if (!number.takesCalls) return null;
  if (number.trunkSid)
    return { decidedBy: 'trunk', url: '', why: `the SIP trunk ${number.trunkSid} takes its calls` };
  if (number.voiceApplicationSid) {
    return {
      decidedBy: 'application',
      url: voiceApplication?.voiceUrl ?? '',
      why: `the number names the TwiML application ${number.voiceApplicationSid}, which overrides its own URL`,
    };
  }
  return {
    decidedBy: 'number',
    url: number.voiceUrl,
    why: number.voiceUrl ? "the number's own URL" : 'the number has no URL for calls',
  };
}
