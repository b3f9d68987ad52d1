import { type Answer, plainText } from './answer';
import { askForBasic, matchesBasic, readHeaders } from './basic-auth';
import { type HandlerConfig, readConfig } from './config';
import { type Call, type Handler, makeHandler, withStore } from './handler';

/** A request of an organiser. */
export interface OrganiserCall extends Call {
  /** Query and body, with values of any type: an organiser's, but untrusted like anything from outside. */
  fields: Record<string, unknown>;
}

/** How long a wrong password waits for its answer, in milliseconds, and how many may wait at a time. */
const slowDown = 1000;
const mostWaiting = 5;

let waiting = 0;

/**
 * Makes a handler for a URL that only organisers use: HTTP Basic with ORGANISER_USER and ORGANISER_PASSWORD, over HTTPS
 * or on this machine. Where they are not set nobody gets in.
 *
 * @param kind a `change` must be sent as JSON, which no page of another site can make a browser do
 */
export function organiserHandler(
  kind: 'read' | 'change',
  work: (call: OrganiserCall) => Promise<Answer>,
): Handler {
  return makeHandler(async (context, fields) => {
    const config = readConfig(context);
    const headers = readHeaders(fields);
    if (!isSecret(config)) {
      return plainText(403, 'Forbidden: a password must not travel without HTTPS.');
    }
    if (!config.organiser) {
      console.log('refused: ORGANISER_USER and ORGANISER_PASSWORD are missing: set both.');
      return askForBasic('organiser');
    }
    if (!matchesBasic(headers.authorization, config.organiser)) {
      return headers.authorization === undefined ? askForBasic('organiser') : refuseSlowly();
    }
    if (kind === 'change' && !isJson(headers)) {
      return plainText(415, 'Unsupported Media Type: send JSON, with Content-Type: application/json.');
    }
    return withStore(config, (call) => work({ ...call, fields: { ...(fields as object) } }));
  });
}

// Guessing is slowed down, yet guesses must not take all the places of a service that also takes ratings.
async function refuseSlowly(): Promise<Answer> {
  console.log('refused: wrong user or password of the organiser');
  if (waiting >= mostWaiting)
    return { ...plainText(429, 'Too Many Requests'), headers: { 'Retry-After': '5' } };
  waiting += 1;
  await new Promise((resolve) => setTimeout(resolve, slowDown));
  waiting -= 1;
  return askForBasic('organiser');
}

/**
 * Whether the password came over HTTPS or never left this machine. Deployed there is HTTPS only. Here neither scheme nor Host
 * reaches a handler, as at Twilio, so what counts is where the emulator says it is reached.
 */
function isSecret({ deployed, publicUrl, domain }: HandlerConfig): boolean {
  if (deployed) return true;
  if (publicUrl !== null) return /^https:/i.test(publicUrl);
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i.test(domain);
}

// A form or a link of another site sends neither this type nor, in browsers of today, `same-origin`.
function isJson(headers: Record<string, unknown>): boolean {
  const type = headers['content-type'];
  const site = headers['sec-fetch-site'] ?? 'none';
  return (
    typeof type === 'string' &&
    /^application\/json\b/i.test(type) &&
    (site === 'none' || site === 'same-origin')
  );
}
