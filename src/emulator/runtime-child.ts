/**
 * The process that hosts Twilio's own local runtime, `LocalDevelopmentServer` of `@twilio/runtime-handler/dev`, in its
 * fast mode (no process per request). Started and replaced by `supervise-runtime.ts`; never started by hand.
 *
 * That mode has three faults, measured with 2.0.1, which `handler-wrapper.ts` removes: a rejected promise kills the
 * process, `callback(null, 42)` does too, and an error's stack is sent to the caller.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { Socket } from 'node:net';
import path from 'node:path';
import { getHeapStatistics } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { markEdge } from '../twilio/edge-mark';
import { describeThrown } from './describe-thrown';
import type { AnswerSink, Exchange } from './express-exchange';
import { type Frame, FramedChannel } from './framed-channel';
import { isWrapped, wrapHandler } from './handler-wrapper';
import { LostCallbacks } from './lost-callbacks';
import { beatInterval, type GuardOrder } from './runtime-guard';
import {
  channelDescriptor,
  type RequestOrder,
  type RuntimeMessage,
  type RuntimeOrder,
  type ServeOrder,
} from './runtime-messages';
import { createTwilioApp } from './twilio-app';

interface CurrentRequest {
  number: string;
  /** Its handler has called back. */
  answered: boolean;
  /** Ends the watch over its callback: it returned before it called back. */
  endWatch?: () => void;
}

const currentRequest = new AsyncLocalStorage<CurrentRequest>();
let lostCallbacks: LostCallbacks;
let answerRequest: (order: RequestOrder, body: Buffer) => void = () => {};

const channel = new FramedChannel(
  new Socket({ fd: channelDescriptor, readable: true, writable: true }),
  (frames) => {
    tellStarted(frames);
    for (const { head, body } of frames) obey(head as RuntimeOrder, body);
  },
);
// The supervisor was killed before it could end this one.
channel.onceClosed(() => process.kill(process.pid, 'SIGKILL'));
// Ctrl-C and a closed terminal reach every process of the group; it is the supervisor that ends this one.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});
process.on('uncaughtException', (error) => {
  const { number = null, answered = false } = currentRequest.getStore() ?? {};
  report({ kind: 'uncaught', request: number, answered, stack: describeThrown(error) });
});
process.exit = ((code?: number) => {
  throw new Error(`process.exit(${code ?? ''}) was called: a Function ends by calling its callback`);
}) as typeof process.exit;

// At once, and before any of them runs: a handler may never let this process write again.
function tellStarted(frames: Frame[]): void {
  const requests = frames
    .map(({ head }) => head as RuntimeOrder)
    .flatMap((order) => (order.kind === 'request' ? [order.number] : []));
  if (requests.length === 0) return;
  report({ kind: 'started', requests });
  channel.flush();
}

function obey(order: RuntimeOrder, body: Buffer): void {
  switch (order.kind) {
    case 'ping':
      report({ kind: 'pong' });
      break;
    case 'request':
      currentRequest.run({ number: order.number, answered: false }, answerRequest, order, body);
      break;
    case 'serve':
      try {
        serve(order);
      } catch (error) {
        const message = error instanceof Error ? error.message : describeThrown(error);
        report({ kind: 'cannot-serve', message });
      }
  }
}

function serve({ baseDir, domainName, variables, routes, timeLimit, memoryLimit }: ServeOrder): void {
  markEdge();
  lostCallbacks = new LostCallbacks(0.75 * (timeLimit ?? 10_000));
  const app = createTwilioApp({ baseDir, domainName, variables, routes }, answerUnreadable);
  const functionFiles = new Map(
    routes.filter(({ kind }) => kind === 'function').map((route) => [route.path, route.filePath]),
  );
  answerRequest = (order, body) => {
    const exchange = app.exchange(order, body, answerTo(order.number));
    const file = functionFiles.get(order.target.split('?', 1)[0] ?? '');
    if (!file || prepareHandler(file)) app.run(exchange);
    else exchange.response.answerInstead(500, 'Internal Server Error');
  };
  // Not before: loading Twilio's runtime blocks, and is nobody's endless loop.
  startGuard({ timeLimit, memoryLimit });
  report({ kind: 'ready' });
}

function answerTo(request: string): AnswerSink {
  return {
    part(bytes, onRoom) {
      channel.send({ kind: 'part', request } satisfies RuntimeMessage, bytes);
      if (!channel.full) return true;
      channel.onceDrained(onRoom);
      return false;
    },
    end(answer, body) {
      channel.send({ kind: 'answer', request, ...answer } satisfies RuntimeMessage, body);
      // At once: after its callback a handler may end the process, or never let it write again.
      channel.flush();
    },
    tooLarge: () => report({ kind: 'answer-too-large', request }),
  };
}

function startGuard(limits: Omit<GuardOrder, 'beats'>): void {
  const beats = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const count = new Int32Array(beats);
  let full = false;
  setInterval(() => {
    Atomics.add(count, 0, 1);
    if (full || !isFull(limits.memoryLimit)) return;
    full = true;
    report({ kind: 'memory-full' });
  }, beatInterval).unref();
  const order: GuardOrder = { beats, ...limits, memoryLimit: limits.memoryLimit + hurry };
  new Worker(path.join(__dirname, 'runtime-guard.js'), { workerData: order }).unref();
}

/** Bytes between the memory at which a process is replaced in peace and that at which it is ended. */
const hurry = 64 * 1024 * 1024;

function isFull(memoryLimit: number): boolean {
  const { used_heap_size, heap_size_limit } = getHeapStatistics();
  return used_heap_size > 0.85 * heap_size_limit || process.memoryUsage.rss() > memoryLimit;
}

// Express would send the stack to the caller.
function answerUnreadable(error: unknown, { response }: Exchange): void {
  const { number = '' } = currentRequest.getStore() ?? {};
  const { status, message } = Object(error) as { status?: unknown; message?: unknown };
  const readable = typeof status === 'number' && status >= 400 && status < 500;
  if (readable)
    report({ kind: 'unreadable', request: number, message: typeof message === 'string' ? message : '' });
  else observeHandler().failed('threw', error);
  if (response.writableEnded) return;
  if (readable) response.answerInstead(400, 'Bad Request');
  else response.answerInstead(500, 'Internal Server Error');
}

// Twilio's runtime takes the handler from `require(file).handler` at each request, so replacing it in the module's
// exports once is enough. Answers whether there is a handler to run.
function prepareHandler(file: string): boolean {
  try {
    const exports: { handler?: unknown } = require(file);
    const { handler } = exports;
    if (typeof handler !== 'function') throw new Error(`${file} exports no function named "handler"`);
    if (!isWrapped(handler)) {
      const wrapped = wrapHandler(handler as Parameters<typeof wrapHandler>[0], observeHandler);
      // esbuild's exports are getters: they can be replaced only together with the object that holds them.
      const loaded = require.cache[file];
      if (loaded) loaded.exports = { ...exports, handler: wrapped };
    }
    return true;
  } catch (error) {
    observeHandler().failed('threw', error);
    return false;
  }
}

function observeHandler(): ReturnType<Parameters<typeof wrapHandler>[1]> {
  const current: CurrentRequest = currentRequest.getStore() ?? { number: '', answered: false };
  const request = current.number;
  return {
    calledBack: () => {
      current.answered = true;
      current.endWatch?.();
    },
    failed: (how, error) => report({ kind: 'failed', request, how, stack: describeThrown(error) }),
    returnedWithoutCallback: () => report({ kind: 'returned-without-callback', request }),
    returnedEarly: (callback) => {
      current.endWatch = lostCallbacks.watch(callback, () =>
        report({ kind: 'returned-without-callback', request }),
      );
    },
    calledBackTwice: () => report({ kind: 'called-back-twice', request }),
  };
}

function report(message: RuntimeMessage): void {
  channel.send(message);
}
