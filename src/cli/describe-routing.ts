import pc from 'picocolors';
import { withoutPassword } from '../number/lint-webhook-url';
import type { Update } from '../number/plan-change';
import type { NumberAccount } from '../number/read-routing';
import {
  effectiveVoiceWebhook,
  effectiveWebhook,
  type MessagingServiceSettings,
  type Routing,
} from '../number/routing';

/** A number with what is to happen to it. */
export interface PlannedNumber {
  account: NumberAccount;
  routing: Routing;
  updates: Update[];
  /** What would still have to change, for a later look at the routing. */
  plan(routing: Routing): Update[];
}

/** Where a number's texts and calls go and why, and the change as a diff. No password of a URL is shown. */
export function describeNumber({ routing, updates }: PlannedNumber): string[] {
  const lines = [pc.bold(routing.number.phoneNumber), ...describeRouting(routing)];
  for (const { resource, name, from, to } of updates) {
    const service = resource === 'messaging-service' ? routing.service : null;
    lines.push(`  change of ${service ? `the ${name}, for ${allOf(service)}` : 'the number'}:`);
    for (const [parameter, value] of Object.entries(to)) {
      lines.push(
        `    ${parameter}`,
        pc.red(`      - ${withoutPassword(from[parameter] ?? '') || '(empty)'}`),
        pc.green(`      + ${withoutPassword(value) || '(empty)'}`),
      );
    }
  }
  return lines;
}

/** The numbers that a change of a Messaging Service is for. */
export function allOf({ numberCount }: MessagingServiceSettings): string {
  return numberCount === 1 ? 'this number alone' : `all its ${numberCount} numbers`;
}

/** Where a number's texts and calls go and why. */
export function describeRouting(routing: Routing): string[] {
  const calls = effectiveVoiceWebhook(routing);
  const show = (title: string, { url, why }: { url: string; why: string }) => [
    `  ${title}: ${withoutPassword(url) || 'nowhere'}`,
    pc.dim(`         ${why}`),
  ];
  return [...show('texts', effectiveWebhook(routing)), ...(calls ? show('calls', calls) : [])];
}

/** The same for scripts. */
export function numberAsJson({ account, routing, updates }: PlannedNumber): object {
  return {
    ...routingAsJson(account, routing),
    updates: updates.map(({ resource, name, from, to }) => ({
      resource,
      name,
      from: mapValues(from, withoutPassword),
      to: mapValues(to, withoutPassword),
    })),
  };
}

interface Decision {
  url: string | null;
  decidedBy: string;
  why: string;
}

/** Where a number's texts and calls go, for scripts; `calls` is `null` for a number that takes none. */
export function routingAsJson(
  { accountSid }: NumberAccount,
  routing: Routing,
): Decision & { number: string; accountSid: string; calls: Decision | null } {
  const { url, decidedBy, why } = effectiveWebhook(routing);
  const calls = effectiveVoiceWebhook(routing);
  return {
    number: routing.number.phoneNumber,
    accountSid,
    url: withoutPassword(url) || null,
    decidedBy,
    why,
    calls: calls && { ...calls, url: withoutPassword(calls.url) || null },
  };
}

function mapValues(record: Record<string, string>, map: (value: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}
