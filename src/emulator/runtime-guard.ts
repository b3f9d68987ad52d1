/**
 * A thread beside the handlers' one that ends the process when the main thread cannot: when a handler has kept it busy for
 * longer than a handler may run, when the parent was killed, which a busy main thread would never notice, and when it needs
 * too much memory outside V8's heap, which V8 does not limit.
 *
 * Ending only the loop, by the inspector's `Runtime.terminateExecution`, was tried: Node 20.20 and 22 then die of a
 * corrupted async stack unless the loop began in a plain socket callback.
 */
import { workerData } from 'node:worker_threads';
import { blockedSignal, outOfMemorySignal } from './runtime-messages';

export interface GuardOrder {
  /** Counted up by the main thread while it is not blocked. */
  beats: SharedArrayBuffer;
  /** Milliseconds the main thread may be blocked; `null`: for ever, a debugger may hold it. */
  timeLimit: number | null;
  /** Bytes the whole process may have resident. */
  memoryLimit: number;
}

/** How often the main thread counts, and how often the guard looks. Milliseconds. */
export const beatInterval = 100;

if (workerData) guard(workerData as GuardOrder);

function guard({ beats, timeLimit, memoryLimit }: GuardOrder): void {
  const parent = process.ppid;
  const count = new Int32Array(beats);
  let lastCount = -1;
  let blockedSince = Date.now();
  let ending = false;
  setInterval(() => {
    const now = Atomics.load(count, 0);
    if (now !== lastCount) {
      lastCount = now;
      blockedSince = Date.now();
    }
    const blocked = timeLimit !== null && Date.now() - blockedSince >= timeLimit;
    if (ending || process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
    ending = blocked || process.memoryUsage.rss() > memoryLimit;
    // A handler may listen to this signal: the next look ends the process in any case.
    if (ending) process.kill(process.pid, blocked ? blockedSignal : outOfMemorySignal);
  }, beatInterval);
}
