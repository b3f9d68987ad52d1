import type { Duplex } from 'node:stream';

/** What travels between the gateway and the process with Twilio's runtime: something JSON can say, and bytes as they are. */
export interface Frame {
  head: unknown;
  body: Buffer;
}

/** Before head and body stands how long each is: two unsigned numbers of 32 bits, the lower byte first. */
const lengthBytes = 8;
/** Longer than any request or answer: what announces more is no frame. Bytes. */
const longestFrame = 64 * 1024 * 1024;

/**
 * Frames over a stream. Those sent in one turn of the event loop travel in one write, and those of one read are received in one
 * call, because each write and each read costs more than what is done with a request. A stream that carries anything else is
 * destroyed.
 */
export class FramedChannel {
  private outgoing: Buffer[] = [];
  private incoming: Buffer[] = [];
  private incomingBytes = 0;
  /** So many bytes must be there before it is worth looking at them again. */
  private wantedBytes = lengthBytes;

  constructor(
    private readonly stream: Duplex,
    private readonly receive: (frames: Frame[]) => void,
  ) {
    // Each answer that waits for the other side to read listens for itself.
    stream.setMaxListeners(0);
    stream.on('data', (chunk: Buffer) => this.read(chunk));
    // Its end is told by `close`, which follows.
    stream.on('error', () => {});
  }

  /** Whether the other side is still there to send to. */
  get open(): boolean {
    return this.stream.writable;
  }

  /** Whether the other side reads more slowly than is sent. */
  get full(): boolean {
    return this.stream.writableNeedDrain;
  }

  onceDrained(listener: () => void): void {
    this.stream.once('drain', listener);
  }

  onceClosed(listener: () => void): void {
    this.stream.once('close', listener);
  }

  send(head: object, body: Uint8Array = Buffer.alloc(0)): void {
    if (this.outgoing.length === 0) process.nextTick(() => this.flush());
    const text = Buffer.from(JSON.stringify(head));
    const lengths = Buffer.allocUnsafe(lengthBytes);
    lengths.writeUInt32LE(text.length, 0);
    lengths.writeUInt32LE(body.length, 4);
    this.outgoing.push(lengths, text, Buffer.from(body.buffer, body.byteOffset, body.length));
  }

  /** Writes what was sent so far at once, for when this turn of the event loop may last. */
  flush(): void {
    if (this.outgoing.length === 0) return;
    const bytes = joined(this.outgoing);
    this.outgoing = [];
    if (this.open) this.writeWithoutStack(bytes);
  }

  // A write fails when the other process has just ended, and Node looks at the stack of such an error. For one frame of ours it would
  // read the map of this program's sources, which it keeps: 10 MB.
  private writeWithoutStack(bytes: Buffer): void {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
      this.stream.write(bytes);
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  }

  private read(chunk: Buffer): void {
    this.incoming.push(chunk);
    this.incomingBytes += chunk.length;
    if (this.incomingBytes < this.wantedBytes) return;
    const { frames, rest, wantedBytes } = readFrames(joined(this.incoming));
    this.incoming = rest.length > 0 ? [rest] : [];
    this.incomingBytes = rest.length;
    this.wantedBytes = wantedBytes;
    if (frames.length > 0) this.receive(frames);
    if (wantedBytes > longestFrame) this.stream.destroy();
  }
}

function readFrames(bytes: Buffer): { frames: Frame[]; rest: Buffer; wantedBytes: number } {
  const frames: Frame[] = [];
  let at = 0;
  for (;;) {
    if (bytes.length < at + lengthBytes)
      return { frames, rest: bytes.subarray(at), wantedBytes: lengthBytes };
    const bodyAt = at + lengthBytes + bytes.readUInt32LE(at);
    const end = bodyAt + bytes.readUInt32LE(at + 4);
    if (bytes.length < end) return { frames, rest: bytes.subarray(at), wantedBytes: end - at };
    const head = parseHead(bytes.toString('utf8', at + lengthBytes, bodyAt));
    if (head === undefined)
      return { frames, rest: bytes.subarray(at), wantedBytes: Number.POSITIVE_INFINITY };
    // A copy, or whoever keeps a short body keeps everything alive that was read with it.
    frames.push({ head, body: Buffer.from(bytes.subarray(bodyAt, end)) });
    at = end;
  }
}

function joined(pieces: Buffer[]): Buffer {
  const [only] = pieces;
  return only && pieces.length === 1 ? only : Buffer.concat(pieces);
}

function parseHead(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
