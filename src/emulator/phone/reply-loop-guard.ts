import { describeProblem, type Problem } from './twilio-problem';

const limit = 30;
const gap = 30_000;

/**
 * Stops two programs that answer each other: after 30 replies between the same two numbers with gaps under 30 s, further
 * ones fail until there was silence for 30 s. Source: https://www.twilio.com/docs/api/errors/14107
 */
export class ReplyLoopGuard {
  readonly #runs = new Map<string, { count: number; last: number }>();

  /** Counts a reply; the problem when it is one too many. @param now milliseconds since 1970 */
  admit({ from, to }: { from: string; to: string }, now: number): Problem | null {
    const key = `${from} ${to}`;
    const former = this.#runs.get(key);
    const run = former && now - former.last < gap ? former : { count: 0, last: now };
    this.#runs.delete(key);
    this.#runs.set(key, run);
    if (this.#runs.size > 10_000) this.#forgetOldest();
    if (run.count >= limit) {
      return describeProblem(
        14107,
        `${limit} replies between the same two numbers with less than ${gap / 1_000} s between them: the webhook is fine, the reply is blocked.`,
      );
    }
    run.count++;
    run.last = now;
    return null;
  }

  #forgetOldest(): void {
    const [oldest] = this.#runs.keys();
    if (oldest !== undefined) this.#runs.delete(oldest);
  }
}
