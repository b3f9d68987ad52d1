import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** The latest deploy from this checkout that passed its probe. */
export interface Deployed {
  accountSid: string;
  domain: string;
  /** What stands before the `@` of its webhooks' URLs, as in `twilio:password@`; empty when they demand no password. */
  userinfo: string;
}

/**
 * What was deployed last from this checkout; `undefined` when nothing was.
 * @param accountSid only what was deployed to this account
 */
export function readDeployed(dataDir: string, accountSid?: string): Deployed | undefined {
  try {
    const deployed = JSON.parse(readFileSync(fileIn(dataDir), 'utf8')) as Omit<Deployed, 'userinfo'> | null;
    if (typeof deployed?.domain !== 'string') return undefined;
    if (accountSid !== undefined && deployed.accountSid !== accountSid) return undefined;
    // Files of earlier versions lack it.
    return { userinfo: '', ...deployed };
  } catch {
    return undefined;
  }
}

export function writeDeployed(dataDir: string, deployed: Deployed): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  writeFileSync(fileIn(dataDir), `${JSON.stringify(deployed, null, 2)}\n`, { mode: 0o600 });
}

function fileIn(dataDir: string): string {
  return path.join(dataDir, 'deployed.json');
}
