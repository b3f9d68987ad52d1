import { once } from 'node:events';
import path from 'node:path';
import { watch } from 'chokidar';
import { type Bundle, BundleFault, buildBundle, releaseCompiler } from './build-bundle';

/** Editors write a file in several steps, and a branch change touches many: wait until it is quiet. Milliseconds. */
const quietTime = 60;

export interface BundleWatch {
  close(): Promise<void>;
}

/**
 * Builds again whenever a file below `functions/`, `assets/` or `src/` of `dir`, or its package.json, changes.
 * Calls `onBundle` after each build and `onFault` when one fails, never both and never two at once. Resolves when it watches:
 * a change made later is not missed.
 * @param findFaults what is wrong with files that are no code: while there is something, nothing is built
 */
export async function watchBundle(
  dir: string,
  {
    findFaults,
    onBundle,
    onFault,
  }: {
    findFaults: () => string[];
    onBundle: (bundle: Bundle) => void;
    onFault: (fault: BundleFault) => void;
  },
): Promise<BundleWatch> {
  const watcher = watch(
    ['functions', 'assets', 'src', 'package.json'].map((name) => path.join(dir, name)),
    { ignoreInitial: true },
  );
  let timer: NodeJS.Timeout | undefined;
  let building: Promise<void> = Promise.resolve();
  watcher.on('all', () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      building = building.then(rebuild);
    }, quietTime);
  });

  await once(watcher, 'ready');

  async function rebuild(): Promise<void> {
    try {
      const faults = findFaults();
      if (faults.length > 0) throw new BundleFault(faults);
      onBundle(await buildBundle(dir));
    } catch (error) {
      onFault(error instanceof BundleFault ? error : new BundleFault([String(error)]));
    } finally {
      releaseCompiler();
    }
  }

  return {
    async close() {
      clearTimeout(timer);
      await watcher.close();
      await building;
    },
  };
}
