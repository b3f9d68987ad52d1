import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'dotenv';
import type { CapturedRequest, OtherKey } from '../doctor/explanation';
import { type DemoCredentials, findDemoCredentials } from '../emulator/demo-credentials';
import type { Key } from '../signature/index';
import { askSecret, isAttended } from './ask';
import { UsageFault } from './usage-fault';
import { isOnThisMachine } from './webhook-option';

/** The key a project checks with, and every other secret at hand that may have signed in its place. */
export interface SigningKeys {
  keys: Key[];
  otherKeys: OtherKey[];
  /** Where the key is from, in words. */
  origin: string;
}

interface FoundKey {
  secret: string;
  origin: string;
}

const tokenNames = ['AUTH_TOKEN', 'TWILIO_AUTH_TOKEN'];
const accountNames = ['ACCOUNT_SID', 'TWILIO_ACCOUNT_SID'];

/** What a variable holds is told from its name, in this order. */
const kindsByName: readonly (readonly [RegExp, OtherKey['kind']])[] = [
  [/API_?(?:KEY_?)?SECRET/i, 'api-key-secret'],
  [/SECONDARY/i, 'secondary'],
  [/OLD|FORMER|PREVIOUS/i, 'former'],
  [/TEST/i, 'test'],
  [/SUB_?ACCOUNT|PARENT|MASTER|OTHER/i, 'other-account'],
];

const maxOtherKeys = 20;

/**
 * The Auth Token from the process environment, else from `.env` (or `envFile`), exactly as it stands there: a blank too
 * many may be the cause. Without one the demo token of this checkout, for what was sent to its emulator, else a prompt that does
 * not echo.
 * @param requests what is going to be checked
 * @param ask prompt for the key although one is configured; the configured one is then tried as well
 * @throws UsageFault when there is no key and nobody to ask
 */
export async function readSigningKeys({
  dir,
  envFile,
  dataDir,
  requests,
  ask,
}: {
  dir: string;
  envFile: string | undefined;
  dataDir: string;
  requests: readonly CapturedRequest[];
  ask: boolean;
}): Promise<SigningKeys> {
  const file = readVariables(dir, envFile);
  const configured = [
    ...findTokens(process.env, 'from the environment'),
    ...findTokens(file, `from ${envFile ?? '.env'}`),
  ];
  const [key = await askForKey(), ...rest] = [
    ...(ask ? [entered(await askSecret('The Auth Token to check with'))] : []),
    ...(configured.length > 0 ? configured : findDemoToken(dataDir, requests)),
  ];
  const id = [process.env, file].flatMap((source) => valuesOf(source, accountNames))[0]?.trim();
  const others = [
    ...listDemoToken(dataDir),
    ...rest.map(({ secret }) => ({ kind: 'other' as const, secret })),
    ...findOthers([process.env, file]),
  ];
  return {
    keys: [{ secret: key.secret, ...(id?.startsWith('AC') && { id }) }],
    otherKeys: others
      .filter(
        ({ secret }, at) =>
          secret !== key.secret && others.findIndex((former) => former.secret === secret) === at,
      )
      .slice(0, maxOtherKeys),
    origin: key.origin,
  };
}

function findTokens(source: Record<string, string | undefined>, place: string): FoundKey[] {
  return tokenNames.flatMap((name) =>
    valuesOf(source, [name]).map((secret) => ({ secret, origin: `${name} ${place}` })),
  );
}

// What is ruled out with a key that cannot have signed is not ruled out at all.
function findDemoToken(dataDir: string, requests: readonly CapturedRequest[]): FoundKey[] {
  const demo = findDemoCredentials(dataDir);
  if (!demo || !requests.every((request) => isForEmulator(request, demo))) return [];
  return [{ secret: demo.authToken, origin: 'the demo token of this folder' }];
}

// Beside a configured key it is what signed where the emulator called an application that expects Twilio.
function listDemoToken(dataDir: string): OtherKey[] {
  const demo = findDemoCredentials(dataDir);
  return demo
    ? [{ kind: 'other', secret: demo.authToken, name: 'the demo token of the emulator in this folder' }]
    : [];
}

function isForEmulator({ url, body, params }: CapturedRequest, { accountSid }: DemoCredentials): boolean {
  const text = [url, body === undefined || body === null ? '' : Buffer.from(body), JSON.stringify(params)];
  const account = /\bAccountSid\W{1,5}(AC[0-9a-f]{32})\b/.exec(text.join('\n'))?.[1];
  return account === undefined ? isOnThisMachine(url) : account === accountSid;
}

async function askForKey(): Promise<FoundKey> {
  if (!isAttended())
    throw new UsageFault('There is no key to check with: set AUTH_TOKEN in the environment or in .env.');
  return entered(await askSecret('The Auth Token of the account (nothing is shown or kept)'));
}

function entered(secret: string): FoundKey {
  return { secret, origin: 'the key you entered' };
}

function readVariables(dir: string, envFile: string | undefined): Record<string, string> {
  const file = path.resolve(dir, envFile ?? '.env');
  if (existsSync(file)) return parse(readFileSync(file, 'utf8'));
  if (envFile !== undefined) throw new UsageFault(`There is no file ${envFile}: check --env.`);
  return {};
}

function valuesOf(source: Record<string, string | undefined>, names: readonly string[]): string[] {
  return names
    .map((name) => source[name])
    .filter((value) => value !== undefined && value.trim() !== '') as string[];
}

/** Secrets under other names that have the shape of one of Twilio's. */
function findOthers(sources: readonly Record<string, string | undefined>[]): OtherKey[] {
  return sources.flatMap((source) =>
    Object.entries(source).flatMap(([name, value]) => {
      if (tokenNames.includes(name) || !/TOKEN|SECRET|KEY/i.test(name)) return [];
      if (value === undefined || !/^\s*[A-Za-z0-9]{32}\s*$/.test(value)) return [];
      const kind = kindsByName.find(([pattern]) => pattern.test(name))?.[1] ?? 'other';
      return [{ kind, secret: value.trim() }];
    }),
  );
}
