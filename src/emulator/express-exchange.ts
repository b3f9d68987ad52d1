import { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestOrder } from './runtime-messages';

/** Where the pieces of an answer go. */
export interface AnswerSink {
  /** Takes a piece of the body. Answers whether there is room for more; without, `onRoom` is called once there is. */
  part(bytes: Buffer, onRoom: () => void): boolean;
  /** @param continues whether `body` follows the parts; otherwise it is all, and they are worth nothing */
  end(answer: { status: number; rawHeaders: string[]; continues: boolean }, body: Buffer): void;
  /** The body is longer than it may be. */
  tooLarge(): void;
}

/** A request and its response as Express' handlers know them. */
export interface Exchange {
  request: IncomingMessage;
  response: ExchangeResponse;
}

/** A response that can be taken back until it has ended. */
export interface ExchangeResponse extends ServerResponse {
  /** Answers with this in place of whatever was written; headers stay. */
  answerInstead(status: number, text: string): void;
}

/** The parts of an Express 4 application that its requests and responses inherit from. */
export interface ExpressPrototypes {
  request: object;
  response: object;
}

/**
 * Makes requests and responses of an Express application that were never on a connection: the request is given whole, and the
 * response tells a sink what it was made to say. To Express and to what its handlers call they are Node's own with the methods of the
 * application, as its `expressInit` makes them, but without parsing and writing HTTP once more, and without changing the
 * prototype of each, which makes all that uses it slow.
 */
export function exchangesOf(
  app: ExpressPrototypes,
): (order: RequestOrder, body: Buffer, sink: AnswerSink) => Exchange {
  class WholeRequest extends IncomingMessage {
    constructor({ method, target, rawHeaders }: RequestOrder, body: Buffer) {
      super(null as never);
      this.method = method;
      this.url = target;
      // Node's own way of making `headers`: which repeated ones are joined, and how, is known there only.
      (this as unknown as HeaderLines)._addHeaderLines(rawHeaders, rawHeaders.length);
      if (body.length > 0) this.push(body);
      this.push(null);
    }
    // Everything was pushed at once, and there is no socket to ask for more.
    override _read(): void {}
  }

  class SinkResponse extends ServerResponse implements ExchangeResponse {
    readonly locals: object = Object.create(null);
    private bytes = 0;
    private parts = 0;

    constructor(
      request: IncomingMessage,
      private readonly sink: AnswerSink,
      private readonly maxBytes: number,
    ) {
      super(request);
    }

    override write(chunk: string | Uint8Array, encoding?: unknown): boolean {
      const bytes = bytesOf(chunk, encoding);
      if (!this.fits(bytes)) return false;
      this.parts += 1;
      return this.sink.part(bytes, () => this.emit('drain'));
    }

    override end(chunk?: unknown, encoding?: unknown): this {
      const status = Math.trunc(Number(this.statusCode));
      // As Node's `writeHead`.
      if (!(status >= 100 && status <= 999)) throw new RangeError(`Invalid status code: ${this.statusCode}`);
      const bytes = bytesOf(chunk, encoding);
      if (!this.fits(bytes)) return this;
      this.sink.end({ status, rawHeaders: rawHeadersOf(this), continues: this.parts > 0 }, bytes);
      return this.finish();
    }

    answerInstead(status: number, text: string): void {
      this.bytes = 0;
      this.parts = 0;
      this.statusCode = status;
      this.setHeader('content-type', 'text/plain');
      this.end(text);
    }

    private fits(bytes: Buffer): boolean {
      if (this.finished) return false;
      this.bytes += bytes.length;
      if (this.bytes <= this.maxBytes) return true;
      this.sink.tooLarge();
      this.finish();
      return false;
    }

    private finish(): this {
      this.finished = true;
      this.emit('finish');
      return this;
    }
  }

  Object.setPrototypeOf(WholeRequest.prototype, app.request);
  Object.setPrototypeOf(SinkResponse.prototype, app.response);
  return (order, body, sink) => {
    const request = new WholeRequest(order, body);
    const response = new SinkResponse(request, sink, order.maxAnswerBytes);
    Object.assign(request, { res: response });
    return { request, response };
  };
}

interface HeaderLines {
  _addHeaderLines(rawHeaders: string[], length: number): void;
}

function bytesOf(chunk: unknown, encoding: unknown): Buffer {
  if (typeof chunk === 'string')
    return Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8');
  if (chunk instanceof Uint8Array) return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
  return Buffer.alloc(0);
}

// Its types do not know that a response has `getRawHeaderNames`: https://nodejs.org/api/http.html#requestgetrawheadernames
function rawHeadersOf(response: ServerResponse & { getRawHeaderNames?(): string[] }): string[] {
  return (response.getRawHeaderNames?.() ?? response.getHeaderNames()).flatMap((name) => {
    const value = response.getHeader(name);
    return Array.isArray(value) ? value.flatMap((one) => [name, one]) : [name, String(value)];
  });
}
