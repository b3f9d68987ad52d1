import type { Route } from '../emulator/routes';
import {
  basicHeader,
  harmlessCall,
  harmlessMessage,
  isTwiml,
  type ProbeAnswer,
  type Send,
} from '../number/probe-webhook';
import { sign } from '../signature/index';

/** What proves who calls. */
export interface ProbeKeys {
  accountSid: string;
  authToken: string;
  /** Basic credentials that webhooks demand besides the signature; `null`: none. */
  webhook: { user: string; password: string } | null;
  /** Basic credentials of the organiser; `null`: not known here. */
  organiser: { user: string; password: string } | null;
}

/** One thing that a deployed route has to do. */
export interface RouteClaim {
  path: string;
  /** What is tried, and what has to come of it. */
  claim: string;
  send(send: Send): Promise<ProbeAnswer>;
  passes(answer: ProbeAnswer): boolean;
}

/**
 * What a route has to do, seen from outside. Texts and calls that are sent count nowhere.
 * @param base of its URL: `https://host`
 */
export function claimsFor(route: Route, base: string, keys: ProbeKeys): RouteClaim[] {
  const { path, kind, access } = route;
  const url = `${base}${encodeURI(path)}`;
  if (access === 'protected') return protectedClaims({ ...route, url }, keys);
  const get =
    (headers: Record<string, string> = {}) =>
    (send: Send) =>
      send({ method: 'GET', url, headers });
  if (access === 'private')
    return [{ path, claim: 'private: not found', send: get(), passes: ({ status }) => status === 404 }];
  if (kind === 'function' && /^\/organiser(?:\/|$)/.test(path)) {
    const refused: RouteClaim = {
      path,
      claim: 'without a password: refused',
      send: get(),
      passes: ({ status, headers }) =>
        status === 401 && /^Basic/i.test(String(headers['www-authenticate'] ?? '')),
    };
    if (!keys.organiser) return [refused];
    return [
      refused,
      {
        path,
        claim: 'with the password: let in',
        send: get({ Authorization: basicHeader(keys.organiser) }),
        passes: ({ status }) => status !== 401 && status !== 403 && status !== 404 && status < 500,
      },
    ];
  }
  return [
    {
      path,
      claim: 'public: answered',
      send: get(),
      // A function may want POST or a parameter, and says so in a 4xx.
      passes: ({ status }) =>
        path === '/results' || kind === 'asset' ? status === 200 : status < 500 && status !== 404,
    },
  ];
}

function protectedClaims(
  { path, kind, url }: Route & { url: string },
  { accountSid, authToken, webhook }: ProbeKeys,
): RouteClaim[] {
  const takesCalls = path.startsWith('/voice/');
  const isWebhook = kind === 'function' && (takesCalls || path.startsWith('/sms/'));
  const form = kind === 'asset' ? {} : takesCalls ? harmlessCall(accountSid) : harmlessMessage(accountSid);
  const basic = isWebhook && webhook ? { Authorization: basicHeader(webhook) } : {};
  const signature = { 'X-Twilio-Signature': sign({ url, params: form }, authToken) };
  const call = (headers: Record<string, string>) => (send: Send) =>
    kind === 'function'
      ? send({ method: 'POST', url, headers, form })
      : send({ method: 'GET', url, headers });
  const claims: RouteClaim[] = [
    { path, claim: 'unsigned: refused', send: call(basic), passes: ({ status }) => status === 403 },
    {
      path,
      claim: isWebhook ? 'signed: answered with TwiML' : 'signed: answered',
      send: call({ ...basic, ...signature }),
      passes: (answer) =>
        isWebhook
          ? answer.status < 300 && isTwiml(answer)
          : answer.status !== 403 && answer.status !== 404 && answer.status < 500,
    },
  ];
  if (isWebhook && webhook) {
    claims.push({
      path,
      claim: 'signed, without the password: refused',
      send: call(signature),
      passes: ({ status }) => status === 401 || status === 403,
    });
  }
  return claims;
}
