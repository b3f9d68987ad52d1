import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'dotenv';
import {
  type DemoCredentials,
  demoCredentials,
  findDemoCredentials,
  makeDemoCredentials,
} from '../emulator/demo-credentials';
import { eventNumber } from '../emulator/phone/phone-numbers';
import { makeFolder } from '../storage/make-folder';
import { UsageFault } from './usage-fault';

export interface Environment {
  /** The file's variables, with the credentials in use. */
  variables: Record<string, string>;
  credentials: Credentials;
}

export interface Credentials {
  accountSid: string;
  authToken: string;
  /** `demo`: made up by an emulator and known to it; `none`: made up just now, and known to nobody. */
  source: 'environment' | 'file' | 'demo' | 'none';
}

/**
 * Reads `.env` (or `envFile`) of a project, and takes ACCOUNT_SID and AUTH_TOKEN from the process environment before the
 * file. When neither has them, the demo credentials in `dataDir` are used.
 * @param makeDemo makes those, when there are none yet
 * @throws UsageFault one sentence for each line or variable that is wrong
 */
export function readEnvironment({
  dir,
  envFile,
  dataDir = '.ringtrue',
  makeDemo = false,
}: {
  dir: string;
  envFile?: string | undefined;
  dataDir?: string | undefined;
  makeDemo?: boolean;
}): Environment {
  const file = path.resolve(dir, envFile ?? '.env');
  if (envFile !== undefined && !existsSync(file))
    throw new UsageFault(`There is no file ${envFile}: check --env.`);
  const fileName = envFile ?? '.env';
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory())
    throw new UsageFault(`${fileName} is a folder: the variables belong in a file of that name.`);
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const badLine = findBadLine(text);
  if (badLine !== undefined) {
    throw new UsageFault(
      `${fileName}, line ${badLine}: not a variable. Write NAME=value, or start a comment with #.`,
    );
  }
  const variables = withoutEmpty(parse(text));
  const credentials = chooseCredentials(variables, fileName);
  if (credentials) {
    return { variables: { ...variables, ...named(credentials) }, credentials };
  }
  const folder = path.resolve(dir, dataDir);
  const demo = makeDemo ? demoCredentialsIn(folder) : findDemoCredentials(folder);
  const { accountSid, authToken } = demo ?? makeDemoCredentials();
  const made = { accountSid, authToken, source: demo ? ('demo' as const) : ('none' as const) };
  return { variables: { ...variables, ...named(made) }, credentials: made };
}

function demoCredentialsIn(folder: string): DemoCredentials {
  makeFolder(folder, 0o700);
  return demoCredentials(folder);
}

/**
 * What handlers are given on this machine: a project's variables, and for those that a deployment must set but a trial
 * should not ask for, values made up once and kept in `dataDir`.
 */
export function localVariables(variables: Record<string, string>, dataDir: string): Record<string, string> {
  const demo = demoCredentialsIn(dataDir);
  return {
    VOTER_SECRET: demo.voterSecret,
    ORGANISER_USER: demo.organiserUser,
    ORGANISER_PASSWORD: demo.organiserPassword,
    EVENT_NUMBER: eventNumber,
    RATINGS_FILE: path.join(dataDir, 'ratings.db'),
    ...variables,
  };
}

// An empty value counts as missing, as it does for Twilio's deploy tool.
function withoutEmpty(variables: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
}

function chooseCredentials(variables: Record<string, string>, fileName: string): Credentials | undefined {
  const fromProcess = { ACCOUNT_SID: process.env.ACCOUNT_SID, AUTH_TOKEN: process.env.AUTH_TOKEN };
  const inProcess = Boolean(fromProcess.ACCOUNT_SID || fromProcess.AUTH_TOKEN);
  const { ACCOUNT_SID, AUTH_TOKEN } = inProcess ? fromProcess : variables;
  const place = inProcess ? 'the process environment' : fileName;
  if (!ACCOUNT_SID && !AUTH_TOKEN) return undefined;
  if (!ACCOUNT_SID)
    throw new UsageFault(`AUTH_TOKEN is set in ${place} but ACCOUNT_SID is not: set both or neither.`);
  if (!AUTH_TOKEN)
    throw new UsageFault(`ACCOUNT_SID is set in ${place} but AUTH_TOKEN is not: set both or neither.`);
  if (/^SK/.test(ACCOUNT_SID)) {
    throw new UsageFault(
      `ACCOUNT_SID in ${place} is an API key (SK…): webhooks are signed with the Auth Token of an account, so use the AC… of the account.`,
    );
  }
  if (!/^AC[0-9a-f]{32}$/.test(ACCOUNT_SID)) {
    throw new UsageFault(
      `ACCOUNT_SID in ${place} is not AC followed by 32 hex digits: copy it from the Twilio Console.`,
    );
  }
  if (!/^[0-9a-f]{32}$/.test(AUTH_TOKEN)) {
    throw new UsageFault(
      `AUTH_TOKEN in ${place} is not 32 hex digits${/\s/.test(AUTH_TOKEN) ? ' (it has white space)' : ''}: copy it from the Twilio Console.`,
    );
  }
  return { accountSid: ACCOUNT_SID, authToken: AUTH_TOKEN, source: inProcess ? 'environment' : 'file' };
}

function named({ accountSid, authToken }: Credentials): Record<string, string> {
  return { ACCOUNT_SID: accountSid, AUTH_TOKEN: authToken };
}

/**
 * The number of the first line of a `.env` text that is no variable. dotenv skips what it cannot read; a variable lost that
 * way is found out much later. A quoted value may span lines.
 */
export function findBadLine(text: string): number | undefined {
  const variable = /^\s*(?:export\s+)?[\w.-]+\s*(?:=|:\s)/;
  let openQuote = '';
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (openQuote) {
      if (line.includes(openQuote)) openQuote = '';
      continue;
    }
    if (/^\s*(?:#.*)?$/.test(line)) continue;
    if (!variable.test(line)) return index + 1;
    const value = line.replace(variable, '').trimStart();
    const quote = /^["'`]/.exec(value)?.[0];
    if (quote && !value.slice(1).includes(quote)) {
      if (
        !text
          .split(/\r?\n/)
          .slice(index + 1)
          .some((later) => later.includes(quote))
      )
        return index + 1;
      openQuote = quote;
    }
  }
  return undefined;
}
