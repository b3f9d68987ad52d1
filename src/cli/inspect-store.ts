import path from 'node:path';
import { checkSecrets } from '../doctor/project/check-secrets';
import type { Project, StoreState } from '../doctor/project/project';
import { ConfigFault } from '../storage/config-fault';
import { inspectStore } from '../storage/open';
import { StoreUnavailable } from '../storage/rating-store';

/**
 * Looks at the place where a project of ours keeps its ratings, and changes nothing there.
 * @param offline nobody is asked: then only a file of this machine is looked at
 * @returns `null` when it was not looked at
 */
export async function lookAtStore(
  project: Project,
  { dataDir, offline }: { dataDir: string; offline: boolean },
): Promise<StoreState | null> {
  const { DATABASE_URL, RATINGS_FILE = path.join(dataDir, 'ratings.db') } = project.environment.variables;
  const databaseUrl = DATABASE_URL || undefined;
  // An address that is none has a finding of its own.
  const wrong = checkSecrets(project).some(
    (problem) => problem.code === 'database-url' && /begin with|sslmode/.test(problem.reason),
  );
  if (!project.builtByRingtrue || wrong || (offline && databaseUrl)) return null;
  try {
    const { from, to } = await inspectStore({ deployed: false, databaseUrl, ratingsFile: RATINGS_FILE });
    // A file is made and changed by whoever opens it first, which nobody has to know.
    return { fault: null, behind: databaseUrl !== undefined && from !== to };
  } catch (error) {
    if (error instanceof ConfigFault) return fault(error, false);
    if (error instanceof StoreUnavailable) return fault(error, true);
    throw error;
  }
}

function fault({ message }: Error, passing: boolean): StoreState {
  return { fault: { sentence: message, passing }, behind: false };
}
