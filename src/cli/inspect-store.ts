import path from 'node:path';
import { checkSecrets } from '../doctor/project/check-secrets';
import type { Project, StoreState } from '../doctor/project/project';
import { isDemoAccount } from '../emulator/demo-credentials';
import { ConfigFault } from '../storage/config-fault';
import { inspectStore } from '../storage/open';
import { StoreUnavailable } from '../storage/rating-store';
import type { StoreSettings } from '../storage/store-settings';

/**
 * Looks at the place where a project of ours keeps its ratings, and changes nothing there.
 * @param offline nobody is asked: then only a file of this machine is looked at
 * @param event its id, where the event file can be read
 * @returns `null` when it was not looked at
 */
export async function lookAtStore(
  project: Project,
  { dataDir, offline, event }: { dataDir: string; offline: boolean; event?: string | undefined },
): Promise<StoreState | null> {
  const { variables } = project.environment;
  const settings: StoreSettings = {
    deployed: false,
    ...credentialsOf(project),
    databaseUrl: variables.DATABASE_URL || undefined,
    syncServiceSid: variables.SYNC_SERVICE_SID || undefined,
    ratingsFile: variables.RATINGS_FILE || path.join(dataDir, 'ratings.db'),
  };
  const { databaseUrl, syncServiceSid } = settings;
  // An address that is none has a finding of its own.
  const wrong = checkSecrets(project).some(
    (problem) => problem.code === 'database-url' && /begin with|sslmode/.test(problem.reason),
  );
  if (!project.builtByRingtrue || wrong || (offline && (databaseUrl ?? syncServiceSid))) return null;
  try {
    const { from, to } = await inspectStore(settings, event);
    // A file is made and changed by whoever opens it first, which nobody has to know.
    return { fault: null, behind: databaseUrl !== undefined && from !== to };
  } catch (error) {
    if (error instanceof ConfigFault) return fault(error, false);
    if (error instanceof StoreUnavailable) return fault(error, true);
    throw error;
  }
}

// Demo credentials never go to Twilio, and faulty ones have findings of their own.
function credentialsOf({ environment, processVariables }: Project): Partial<StoreSettings> {
  const place = [processVariables, environment.variables].find((one) => one.ACCOUNT_SID && one.AUTH_TOKEN);
  const { ACCOUNT_SID: accountSid = '', AUTH_TOKEN: authToken = '' } = place ?? {};
  const usable = /^AC[0-9a-f]{32}$/.test(accountSid) && /^[0-9a-f]{32}$/.test(authToken);
  return usable && !isDemoAccount(accountSid) ? { accountSid, authToken } : {};
}

function fault({ message }: Error, passing: boolean): StoreState {
  return { fault: { sentence: message, passing }, behind: false };
}
