import { planChange, planRestore, type Route, type Target, type Update } from '../number/plan-change';
import type { Found } from '../number/read-routing';
import type { Routing } from '../number/routing';
import { TwilioFault } from '../twilio/twilio-api';
import { choose } from './ask';
import { allOf, type PlannedNumber } from './describe-routing';
import { UsageFault } from './usage-fault';

/**
 * What has to change for each number. Where a Messaging Service decides, the user says once for each service what to change.
 * @throws UsageFault when a number cannot do what was asked
 */
export async function planNumbers(
  found: Found[],
  target: Target,
  given: Route | undefined,
): Promise<PlannedNumber[]> {
  if (target.voice?.takeOver) found.forEach(refuseWithoutCalls);
  const chosen = new Map<string, Route>();
  const planned: PlannedNumber[] = [];
  for (const one of found) {
    const { service } = one.routing;
    const decides = service !== null && !service.useInboundWebhookOnNumber;
    const route = decides ? (given ?? chosen.get(service.sid) ?? (await chooseRoute(one.routing))) : 'number';
    if (decides) chosen.set(service.sid, route);
    add(planned, one, (now) => planChange(now, target, route));
  }
  return planned;
}

/** What brings back the former values of each number. @throws TwilioFault when there are none */
export function planRestores(found: Found[], latest: (sid: string) => Update[] | undefined): PlannedNumber[] {
  const planned: PlannedNumber[] = [];
  for (const one of found) {
    const { sid, phoneNumber } = one.routing.number;
    const former = latest(sid);
    if (!former) {
      throw new TwilioFault(
        `Nothing to restore for ${phoneNumber}: this checkout has not changed it.`,
        0,
        null,
      );
    }
    add(planned, one, (now) => planRestore(now, former));
  }
  return planned;
}

// Two numbers of one Messaging Service share its update.
function add(planned: PlannedNumber[], one: Found, plan: (routing: Routing) => Update[]): void {
  const others = new Set(planned.flatMap(({ updates }) => updates.map(({ url }) => url)));
  planned.push({ ...one, plan, updates: plan(one.routing).filter(({ url }) => !others.has(url)) });
}

async function chooseRoute({ service, number }: Routing): Promise<Route> {
  if (!service) return 'number';
  return choose<Route>(
    `${number.phoneNumber} is in the Messaging Service "${service.name}", which decides where its texts go.`,
    {
      flag: '--route',
      options: [
        { value: 'service', label: `set the URL of the service, for ${allOf(service)}` },
        { value: 'number', label: `make the service use each number's own URL, for ${allOf(service)}` },
      ],
    },
  );
}

function refuseWithoutCalls({ routing: { number } }: Found): void {
  if (!number.takesCalls) throw new UsageFault(`${number.phoneNumber} takes no calls: leave --voice out.`);
  if (number.trunkSid) {
    throw new UsageFault(
      `The SIP trunk ${number.trunkSid} takes the calls of ${number.phoneNumber}: take the number out of it, or leave --voice out.`,
    );
  }
}
