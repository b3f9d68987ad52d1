import type { ServerResponse } from 'node:http';

const heartbeat = 15_000;
const maxStreams = 50;

/** Server-sent events to every page that listens (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export class EventStream {
  readonly #responses = new Set<ServerResponse>();
  readonly #timer = setInterval(() => this.#write(':\n\n'), heartbeat).unref();

  /** Keeps the response open until its page leaves. */
  open(response: ServerResponse): void {
    if (this.#responses.size >= maxStreams) {
      response.writeHead(503).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write('retry: 1000\n\n');
    this.#responses.add(response);
    response.on('close', () => this.#responses.delete(response));
  }

  /** @param describe makes the data, and is called only while somebody listens */
  send(name: string, describe: () => unknown): void {
    if (this.#responses.size > 0) this.#write(`event: ${name}\ndata: ${JSON.stringify(describe())}\n\n`);
  }

  close(): void {
    clearInterval(this.#timer);
    for (const response of this.#responses) response.end();
  }

  #write(text: string): void {
    for (const response of this.#responses) {
      // A page that was left open in a sleeping tab must not fill our memory.
      if (response.writableLength > 1024 * 1024) response.destroy();
      else response.write(text);
    }
  }
}
