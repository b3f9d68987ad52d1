import { checkValue } from './check-environment';
import type { Problem } from './problem';
import type { Project } from './project';

/** Names that Twilio's command line and libraries use for the same two things. */
const otherNames = ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN'];

/** ACCOUNT_SID and AUTH_TOKEN, out of the process environment or else of `.env`, as every command takes them. */
export function checkCredentials({ environment, processVariables }: Project): Problem[] {
  const inProcess = Boolean(processVariables.ACCOUNT_SID || processVariables.AUTH_TOKEN);
  const variables = inProcess ? processVariables : environment.variables;
  const place = inProcess ? 'the process environment' : environment.file;
  const { ACCOUNT_SID = '', AUTH_TOKEN = '' } = variables;
  return [
    ...checkPair(place, ACCOUNT_SID, AUTH_TOKEN, { ...environment.variables, ...processVariables }),
    // Those of the file are looked at with its other values.
    ...(inProcess
      ? Object.entries({ ACCOUNT_SID, AUTH_TOKEN }).flatMap(([name, value]) => checkValue(place, name, value))
      : []),
    ...checkAccountSid(place, ACCOUNT_SID),
    ...checkAuthToken(place, AUTH_TOKEN),
    ...checkRegion(processVariables),
  ];
}

function checkPair(
  place: string,
  sid: string,
  token: string,
  all: Readonly<Record<string, string>>,
): Problem[] {
  if (sid && token) return [];
  if (sid || token) {
    const [there, missing] = sid ? ['ACCOUNT_SID', 'AUTH_TOKEN'] : ['AUTH_TOKEN', 'ACCOUNT_SID'];
    return [{ code: 'credentials-half', place, there, missing }];
  }
  const names = otherNames.filter((name) => all[name]);
  return names.length > 0 ? [{ code: 'credentials-other-names', names }] : [{ code: 'credentials-missing' }];
}

function checkAccountSid(place: string, sid: string): Problem[] {
  const bare = strip(sid);
  if (bare === '' || /^AC[0-9a-f]{32}$/.test(bare)) return [];
  return [{ code: /^SK/i.test(bare) ? 'account-sid-api-key' : 'account-sid-shape', place }];
}

function checkAuthToken(place: string, token: string): Problem[] {
  const bare = strip(token);
  if (bare === '' || /^[0-9a-f]{32}$/.test(bare)) return [];
  return [{ code: 'auth-token-shape', place, length: bare.length, kind: recognise(bare) }];
}

function recognise(token: string): string | null {
  if (/^AC[0-9a-f]{32}$/i.test(token)) return 'an Account SID';
  if (/^SK[0-9a-f]{32}$/i.test(token)) return 'the SID of an API key';
  if (/^[0-9a-f]{32}$/i.test(token)) return 'in capital letters';
  if (/^[A-Za-z0-9]{32}$/.test(token)) return 'shaped like the secret of an API key';
  return null;
}

// Quotes and blanks have findings of their own; what is inside is judged without them.
function strip(value: string): string {
  return value
    .trim()
    .replace(/^["'`“”‘’„«»]+|["'`“”‘’«»]+$/gu, '')
    .trim();
}

function checkRegion(variables: Readonly<Record<string, string>>): Problem[] {
  const names = ['TWILIO_REGION', 'TWILIO_EDGE'].filter((name) => variables[name]);
  return names.length > 0 ? [{ code: 'region-set', names }] : [];
}
