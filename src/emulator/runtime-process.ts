import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { packageRoot } from './package-root';
import { ProjectFault } from './project-fault';
import {
  blockedSignal,
  outOfMemorySignal,
  type RuntimeReport,
  readReport,
  requestNumberHeader,
  type ServeOrder,
} from './runtime-messages';
import { watchStderr } from './watch-stderr';

/** A request as it goes to Twilio's runtime: the bytes that came, under a number. */
export interface RuntimeRequest {
  number: string;
  method: string;
  /** Path and query as received. */
  target: string;
  /** Name, value, name, value, as received. */
  rawHeaders: string[];
  body: Buffer;
  /** An answer with a longer body is not taken. */
  maxAnswerBytes: number;
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

/** How long after its connections break a process may take to end. Milliseconds. */
const endingTime = 200;

interface WaitingRequest {
  started: boolean;
  /** Its handler has returned, and nobody can call back for it: if it has not called back by then, it never will. */
  returned: boolean;
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
  private readonly folder = mkdtempSync(path.join(tmpdir(), 'ringtrue-'));
  private readonly socketPath: string;
  private readonly agent = new Agent({ keepAlive: true });
  private readonly waiting = new Map<string, WaitingRequest>();

  constructor(
    order: Omit<ServeOrder, 'kind' | 'socketPath'>,
    private readonly hear: (report: RuntimeReport) => void,
    execArgv: string[] = [],
  ) {
    this.socketPath =
      process.platform === 'win32'
        ? `\\\\.\\pipe\\${path.basename(this.folder)}`
        : path.join(this.folder, 'runtime.sock');
    try {
      this.child = fork(path.join(packageRoot(), 'dist', 'tool', 'runtime-child.js'), [this.folder], {
        cwd: order.baseDir,
        // As `twilio-run start` does: handlers see the variables of the project, not those of the shell.
        env: { ...order.variables, NODE_ENV: 'development' },
        // 256 MB is what a Function has: https://www.twilio.com/docs/serverless/functions-assets/functions/faq
        // A small young generation costs a few per cent of speed and spares 30 MB.
        execArgv: [
          '--enable-source-maps',
          '--max-old-space-size=256',
          '--max-semi-space-size=2',
          ...execArgv,
        ],
        stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
      });
    } catch (error) {
      rmSync(this.folder, { recursive: true });
      throw error;
    }
    const saidHeapIsFull = this.child.stderr ? watchStderr(this.child.stderr) : async () => false;
    this.exited = ended(this.child).then(async ({ signal }) => {
      const heapIsFull = await saidHeapIsFull(endingTime / 2);
      // A full heap keeps the event loop busy as well, with collecting.
      if (heapIsFull || signal === outOfMemorySignal) this.ending = 'out-of-memory';
      else if (signal === blockedSignal || this.blocked) this.ending = 'blocked';
      this.agent.destroy();
      const shared = this.waiting.size > 1 || this.moved;
      const why = this.ending === 'blocked' ? 'too-slow' : this.ending;
      for (const [number, { started }] of [...this.waiting])
        this.abandon(number, new RuntimeFailure(why, started, shared && started));
      rmSync(this.folder, { recursive: true, force: true });
    });
    this.ready = new Promise((resolve, reject) => {
      this.child.on('message', (message) => {
        const report = readReport(message);
        if (!report) return;
        if (report.kind === 'ready') {
          this.served = true;
          resolve();
        }
        if (report.kind === 'cannot-serve') {
          reject(new ProjectFault(`Twilio’s runtime does not start: ${report.message}`));
          this.kill();
        }
        this.listen(report);
      });
      this.child.on('error', reject);
      this.child.once('exit', () =>
        reject(new Error('the process with Twilio’s runtime ended while it started')),
      );
    });
    this.ready.catch(() => {});
    this.child.send({ kind: 'serve', ...order, socketPath: this.socketPath } satisfies ServeOrder, () => {});
  }

  /** How many requests it has not answered yet. */
  get busy(): number {
    return this.waiting.size;
  }

  /** Hands a request over. @throws RuntimeFailure */
  async send(message: RuntimeRequest): Promise<RuntimeAnswer> {
    return new Promise((resolve, reject) => {
      const outgoing = httpRequest({
        socketPath: this.socketPath,
        agent: this.agent,
        method: message.method,
        path: message.target,
        headers: [...message.rawHeaders, requestNumberHeader, message.number],
        setHost: false,
      });
      const settle = (): void => {
        this.waiting.delete(message.number);
      };
      const giveUp = (failure: RuntimeFailure): void => {
        settle();
        outgoing.destroy();
        reject(failure);
      };
      const entry = { started: false, returned: false, giveUp };
      this.waiting.set(message.number, entry);
      const lose = async (): Promise<void> => {
        // When the process has ended, its end tells more than a broken connection.
        await Promise.race([this.exited, setTimeout(endingTime)]);
        giveUp(new RuntimeFailure('exited', entry.started));
      };
      outgoing.on('error', lose);
      outgoing.on('response', (incoming) => {
        const chunks: Buffer[] = [];
        let size = 0;
        incoming.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > message.maxAnswerBytes) giveUp(new RuntimeFailure('response-too-large', true));
          chunks.push(chunk);
        });
        incoming.on('error', lose);
        incoming.on('end', () => {
          settle();
          resolve({
            status: incoming.statusCode ?? 500,
            rawHeaders: incoming.rawHeaders,
            body: Buffer.concat(chunks),
          });
        });
      });
      outgoing.end(message.body);
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
    if (this.child.connected) this.child.send({ kind: 'ping' }, () => {});
  }

  /** Ends the process at once; requests it has not answered fail. */
  kill(): void {
    this.child.kill('SIGKILL');
  }

  private abandon(number: string, failure: RuntimeFailure): void {
    this.waiting.get(number)?.giveUp(failure);
  }

  private listen(report: RuntimeReport): void {
    const entry =
      'request' in report && report.request !== null ? this.waiting.get(report.request) : undefined;
    if (entry && report.kind === 'started') entry.started = true;
    if (entry && report.kind === 'returned-without-callback') entry.returned = true;
    if (report.kind === 'uncaught' && report.request !== null && !report.answered)
      this.abandon(report.request, new RuntimeFailure('uncaught', true));
    this.hear(report);
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
