import { messagingServicesUrl, numbersUrl } from './read-routing';
import type { MessagingServiceSettings, NumberSettings, Routing } from './routing';

/** Where a number's texts shall go. */
export interface Target {
  url: string;
  fallbackUrl: string;
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
 * What has to change so that the number's texts go to the target: only parameters that differ. In the order in which to
 * apply it: the number's own URLs stand before a service begins to use them.
 */
export function planChange(routing: Routing, target: Target, route: Route = 'number'): Update[] {
  const { number, service } = routing;
  const overrides = service !== null && !service.useInboundWebhookOnNumber;
  const updates: Update[] = [];
  if (!overrides || route === 'number') {
    updates.push(
      updateOf(number, {
        SmsUrl: target.url,
        SmsMethod: 'POST',
        SmsFallbackUrl: target.fallbackUrl,
        SmsFallbackMethod: 'POST',
        SmsApplicationSid: '',
      }),
    );
  }
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

/** The updates that bring back former values: those that differ from what is set now. */
export function planRestore(routing: Routing, former: Update[]): Update[] {
  return [...former].reverse().flatMap((update) => {
    const now =
      update.resource === 'number'
        ? updateOf(routing.number, update.from)
        : routing.service && update.url.endsWith(routing.service.sid)
          ? updateOfService(routing.service, update.accountSid, update.from)
          : { ...update, from: update.to, to: update.from };
    return Object.keys(now.to).length > 0 ? [now] : [];
  });
}

function updateOf(number: NumberSettings, wanted: Record<string, string>): Update {
  const current: Record<string, string> = {
    SmsUrl: number.smsUrl,
    SmsMethod: number.smsMethod,
    SmsFallbackUrl: number.smsFallbackUrl,
    SmsFallbackMethod: number.smsFallbackMethod,
    SmsApplicationSid: number.smsApplicationSid,
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
    url: `${messagingServicesUrl}/${service.sid}`,
    accountSid,
    ...difference(current, wanted),
  };
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
