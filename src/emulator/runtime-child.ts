/**
 * The process that hosts Twilio's own local runtime, `LocalDevelopmentServer` of `@twilio/runtime-handler/dev`, in its
 * fast mode (no process per request). Started and replaced by `supervise-runtime.ts`; never started by hand.
 *
 * That mode has three faults, measured with 2.0.1, which `handler-wrapper.ts` removes: a rejected promise kills the
 * process, `callback(null, 42)` does too, and an error's stack is sent to the caller.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import path from 'node:path';
import { getHeapStatistics } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { markEdge } from '../twilio/edge-mark';
import { describeThrown } from './describe-thrown';
import { isWrapped, wrapHandler } from './handler-wrapper';
import { LostCallbacks } from './lost-callbacks';
import { beatInterval, type GuardOrder } from './runtime-guard';
import { maxHeadBytes, type RuntimeReport, requestNumberHeader, type ServeOrder } from './runtime-messages';
import { createTwilioApp } from './twilio-app';

interface CurrentRequest {
  number: string;
  /** Its handler has called back. */
  answered: boolean;
  /** Ends the watch over its callback: it returned before it called back. */
  endWatch?: () => void;
}

// Known before any order comes: whoever gives orders may be killed before.
const [, , socketFolder] = process.argv;
const currentRequest = new AsyncLocalStorage<CurrentRequest>();
let lostCallbacks: LostCallbacks;

// The channel to the supervisor is ours: what a handler sends there by chance must not pass for a report.
const send = process.send?.bind(process);
Reflect.deleteProperty(process, 'send');
Reflect.deleteProperty(process, 'disconnect');

process.once('message', (order: ServeOrder) => {
  try {
    serve(order);
  } catch (error) {
    report({ kind: 'cannot-serve', message: error instanceof Error ? error.message : describeThrown(error) });
  }
});
process.on('message', (message: { kind: string }) => {
  if (message.kind === 'ping') report({ kind: 'pong' });
});
process.on('disconnect', end);
// Ctrl-C and a closed terminal reach every process of the group; it is the supervisor that ends this one.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});
process.on('uncaughtException', (error) => {
  const { number = null, answered = false } = currentRequest.getStore() ?? {};
  report({ kind: 'uncaught', request: number, answered, stack: describeThrown(error) });
});
process.exit = ((code?: number) => {
  throw new Error(`process.exit(${code ?? ''}) was called: a Function ends by calling its callback`);
}) as typeof process.exit;

function serve({
  baseDir,
  domainName,
  variables,
  routes,
  socketPath,
  timeLimit,
  memoryLimit,
}: ServeOrder): void {
  markEdge();
  lostCallbacks = new LostCallbacks(0.75 * (timeLimit ?? 10_000));
  const app = createTwilioApp({ baseDir, domainName, variables, routes }, answerUnreadable);
  const functionFiles = new Map(
    routes.filter(({ kind }) => kind === 'function').map((route) => [route.path, route.filePath]),
  );
  // The gateway has judged the head of a request, a long URL included: what it passed on is taken here.
  const options = { requireHostHeader: false, keepAliveTimeout: 0, maxHeaderSize: 2 * maxHeadBytes };
  const server = createServer(options, (request, response) => {
    const number = String(request.headers[requestNumberHeader] ?? '');
    currentRequest.run({ number, answered: false }, () => {
      report({ kind: 'started', request: number });
      const file = functionFiles.get(request.url?.split('?', 1)[0] ?? '');
      if (!file || prepareHandler(file)) app(request, response);
      else answerPlainly(response, 500, 'Internal Server Error');
    });
  });
  server.listen(socketPath, () => {
    // Not before: loading Twilio's runtime blocks, and is nobody's endless loop.
    startGuard({ timeLimit, memoryLimit });
    report({ kind: 'ready' });
  });
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

// Express would send the stack to the caller. It tells an error handler by its four parameters.
function answerUnreadable(error: unknown, _: IncomingMessage, response: ServerResponse, __: unknown): void {
  const { number = '' } = currentRequest.getStore() ?? {};
  const { status, message } = Object(error) as { status?: unknown; message?: unknown };
  const readable = typeof status === 'number' && status >= 400 && status < 500;
  if (readable)
    report({ kind: 'unreadable', request: number, message: typeof message === 'string' ? message : '' });
  else observeHandler().failed('threw', error);
  if (response.headersSent) response.destroy();
  else if (readable) answerPlainly(response, 400, 'Bad Request');
  else answerPlainly(response, 500, 'Internal Server Error');
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

function answerPlainly(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' }).end(text);
}

function report(message: RuntimeReport): void {
  // Without a callback a supervisor that is gone becomes an uncaught error, which is reported, and so on for ever.
  if (process.connected)
    send?.(message, undefined, undefined, (error: Error | null) => {
      if (error) end();
    });
}

// The supervisor was killed before it could tidy up: what it made for this process goes with it.
function end(): void {
  if (socketFolder) rmSync(socketFolder, { recursive: true, force: true });
  process.kill(process.pid, 'SIGKILL');
}
