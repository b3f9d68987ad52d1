import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'dotenv';
import type { OtherKey } from '../doctor/explanation';
import { findDemoCredentials } from '../emulator/demo-credentials';
import type { Key } from '../signature/index';
import { askSecret, isAttended } from './ask';
import { UsageFault } from './usage-fault';

/** The key a project checks with, and every other secret at hand that may have signed in its place. */
export interface SigningKeys {
  keys: Key[];
  otherKeys: OtherKey[];
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
 * many may be the cause. Without one the demo token of this checkout, else a prompt that does not echo.
 * @param ask prompt for the key although one is configured; the configured one is then tried as well
 * @throws UsageFault when there is no key and nobody to ask
 */
export async function readSigningKeys({
  dir,
  envFile,
  dataDir,
  ask,
}: {
  dir: string;
  envFile: string | undefined;
  dataDir: string;
  ask: boolean;
}): Promise<SigningKeys> {
  const sources = [process.env, readVariables(dir, envFile)];
  const configured = sources.flatMap((source) => valuesOf(source, tokenNames));
  const demo = configured.length === 0 ? findDemoCredentials(dataDir)?.authToken : undefined;
  const [secret, ...rest] = [
    ...(ask ? [await askSecret('The Auth Token to check with')] : []),
    ...configured,
    ...(demo === undefined ? [] : [demo]),
  ];
  const id = sources.flatMap((source) => valuesOf(source, accountNames))[0]?.trim();
  const key = secret ?? (await askForKey());
  const others = [
    ...rest.map((other) => ({ kind: 'other' as const, secret: other })),
    ...findOthers(sources),
  ];
  return {
    keys: [{ secret: key, ...(id?.startsWith('AC') && { id }) }],
    otherKeys: others
      .filter(
        ({ secret: other }, at) =>
          other !== key && others.findIndex((former) => former.secret === other) === at,
      )
      .slice(0, maxOtherKeys),
  };
}

function askForKey(): Promise<string> {
  if (!isAttended())
    throw new UsageFault('There is no key to check with: set AUTH_TOKEN in the environment or in .env.');
  return askSecret('The Auth Token of the account (nothing is shown or kept)');
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
