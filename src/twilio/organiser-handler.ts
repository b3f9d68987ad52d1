import { type Answer, plainText } from './answer';
import { askForBasic, type BasicCredentials, matchesBasic, readCookies, readHeaders } from './basic-auth';
import { type HandlerConfig, readConfig } from './config';
import { GuessLimit } from './guess-limit';
import { type Call, type Handler, makeHandler, whenAvailable, withStore } from './handler';
import { isKnownBrowser, writeKnownBrowser } from './known-browser';

/** A request of an organiser. */
export interface OrganiserCall extends Call {
  /** Query and body, with values of any type: an organiser's, but untrusted like anything from outside. */
  fields: Record<string, unknown>;
}

const guesses = new GuessLimit();

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
    if (headers.authorization === undefined) return askForBasic('organiser');
    const now = Date.now();
    const known = isKnownBrowser(readCookies(fields), config.organiser, config.voterSecret, now);
    if (!known && !guesses.mayRead()) return tooMany();
    if (!matchesBasic(headers.authorization, config.organiser)) return refuseSlowly();
    if (kind === 'change' && !isJson(headers)) {
      return plainText(415, 'Unsupported Media Type: send JSON, with Content-Type: application/json.');
    }
    const answer = await whenAvailable(() =>
      withStore(config, (call) => work({ ...call, fields: { ...(fields as object) } })),
    );
    return known ? answer : remember(answer, config.organiser, config.voterSecret, now);
  });
}

async function refuseSlowly(): Promise<Answer> {
  console.log('refused: wrong user or password of the organiser');
  return (await guesses.slowDown()) ? askForBasic('organiser') : tooMany();
}

function tooMany(): Answer {
  return { ...plainText(429, 'Too Many Requests'), headers: { 'Retry-After': '10' } };
}

function remember(answer: Answer, organiser: BasicCredentials, secret: string, now: number): Answer {
  const cookie = writeKnownBrowser(organiser, secret, now);
  return { ...answer, headers: { ...answer.headers, 'Set-Cookie': cookie } };
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
