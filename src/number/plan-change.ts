import { hostOf } from './lint-webhook-url';
import { messagingServicesUrl, numbersUrl } from './read-routing';
import {
  effectiveVoiceWebhook,
  type MessagingServiceSettings,
  type NumberSettings,
  type Routing,
} from './routing';

/** Where a number's texts shall go, and its calls. */
export interface Target {
  url: string;
  fallbackUrl: string;
  /** `null`: calls stay where they are. */
  voice: { url: string; takeOver: boolean } | null;
}

/** Whose webhook is set for a number in a Messaging Service that overrides it. */
export type Route = 'service' | 'number';

/** One update of one resource at Twilio, with what it takes to undo it. */
export interface Update {
  resource: 'number' | 'messaging-service';
  /** For people: which one. */
  name: string;
  url: string;
  accountSid: string;
  /** Parameters of Twilio's API. */
  from: Record<string, string>;
  to: Record<string, string>;
}

/**
 * What has to change so that the number's texts and calls go to the target: only parameters that differ. In the order in which
 * to apply it: the number's own URLs stand before a service begins to use them.
 */
export function planChange(routing: Routing, target: Target, route: Route = 'number'): Update[] {
  const { number, service } = routing;
  const overrides = service !== null && !service.useInboundWebhookOnNumber;
  const updates = [
    updateOf(number, {
      ...((!overrides || route === 'number') && {
        SmsUrl: target.url,
        SmsMethod: 'POST',
        SmsFallbackUrl: target.fallbackUrl,
        SmsFallbackMethod: 'POST',
        SmsApplicationSid: '',
      }),
      ...(target.voice &&
        takesCallsTo(routing, target.voice) && {
          VoiceUrl: target.voice.url,
          VoiceMethod: 'POST',
          VoiceApplicationSid: '',
        }),
    }),
  ];
  if (overrides) {
    updates.push(
      updateOfService(
        service,
        number.accountSid,
        route === 'number'
          ? { UseInboundWebhookOnNumber: 'true' }
          : {
              InboundRequestUrl: target.url,
              InboundMethod: 'POST',
              FallbackUrl: target.fallbackUrl,
              FallbackMethod: 'POST',
            },
      ),
    );
  }
  return updates.filter(({ to }) => Object.keys(to).length > 0);
}

/**
 * Whether calls of this number are pointed at a URL: those that nobody answers, or only Twilio's greeting for new numbers, or
 * already the same deployment; others only by `takeOver`. A SIP trunk has to be taken away by hand.
 */
export function takesCallsTo(
  routing: Routing,
  { url, takeOver }: { url: string; takeOver: boolean },
): boolean {
  const effective = effectiveVoiceWebhook(routing);
  if (effective === null || effective.decidedBy === 'trunk') return false;
  if (takeOver) return true;
  if (effective.decidedBy !== 'number') return false;
  const host = hostOf(effective.url);
  return host === '' || host === 'demo.twilio.com' || host === hostOf(url);
}

/**
 * The updates that bring back former values: those that differ from what is set now. A Messaging Service that the number has
 * left belongs to others, and stays as it is.
 */
export function planRestore(routing: Routing, former: Update[]): Update[] {
  return [...former].reverse().flatMap((update) => {
    if (hasLeft(routing, update)) return [];
    const now =
      update.resource === 'messaging-service' && routing.service
        ? updateOfService(routing.service, update.accountSid, update.from)
        : updateOf(routing.number, update.from);
    return Object.keys(now.to).length > 0 ? [now] : [];
  });
}

/** Whether an update is one of a Messaging Service that the number is no longer in, because either is gone. */
export function hasLeft({ service }: Routing, { resource, url }: Update): boolean {
  return resource === 'messaging-service' && url !== (service && urlOfService(service));
}

function updateOf(number: NumberSettings, wanted: Record<string, string>): Update {
  const current: Record<string, string> = {
    SmsUrl: number.smsUrl,
    SmsMethod: number.smsMethod,
    SmsFallbackUrl: number.smsFallbackUrl,
    SmsFallbackMethod: number.smsFallbackMethod,
    SmsApplicationSid: number.smsApplicationSid,
    VoiceUrl: number.voiceUrl,
    VoiceMethod: number.voiceMethod,
    VoiceApplicationSid: number.voiceApplicationSid,
  };
  return {
    resource: 'number',
    name: number.phoneNumber,
    url: `${numbersUrl(number.accountSid)}/${number.sid}.json`,
    accountSid: number.accountSid,
    ...difference(current, wanted),
  };
}

function updateOfService(
  service: MessagingServiceSettings,
  accountSid: string,
  wanted: Record<string, string>,
): Update {
  const current: Record<string, string> = {
    InboundRequestUrl: service.inboundUrl,
    InboundMethod: service.inboundMethod,
    FallbackUrl: service.fallbackUrl,
    FallbackMethod: service.fallbackMethod,
    UseInboundWebhookOnNumber: String(service.useInboundWebhookOnNumber),
  };
  return {
    resource: 'messaging-service',
    name: `Messaging Service "${service.name}"`,
    url: urlOfService(service),
    accountSid,
    ...difference(current, wanted),
  };
}

function urlOfService({ sid }: MessagingServiceSettings): string {
  return `${messagingServicesUrl}/${sid}`;
}

function difference(
  current: Record<string, string>,
  wanted: Record<string, string>,
): { from: Record<string, string>; to: Record<string, string> } {
  const names = Object.keys(wanted).filter((name) => wanted[name] !== current[name]);
  const pick = (values: Record<string, string>) =>
    Object.fromEntries(names.map((name) => [name, values[name] ?? '']));
  return { from: pick(current), to: pick(wanted) };
}
