import { setTimeout as wait } from 'node:timers/promises';
import { isBusy } from './sqlite-fault';

/** How long a call waits for those of other processes, in milliseconds. */
export const patience = 4000;

/**
 * Runs `work` until other processes do not keep it from the file any more, and lets other calls go on meanwhile. SQLite's own
 * waiting would block them, and asks too seldom to get a turn between writers that hardly pause. A clock that a scenario
 * sets has no say in it.
 * @throws what `work` throws: at once, or when `patience` is over if the file is busy
 */
export async function patiently<R>(work: () => R | Promise<R>): Promise<R> {
  const deadline = performance.now() + patience;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error;
      await pause();
    }
  }
}

/** Long enough for another one's turn, and at random, so that two do not meet again and again. */
export function pause(): Promise<void> {
  return wait(1 + Math.random() * 8);
}
