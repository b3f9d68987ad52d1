const width = 30;

/** A bar on the terminal's error channel, so that results can be piped; silent when that is no terminal. */
export class ProgressBar {
  readonly #total: number;
  readonly #silent: boolean;
  readonly #started = performance.now();
  #done = 0;
  #drawnAt = 0;

  constructor(total: number, { silent = false }: { silent?: boolean } = {}) {
    this.#total = total;
    this.#silent = silent || !process.stderr.isTTY;
  }

  advance(): void {
    this.#done += 1;
    const now = performance.now();
    if (this.#silent || (now - this.#drawnAt < 100 && this.#done < this.#total)) return;
    this.#drawnAt = now;
    const filled = Math.round((width * this.#done) / Math.max(1, this.#total));
    const rate = this.#done / Math.max(0.001, (now - this.#started) / 1_000);
    process.stderr.write(
      `\r\u001b[K${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${this.#done}/${this.#total}  ${rate.toFixed(0)}/s`,
    );
  }

  end(): void {
    if (!this.#silent) process.stderr.write('\r\u001b[K');
  }
}
