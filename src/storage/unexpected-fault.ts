import { StoreUnavailable } from './rating-store';

/**
 * For an answer that a store should never give, and that no caller can do anything about: the sender still hears that the rating
 * was not saved. It may be a bug of ours, so what happened goes to the log with its stack; not what else a driver's error
 * holds, which may be somebody's words.
 * @param sentence what cannot be used, with the code; no secret, no address
 */
export function unexpectedFault(sentence: string, cause: unknown): StoreUnavailable {
  console.error(`${sentence}: ${cause instanceof Error ? cause.stack : String(cause)}`);
  return new StoreUnavailable(sentence, { cause });
}
