import { setTimeout as wait } from 'node:timers/promises';
import type { Route } from '../emulator/routes';
import type { Send } from '../number/probe-webhook';
import { claimsFor, type ProbeKeys, type RouteClaim } from './route-claims';

/** What a deployed route did with one kind of request. */
export interface RouteProbe {
  path: string;
  /** What was tried and what has to come of it. */
  claim: string;
  /** `null` without an answer. */
  status: number | null;
  passed: boolean;
}

// A fresh domain, and a function's first call, take a moment: tries are shared by all routes of one deploy.
const pauses = [500, 1_000, 2_000, 4_000];

/** Calls every route of a deployment as anybody could, and the protected ones also as Twilio does. */
export async function probeRoutes({
  domain,
  routes,
  keys,
  send,
  onProbe = () => {},
}: {
  domain: string;
  routes: Route[];
  keys: ProbeKeys;
  send: Send;
  onProbe?: (probe: RouteProbe) => void;
}): Promise<RouteProbe[]> {
  const probes: RouteProbe[] = [];
  const pausesLeft = [...pauses];
  for (const claim of routes.flatMap((route) => claimsFor(route, `https://${domain}`, keys))) {
    let probe = await tryOnce(claim, send);
    for (let pause = pausesLeft[0]; !probe.passed && pause !== undefined; pause = pausesLeft[0]) {
      pausesLeft.shift();
      await wait(pause);
      probe = await tryOnce(claim, send);
    }
    onProbe(probe);
    probes.push(probe);
  }
  return probes;
}

/** Whether a deployment is proven to do what it should; without a probe nothing is. */
export function allPassed(probes: RouteProbe[]): boolean {
  return probes.length > 0 && probes.every(({ passed }) => passed);
}

async function tryOnce({ path, claim, send: call, passes }: RouteClaim, send: Send): Promise<RouteProbe> {
  try {
    const answer = await call(send);
    return { path, claim, status: answer.status, passed: passes(answer) };
  } catch {
    return { path, claim, status: null, passed: false };
  }
}
