import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** By account, or account and region. */
type DeployInfo = Record<string, { serviceSid: string; latestBuild: string } | null>;

/**
 * Twilio's tool keeps the sid of the service in `.twiliodeployinfo` and fails with 20404 once that is gone or belongs to
 * another account (https://github.com/twilio-labs/serverless-toolkit/issues/162). Removes what is stale for this account.
 * @param serviceSid of the service that really exists, if any
 * @returns sentences about what was found
 */
export function removeStaleDeployInfo(
  dir: string,
  { accountSid, region, serviceSid }: { accountSid: string; region: string; serviceSid: string | null },
): string[] {
  const file = path.join(dir, '.twiliodeployinfo');
  if (!existsSync(file)) return [];
  const info = readInfo(file);
  if (info === null) return ['.twiliodeployinfo cannot be read and is not used.'];
  const notices: string[] = [];
  for (const key of [accountSid, `${accountSid}:${region}`]) {
    const entry = info[key];
    if (!entry || entry.serviceSid === serviceSid) continue;
    delete info[key];
    notices.push(`.twiliodeployinfo named the service ${entry.serviceSid}, which is not this one: removed.`);
  }
  if (notices.length > 0) writeFileSync(file, JSON.stringify(info, null, '\t'));
  const others = Object.keys(info).filter((key) => !key.startsWith(accountSid));
  if (others.length > 0) {
    notices.push(`This checkout was deployed to another account before (${others.join(', ')}).`);
  }
  return notices;
}

function readInfo(file: string): DeployInfo | null {
  try {
    const info: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return typeof info === 'object' && !Array.isArray(info) ? (info as DeployInfo | null) : null;
  } catch {
    return null;
  }
}
