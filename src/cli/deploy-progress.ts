import type { DeployStage } from '../deploy/watch-build';

const words: Record<DeployStage, string> = {
  uploading: 'uploading',
  building: 'Twilio builds: it installs the dependencies, which takes up to a minute or two',
  activating: 'activating the build',
};

/** What a deploy does at this moment: on a terminal with its seconds, elsewhere one line a stage, so that a log shows it. */
export class DeployProgress {
  readonly #silent: boolean;
  readonly #started = performance.now();
  #stage: DeployStage = 'uploading';
  #timer: NodeJS.Timeout | undefined;

  constructor({ silent }: { silent: boolean }) {
    this.#silent = silent;
  }

  show(stage: DeployStage): void {
    this.#stage = stage;
    if (this.#silent) return;
    if (!process.stderr.isTTY) {
      console.error(words[stage]);
      return;
    }
    this.#timer ??= setInterval(() => this.#draw(), 1_000);
    this.#draw();
  }

  end(): void {
    clearInterval(this.#timer);
    if (this.#timer) process.stderr.write('\r\u001b[K');
  }

  #draw(): void {
    const seconds = Math.round((performance.now() - this.#started) / 1_000);
    process.stderr.write(`\r\u001b[K${words[this.#stage]}, ${seconds} s`);
  }
}
