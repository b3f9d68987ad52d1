/**
 * The process that hosts Twilio's own local runtime, `LocalDevelopmentServer` of `@twilio/runtime-handler/dev`, in its
 * fast mode (no process per request). Started and replaced by `supervise-runtime.ts`; never started by hand.
 *
 * That mode has three faults, measured with 2.0.1, which `handler-wrapper.ts` removes: a rejected promise kills the
 * process, `callback(null, 42)` does too, and an error's stack is sent to the caller.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { markEdge } from '../twilio/edge-mark';
import { isWrapped, wrapHandler } from './handler-wrapper';
import type { Route } from './routes';
import { beatInterval, type GuardOrder } from './runtime-guard';
import { type RuntimeReport, requestNumberHeader, type ServeOrder } from './runtime-messages';

const currentRequest = new AsyncLocalStorage<string>();

process.once('message', (order: ServeOrder) => {
  try {
    serve(order);
  } catch (error) {
    report({ kind: 'cannot-serve', message: error instanceof Error ? error.message : String(error) });
  }
});
process.on('message', (message: { kind: string }) => {
  if (message.kind === 'ping') report({ kind: 'pong' });
});
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.on('uncaughtException', (error) => {
  report({ kind: 'uncaught', request: currentRequest.getStore() ?? null, stack: describe(error) });
});
process.exit = ((code?: number) => {
  throw new Error(`process.exit(${code ?? ''}) was called: a Function ends by calling its callback`);
}) as typeof process.exit;

function serve({ baseDir, domainName, variables, routes, socketPath, timeLimit }: ServeOrder): void {
  markEdge();
  startGuard(timeLimit);
  const app = createTwilioApp({ baseDir, domainName, variables, routes });
  const functionFiles = new Map(
    routes.filter(({ kind }) => kind === 'function').map((route) => [route.path, route.filePath]),
  );
  const server = createServer({ requireHostHeader: false, keepAliveTimeout: 0 }, (request, response) => {
    const number = String(request.headers[requestNumberHeader] ?? '');
    currentRequest.run(number, () => {
      report({ kind: 'started', request: number });
      const file = functionFiles.get(request.url?.split('?', 1)[0] ?? '');
      if (!file || prepareHandler(file)) app(request, response);
      else answerFailure(response);
    });
  });
  server.listen(socketPath, () => report({ kind: 'ready' }));
}

function startGuard(timeLimit: number | null): void {
  const beats = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const count = new Int32Array(beats);
  setInterval(() => Atomics.add(count, 0, 1), beatInterval).unref();
  const order: GuardOrder = { beats, timeLimit };
  new Worker(path.join(__dirname, 'runtime-guard.js'), { workerData: order }).unref();
}

function createTwilioApp({
  baseDir,
  domainName,
  variables,
  routes,
}: Pick<ServeOrder, 'baseDir' | 'domainName' | 'variables' | 'routes'>): RequestListener {
  // The project's own copy, because its `twilio` must be the one that handlers make TwiML with.
  const requireFromProject = createRequire(path.join(baseDir, 'package.json'));
  const { LocalDevelopmentServer } = requireFromProject('@twilio/runtime-handler/dev');
  const server = new LocalDevelopmentServer(0, {
    baseDir,
    env: variables,
    url: `http://${domainName}`,
    live: false,
    logs: false,
    legacyMode: false,
    detailedLogs: false,
    forkProcess: false,
    enableDebugLogs: false,
    appName: 'ringtrue',
    routes: { functions: twilioRoutes(routes, 'function'), assets: twilioRoutes(routes, 'asset') },
  });
  return server.getApp();
}

function twilioRoutes(routes: Route[], kind: Route['kind']): object[] {
  return routes
    .filter((route) => route.kind === kind)
    .map(({ path: url, access, filePath }) => ({
      type: kind,
      name: url,
      path: url,
      access,
      filePath,
      content: '',
    }));
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
  const request = currentRequest.getStore() ?? '';
  return {
    failed: (how, error) => report({ kind: 'failed', request, how, stack: describe(error) }),
    returnedWithoutCallback: () => report({ kind: 'returned-without-callback', request }),
    calledBackTwice: () => report({ kind: 'called-back-twice', request }),
  };
}

function answerFailure(response: ServerResponse): void {
  response.writeHead(500, { 'content-type': 'text/plain' }).end('Internal Server Error');
}

function report(message: RuntimeReport): void {
  if (process.connected) process.send?.(message);
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : `thrown: ${String(error)}`;
}
