import type { Problem } from './problem';
import type { Project } from './project';

/** Whether what would be deployed is what the sources say. */
export function checkBuild({ build }: Project): Problem[] {
  const { folder, exists, fault, stale } = build;
  if (folder === null) return [];
  if (fault !== null) return [{ code: 'build-fails', reason: fault }];
  if (!exists) return [{ code: 'build-missing', folder }];
  return stale.length > 0 ? [{ code: 'build-stale', folder, files: stale }] : [];
}
