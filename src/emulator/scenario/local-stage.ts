import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createEdge, type Edge } from '../create-edge';
import { createVirtualClock, type VirtualClock } from './virtual-clock';

/** The built project on a stage of its own: an edge on a free port, no ratings yet, a clock that can be set. */
export interface LocalStage {
  edge: Edge;
  clock: VirtualClock;
  close(): Promise<void>;
}

/**
 * @param dir the project, built
 * @param event replaces the description of the event
 * @param makeVariables what handlers find in `context`, with data in the given folder
 */
export async function openLocalStage({
  dir,
  event,
  makeVariables,
}: {
  dir: string;
  event: Record<string, unknown> | null;
  makeVariables: (dataDir: string) => Record<string, string>;
}): Promise<LocalStage> {
  const folder = mkdtempSync(path.join(tmpdir(), 'ringtrue-scenario-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    for (const name of ['package.json', '.twilioserverlessrc', 'dist/functions', 'dist/assets']) {
      if (existsSync(path.join(dir, name)))
        cpSync(path.join(dir, name), path.join(folder, name), { recursive: true });
    }
    symlinkSync(path.join(dir, 'node_modules'), path.join(folder, 'node_modules'), 'junction');
    if (event) writeFileSync(path.join(folder, 'dist/assets/event.private.json'), JSON.stringify(event));
    const clock = createVirtualClock(folder);
    const edge = await createEdge({
      dir: folder,
      env: { ...makeVariables(folder), NODE_OPTIONS: clock.nodeOptions },
    });
    return {
      edge,
      clock,
      async close() {
        await edge.close();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}
