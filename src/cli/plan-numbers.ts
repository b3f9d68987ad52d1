import {
  hasLeft,
  planChange,
  planRestore,
  type Route,
  type Target,
  type Update,
} from '../number/plan-change';
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

/**
 * What brings back the former values of each number, and sentences about what stays because a number has left its Messaging
 * Service.
 * @throws TwilioFault when there are none
 */
export function planRestores(
  found: Found[],
  latest: (sid: string) => Update[] | undefined,
): { planned: PlannedNumber[]; notices: string[] } {
  const formers = found.map(({ routing: { number } }) => {
    const former = latest(number.sid);
    if (former) return former;
    throw new TwilioFault(
      `Nothing to restore for ${number.phoneNumber}: this checkout has not changed it.`,
      0,
      null,
    );
  });
  const planned: PlannedNumber[] = [];
  const notices: string[] = [];
  for (const [index, one] of found.entries()) {
    const former = formers[index] ?? [];
    // Of numbers changed together the first alone has the update of their service, and may have left it.
    const shared = formers
      .flat()
      .find((update) => update.resource === 'messaging-service' && !hasLeft(one.routing, update));
    const whole = shared && !former.some(({ url }) => url === shared.url) ? [...former, shared] : former;
    add(planned, one, (now) => planRestore(now, whole));
    for (const update of former)
      if (hasLeft(one.routing, update))
        notices.push(
          `${one.routing.number.phoneNumber} is no longer in the ${update.name}, which stays as it is.`,
        );
  }
  return { planned, notices };
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
