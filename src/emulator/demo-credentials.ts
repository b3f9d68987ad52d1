import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Made-up credentials of one checkout: enough for everything that happens on this machine. */
export interface DemoCredentials {
  accountSid: string;
  authToken: string;
  voterSecret: string;
  organiserUser: string;
  organiserPassword: string;
}

// Twilio hands out random hex digits: one with twenty leading zeros does not exist.
const demoAccount = /^AC0{20}[0-9a-f]{12}$/;

/** Whether an AccountSid is one of ours: such an account must never be sent to Twilio. */
export function isDemoAccount(accountSid: string): boolean {
  return demoAccount.test(accountSid);
}

/**
 * The demo credentials kept in `dataDir`, made on first use in a file that only this user can read, so that every
 * command of a checkout shares them.
 */
export function demoCredentials(dataDir: string): DemoCredentials {
  return findDemoCredentials(dataDir) ?? createCredentialsFile(fileIn(dataDir));
}

/** The demo credentials that were made in `dataDir` before; `undefined` when there are none. */
export function findDemoCredentials(dataDir: string): DemoCredentials | undefined {
  return readCredentialsFile(fileIn(dataDir));
}

function fileIn(dataDir: string): string {
  return path.join(dataDir, 'credentials.json');
}

function readCredentialsFile(file: string): DemoCredentials | undefined {
  let content: Partial<DemoCredentials>;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
  const { accountSid, authToken, voterSecret, organiserUser, organiserPassword } = content;
  if (!accountSid || !authToken || !voterSecret || !organiserUser || !organiserPassword) return undefined;
  if (!isDemoAccount(accountSid)) return undefined;
  return { accountSid, authToken, voterSecret, organiserUser, organiserPassword };
}

/** Credentials that nobody has yet. */
export function makeDemoCredentials(): DemoCredentials {
  return {
    accountSid: `AC${'0'.repeat(20)}${randomBytes(6).toString('hex')}`,
    authToken: randomBytes(16).toString('hex'),
    voterSecret: randomBytes(32).toString('hex'),
    organiserUser: 'organiser',
    organiserPassword: randomBytes(9).toString('base64url'),
  };
}

function createCredentialsFile(file: string): DemoCredentials {
  const credentials = makeDemoCredentials();
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600 });
  try {
    // Linking, unlike renaming, fails when another command was quicker: then both use that one's.
    linkSync(draft, file);
  } catch {
    const theirs = readCredentialsFile(file);
    if (theirs) return theirs;
    renameSync(draft, file);
  } finally {
    rmSync(draft, { force: true });
  }
  return credentials;
}
