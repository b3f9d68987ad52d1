/** How many may wait at a time: where all requests share a process, that leaves 25 of a service's 30 places to texts. */
const mostWaiting = 5;

/**
 * Makes guessing a password slow, without guesses taking the places of a service that also takes ratings. Twilio's platform
 * has 30 of them and may give each a process of its own, so what this allows is counted for each process.
 *
 * - A wrong guess waits half a second, five at a time. Each wait holds a place, so there are twelve of them, and one more
 *   every two seconds: at most a quarter of the places, however many guess.
 * - Sixty guesses are read, and one more every second. The rest is refused unread, right or wrong.
 */
export class GuessLimit {
  private readonly reads: Bucket;
  private readonly waits: Bucket;
  private waiting = 0;

  /** @param delay how long a wrong password waits for its answer. Milliseconds, both. */
  constructor(
    private readonly now: () => number = Date.now,
    private readonly delay = 500,
  ) {
    this.reads = new Bucket(60, 1000, now());
    this.waits = new Bucket(12, 2000, now());
  }

  /** Whether a password may be looked at. */
  mayRead(): boolean {
    return this.reads.has(this.now());
  }

  /** Counts a wrong one, and resolves when it may be answered. `false`: too many wait already. */
  async slowDown(): Promise<boolean> {
    this.reads.take(this.now());
    if (this.waiting >= mostWaiting) return false;
    if (!this.waits.take(this.now())) return true;
    this.waiting += 1;
    await new Promise((resolve) => setTimeout(resolve, this.delay));
    this.waiting -= 1;
    return true;
  }
}

/** Holds `size` at most, and gets one more every `every` milliseconds. */
class Bucket {
  private level: number;

  constructor(
    private readonly size: number,
    private readonly every: number,
    private at: number,
  ) {
    this.level = size;
  }

  has(now: number): boolean {
    this.level = Math.min(this.size, this.level + Math.max(0, now - this.at) / this.every);
    this.at = now;
    return this.level >= 1;
  }

  take(now: number): boolean {
    if (!this.has(now)) return false;
    this.level -= 1;
    return true;
  }
}
