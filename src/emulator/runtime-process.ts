import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { type Frame, FramedChannel } from './framed-channel';
import { packageRoot } from './package-root';
import { ProjectFault } from './project-fault';
import {
  blockedSignal,
  channelDescriptor,
  outOfMemorySignal,
  type RequestOrder,
  type RuntimeMessage,
  type RuntimeOrder,
  type RuntimeReply,
  type RuntimeReport,
  readMessage,
  type ServeOrder,
} from './runtime-messages';
import { watchStderr } from './watch-stderr';

/** A request as it goes to Twilio's runtime: the bytes that came, under a number. */
export interface RuntimeRequest extends Omit<RequestOrder, 'kind'> {
  body: Buffer;
}

export interface RuntimeAnswer {
  status: number;
  rawHeaders: string[];
  body: Buffer;
}

/** Why a request got no answer. */
export class RuntimeFailure extends Error {
  override name = 'RuntimeFailure';
  constructor(
    readonly why:
      | 'uncaught'
      | 'exited'
      | 'out-of-memory'
      | 'too-slow'
      | 'never-called-back'
      | 'response-too-large',
    /** Whether the handler may have run. */
    readonly started: boolean,
    /** Its process ended with other requests in it: nobody can tell whose fault it was. */
    readonly shared = false,
  ) {
    super(`the runtime gave no answer: ${why}`);
  }
}

/** How long after its channel breaks a process may take to end. Milliseconds. */
const endingTime = 200;

interface WaitingRequest {
  started: boolean;
  /** Its handler has returned, and nobody can call back for it: if it has not called back by then, it never will. */
  returned: boolean;
  /** What has come of the answer's body. */
  parts: Buffer[];
  resolve: (answer: RuntimeAnswer) => void;
  giveUp: (failure: RuntimeFailure) => void;
}

/** One process with Twilio's runtime in it. It serves from `ready` on until it is ended, and is never used again. */
export class RuntimeProcess {
  /** Rejects when the process ends before it serves. */
  readonly ready: Promise<void>;
  readonly exited: Promise<void>;
  /** How it ended, once it has. */
  ending: 'exited' | 'out-of-memory' | 'blocked' = 'exited';
  /** Set by its supervisor: its event loop stood still, and when it ends it is for that. */
  blocked = false;
  /** Whether it was ever ready. */
  served = false;
  /** Requests were taken from it that seemed not to have started: its end may be the fault of one of them. */
  private moved = false;
  private readonly child: ChildProcess;
  private readonly channel: FramedChannel | undefined;
  private readonly waiting = new Map<string, WaitingRequest>();
  private onStart: { resolve: () => void; reject: (error: Error) => void } | undefined;

  constructor(
    order: Omit<ServeOrder, 'kind'>,
    private readonly hear: (report: RuntimeReport) => void,
    execArgv: string[] = [],
  ) {
    const program = path.join(packageRoot(), 'dist', 'tool', 'runtime-child.js');
    // 256 MB is what a Function has: https://www.twilio.com/docs/serverless/functions-assets/functions/faq
    // A small young generation costs a few per cent of speed and spares 30 MB.
    const limits = ['--max-old-space-size=256', '--max-semi-space-size=2'];
    this.child = spawn(process.execPath, ['--enable-source-maps', ...limits, ...execArgv, program], {
      cwd: order.baseDir,
      // As `twilio-run start` does: handlers see the variables of the project, not those of the shell.
      env: { ...order.variables, NODE_ENV: 'development' },
      stdio: ['ignore', 'inherit', 'pipe', 'pipe'],
    });
    // Where the system has no more file descriptors there is none; that the process did not start is told by its `error`.
    const stream = this.child.stdio?.[channelDescriptor] as Duplex | undefined;
    this.channel = stream && new FramedChannel(stream, (frames) => this.receive(frames));
    const channelClosed = new Promise<void>((resolve) => this.channel?.onceClosed(resolve));
    void channelClosed.then(() => this.endWithChannel());
    const saidHeapIsFull = this.child.stderr ? watchStderr(this.child.stderr) : async () => false;
    this.exited = ended(this.child).then(async ({ signal }) => {
      const [heapIsFull] = await Promise.all([
        saidHeapIsFull(endingTime / 2),
        // What it answered before may still have to be read.
        Promise.race([channelClosed, setTimeout(endingTime / 2)]),
      ]);
      // A full heap keeps the event loop busy as well, with collecting.
      if (heapIsFull || signal === outOfMemorySignal) this.ending = 'out-of-memory';
      else if (signal === blockedSignal || this.blocked) this.ending = 'blocked';
      const shared = this.waiting.size > 1 || this.moved;
      const why = this.ending === 'blocked' ? 'too-slow' : this.ending;
      for (const [number, { started }] of [...this.waiting])
        this.abandon(number, new RuntimeFailure(why, started, shared && started));
    });
    this.ready = new Promise((resolve, reject) => {
      this.onStart = { resolve, reject };
      this.child.on('error', reject);
      this.child.once('exit', () =>
        reject(new Error('the process with Twilio’s runtime ended while it started')),
      );
    });
    this.ready.catch(() => {});
    this.tell({ kind: 'serve', ...order });
  }

  /** How many requests it has not answered yet. */
  get busy(): number {
    return this.waiting.size;
  }

  /** Hands a request over. @throws RuntimeFailure */
  async send({ body, ...request }: RuntimeRequest): Promise<RuntimeAnswer> {
    if (!this.channel?.open) throw new RuntimeFailure('exited', false);
    return new Promise((resolve, reject) => {
      const { number } = request;
      const giveUp = (failure: RuntimeFailure): void => {
        this.waiting.delete(number);
        reject(failure);
      };
      this.waiting.set(number, { started: false, returned: false, parts: [], resolve, giveUp });
      this.tell({ kind: 'request', ...request }, body);
    });
  }

  /** Stops waiting for a request whose time is over. */
  expire(number: string): void {
    const entry = this.waiting.get(number);
    const why = entry?.returned ? 'never-called-back' : 'too-slow';
    this.abandon(number, new RuntimeFailure(why, entry?.started ?? false));
  }

  /** Hands back the requests whose handler has not started: they fail with `started: false`. */
  giveUpWaiting(): void {
    for (const [number, { started }] of [...this.waiting]) {
      if (started) continue;
      this.moved = true;
      this.abandon(number, new RuntimeFailure('exited', false));
    }
  }

  /** Asks for a sign of life, which comes as a `pong` report. */
  ping(): void {
    this.tell({ kind: 'ping' });
  }

  /** Ends the process at once; requests it has not answered fail. */
  kill(): void {
    this.child.kill('SIGKILL');
  }

  private abandon(number: string, failure: RuntimeFailure): void {
    this.waiting.get(number)?.giveUp(failure);
  }

  private tell(order: RuntimeOrder, body?: Buffer): void {
    this.channel?.send(order, body);
  }

  private receive(frames: Frame[]): void {
    for (const { head, body } of frames) {
      const message = readMessage(head);
      if (message) this.take(message, body);
    }
  }

  private take(message: RuntimeMessage, body: Buffer): void {
    switch (message.kind) {
      // One that was given up is not waited for any more, but may be answered all the same.
      case 'part':
        this.waiting.get(message.request)?.parts.push(body);
        break;
      case 'answer':
        this.settle(message, body);
        break;
      case 'answer-too-large':
        this.abandon(message.request, new RuntimeFailure('response-too-large', true));
        break;
      default:
        this.listen(message);
    }
  }

  private settle(answer: RuntimeReply & { kind: 'answer' }, last: Buffer): void {
    const { request, status, rawHeaders, continues } = answer;
    const entry = this.waiting.get(request);
    this.waiting.delete(request);
    entry?.resolve({ status, rawHeaders, body: continues ? Buffer.concat([...entry.parts, last]) : last });
  }

  private listen(report: RuntimeReport): void {
    switch (report.kind) {
      case 'ready':
        this.served = true;
        this.onStart?.resolve();
        break;
      case 'cannot-serve':
        this.onStart?.reject(new ProjectFault(`Twilio’s runtime does not start: ${report.message}`));
        this.kill();
        break;
      case 'started':
        for (const request of report.requests) this.mark(request, { started: true });
        break;
      case 'returned-without-callback':
        this.mark(report.request, { returned: true });
        break;
      case 'uncaught':
        if (report.request !== null && !report.answered)
          this.abandon(report.request, new RuntimeFailure('uncaught', true));
    }
    this.hear(report);
  }

  private mark(request: string, what: Partial<WaitingRequest>): void {
    const entry = this.waiting.get(request);
    if (entry) Object.assign(entry, what);
  }

  // It cannot be told anything any more. When it is about to end by itself, how it ends is worth knowing.
  private async endWithChannel(): Promise<void> {
    await Promise.race([this.exited, setTimeout(endingTime)]);
    this.kill();
  }
}

// One that could not be started never exits.
function ended(child: ChildProcess): Promise<{ signal: NodeJS.Signals | null }> {
  return new Promise((resolve) => {
    child.once('exit', (_, signal) => resolve({ signal }));
    child.once('error', () => {
      if (child.pid === undefined) resolve({ signal: null });
    });
  });
}
