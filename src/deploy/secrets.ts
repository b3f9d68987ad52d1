import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';

/** Variables that a deployment cannot do without, and how each is made up. */
const makers: Record<string, () => string> = {
  VOTER_SECRET: () => randomBytes(32).toString('hex'),
  ORGANISER_USER: () => 'organiser',
  ORGANISER_PASSWORD: () => randomBytes(18).toString('base64url'),
};

/** Not for Twilio: credentials it sets itself, and what only this machine uses. */
const localOnly = new Set([
  'ACCOUNT_SID',
  'AUTH_TOKEN',
  'AUTH_TOKEN_SECONDARY',
  'PORT',
  'PUBLIC_URL',
  'RATINGS_FILE',
  'TWILIO_EDGE',
  'TWILIO_REGION',
]);

/** What else the functions read. */
const known = [
  'DATABASE_URL',
  'EVENT_NUMBER',
  'ORGANISER_NUMBERS',
  'SYNC_SERVICE_SID',
  'WEBHOOK_PASSWORD',
  'WEBHOOK_USER',
];

/** What is taken from the environment of the process where the file lacks it. */
export const namesFromProcess: readonly string[] = [...Object.keys(makers), ...known];

/** The variables to deploy: those of the file, and where it lacks one that functions know, that of the process. */
export function deployedVariables(
  file: Record<string, string>,
  process: Record<string, string | undefined>,
): Record<string, string> {
  const variables = Object.fromEntries(Object.entries(file).filter(([name]) => !localOnly.has(name)));
  for (const name of namesFromProcess) {
    const value = process[name];
    if (variables[name] === undefined && value) variables[name] = value;
  }
  return variables;
}

/**
 * Makes up the secrets that neither this checkout nor Twilio has. One that Twilio has stays: a new VOTER_SECRET would let
 * everybody vote again.
 */
export function makeMissingSecrets(
  here: Record<string, string>,
  atTwilio: Record<string, string>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(makers)
      .filter(([name]) => !here[name] && !atTwilio[name])
      .map(([name, make]) => [name, make()]),
  );
}

/** Writes variables into a `.env` file that only this user can read; an empty line for one is filled. */
export function writeSecrets(file: string, secrets: Record<string, string>): void {
  let text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  for (const [name, value] of Object.entries(secrets)) {
    const empty = new RegExp(`^${name}=[ \\t]*$`, 'm');
    if (empty.test(text)) text = text.replace(empty, `${name}=${value}`);
    else text += `${text === '' || text.endsWith('\n') ? '' : '\n'}${name}=${value}\n`;
  }
  writeFileSync(file, text, { mode: 0o600 });
  chmodSync(file, 0o600);
}
