import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Tells handlers that never will call back from those that are slow. A plain function that has returned may have left its callback with
 * a timer or a request under way, so returning proves nothing; but once nothing in the process holds the callback, nobody can call it.
 * A callback that something holds and never calls is not found.
 *
 * Looks once for each handler, and only at those that already run long, because looking means to collect all garbage.
 */
export class LostCallbacks {
  #collect: (() => void) | undefined;
  #collectedAt = Number.NEGATIVE_INFINITY;

  /** @param patience milliseconds after which a callback is looked for */
  constructor(private readonly patience: number) {}

  /**
   * @param onLost called when the callback is gone
   * @returns ends the watch: the callback was called
   */
  watch(callback: WeakRef<object>, onLost: () => void): () => void {
    const timer = setTimeout(() => {
      this.#collectGarbage();
      if (callback.deref() === undefined) onLost();
    }, this.patience).unref();
    return () => clearTimeout(timer);
  }

  #collectGarbage(): void {
    // It takes some 20 ms: for handlers that began together once is enough.
    if (performance.now() - this.#collectedAt < 100) return;
    if (!this.#collect) {
      setFlagsFromString('--expose-gc');
      this.#collect = runInNewContext('gc');
      // For contexts to come: handlers find no `gc`.
      setFlagsFromString('--no-expose-gc');
    }
    this.#collect?.();
    this.#collectedAt = performance.now();
  }
}
