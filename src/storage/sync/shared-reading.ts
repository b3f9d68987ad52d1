import { setImmediate as endOfTurn } from 'node:timers/promises';

/**
 * Shares a costly reading among those who ask for it at the same time. Nobody gets one that began before they asked, so
 * what is read is as new as if each had read alone; and in a process there is never more than one at a time.
 */
export class SharedReading<T> {
  private running: Promise<unknown> = Promise.resolve();
  private next: Promise<T> | undefined;

  constructor(private readonly read: () => Promise<T>) {}

  get(): Promise<T> {
    if (this.next) return this.next;
    // Those who ask in the same turn of the event loop have different ways to here.
    const next = this.running
      .then(() => endOfTurn())
      .then(() => {
        this.next = undefined;
        return this.read();
      });
    this.next = next;
    this.running = next.catch(() => {});
    return next;
  }
}
