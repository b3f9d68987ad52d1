import { Places } from './places';
import type { RuntimeReport, ServeOrder } from './runtime-messages';
import { type RuntimeAnswer, RuntimeFailure, RuntimeProcess, type RuntimeRequest } from './runtime-process';

/** What is served, with the limits of the supervisor's own. */
export type ServedProject = Omit<ServeOrder, 'kind' | 'timeLimit' | 'memoryLimit'>;

/** Things worth a line in the terminal. */
export type RuntimeEvent =
  | Exclude<RuntimeReport, { kind: 'ready' | 'cannot-serve' | 'pong' | 'started' | 'memory-full' }>
  /** Half of a handler's time is over. */
  | { kind: 'slow'; request: string }
  /** Its process ended and it was not the only one in it: it is run a second time, alone. */
  | { kind: 'run-again'; request: string }
  | { kind: 'replaced'; why: ReplaceReason };

export type ReplaceReason =
  | 'uncaught-error'
  | 'exited'
  | 'out-of-memory'
  | 'blocked'
  | 'time-limit'
  | 'new-code';

export interface Runtime {
  /** The first process serves. */
  ready: Promise<void>;
  /** Hands a request over and gives the handler's answer. @throws RuntimeFailure */
  send(request: RuntimeRequest): Promise<RuntimeAnswer>;
  /** Serves something else from now on; requests under way end as they began. Resolves when the new process serves. */
  reload(order: ServedProject): Promise<void>;
  close(): Promise<void>;
}

export interface SupervisionOptions {
  order: ServedProject;
  onEvent: (event: RuntimeEvent) => void;
  /** Milliseconds a handler has. Default 10 s: https://www.twilio.com/docs/serverless/functions-assets/functions/request-flow */
  timeLimit?: number;
  /** The port a debugger connects to. Handlers then have all the time in the world. */
  inspectPort?: number;
}

/** A process is asked for a sign of life this often, in milliseconds; its event loop counts as blocked when it misses four. */
const pulseInterval = 250;
const missedPulseLimit = 4;
/**
 * Bytes a process may have resident: the 256 MB of a Function, and what Node, Twilio's runtime and the guard take beside.
 * V8 keeps its heap below 256 MB itself; this is for what lies outside, as buffers do.
 */
const memoryLimit = (256 + 128) * 1024 * 1024;
/** How many processes may run one request each at a time: starting one takes a core for half a second. */
const mostAlone = 3;
/** What a process that is blocked may take to end itself before it is ended from outside, in milliseconds: it may be stopped. */
const endingTime = 1000;
const dayLong = 24 * 60 * 60 * 1000;

/**
 * Keeps Twilio's runtime running in one warm process and replaces the process when it can no longer be trusted: after an
 * uncaught error, when it exits, when its event loop is blocked, when a handler runs over its time, when the code changed.
 * The old process finishes the requests it has, the new one takes all others, so that a fault costs its own request only.
 */
export function superviseRuntime({
  order: firstOrder,
  onEvent,
  timeLimit: givenTimeLimit = 10_000,
  inspectPort,
}: SupervisionOptions): Runtime {
  const debugging = inspectPort !== undefined;
  const timeLimit = debugging ? dayLong : givenTimeLimit;
  const execArgv = debugging ? [`--inspect=127.0.0.1:${inspectPort}`] : [];
  let order = firstOrder;
  let closed = false;
  const alive = new Set<RuntimeProcess>();
  const missedPulses = new WeakMap<RuntimeProcess, number>();
  const places = new Places(mostAlone);
  let current = start();

  function start(): RuntimeProcess {
    const started = startProcess();
    void started.exited.then(() => {
      // One that dies before it serves would do so again: requests fail until the code changes.
      if (started === current && started.served) replace(started, started.ending);
    });
    return started;
  }

  function startProcess(): RuntimeProcess {
    const started = new RuntimeProcess(
      { ...order, timeLimit: debugging ? null : timeLimit, memoryLimit },
      (report) => listen(started, report),
      execArgv,
    );
    alive.add(started);
    void started.exited.then(() => alive.delete(started));
    return started;
  }

  function listen(from: RuntimeProcess, report: RuntimeReport): void {
    missedPulses.set(from, 0);
    switch (report.kind) {
      case 'ready':
      case 'cannot-serve':
      case 'pong':
      case 'started':
        return;
      case 'memory-full':
        replace(from, 'out-of-memory');
        return;
    }
    onEvent(report);
    if (report.kind === 'uncaught') replace(from, 'uncaught-error');
  }

  function replace(old: RuntimeProcess, why: ReplaceReason): void {
    if (closed || old !== current) return;
    if (why === 'blocked') old.blocked = true;
    onEvent({ kind: 'replaced', why });
    current = start();
    retire(old);
  }

  function retire(old: RuntimeProcess): void {
    old.giveUpWaiting();
    // Only one process can have the debugger's port.
    if (debugging) old.kill();
    const patience = setTimeout(() => old.kill(), old.blocked ? timeLimit + endingTime : 3 * timeLimit);
    const look = setInterval(() => {
      if (old.busy === 0) old.kill();
    }, 20);
    void old.exited.then(() => {
      clearTimeout(patience);
      clearInterval(look);
    });
  }

  function isBlocked(process: RuntimeProcess): boolean {
    return (missedPulses.get(process) ?? 0) >= missedPulseLimit;
  }

  const pulse = setInterval(() => {
    for (const process of alive) {
      if (isBlocked(process) && process.busy > 0 && !debugging) replace(process, 'blocked');
      if (process.served) missedPulses.set(process, (missedPulses.get(process) ?? 0) + 1);
      process.ping();
    }
  }, pulseInterval);
  pulse.unref();

  async function send(request: RuntimeRequest): Promise<RuntimeAnswer> {
    const warning = setTimeout(() => onEvent({ kind: 'slow', request: request.number }), timeLimit / 2);
    try {
      return await sendToCurrent(request);
    } catch (error) {
      if (!(error instanceof RuntimeFailure) || !error.shared || closed) throw error;
      return await sendAlone(request);
    } finally {
      clearTimeout(warning);
    }
  }

  async function sendToCurrent(request: RuntimeRequest): Promise<RuntimeAnswer> {
    const begin = performance.now();
    // A handler's time begins when a process takes it; what a process takes to start is none of its.
    const late = () => performance.now() - begin >= 2 * timeLimit;
    for (;;) {
      const used = current;
      try {
        await used.ready;
        return await withTimeLimit(used, request);
      } catch (error) {
        if (error instanceof RuntimeFailure ? error.started : used.served) throw error;
        // The handler never ran, so another process may have the request; one that dies while it starts gives no hope.
        if (closed || late() || !used.served) throw new RuntimeFailure(late() ? 'too-slow' : 'exited', false);
        replace(used, 'exited');
      }
    }
  }

  async function withTimeLimit(used: RuntimeProcess, request: RuntimeRequest): Promise<RuntimeAnswer> {
    const expire = (): void => {
      // Nobody can tell whose fault a blocked process is: it ends itself, and each request is then run alone.
      if (isBlocked(used)) {
        limit = setTimeout(expire, pulseInterval);
        return;
      }
      replace(used, 'time-limit');
      used.expire(request.number);
    };
    let limit = setTimeout(expire, timeLimit);
    try {
      return await used.send(request);
    } finally {
      clearTimeout(limit);
    }
  }

  // Of the requests that shared a process that ended one is to blame, and which shows when each has a process to itself.
  // A second run is what Twilio's retries may cause as well: handlers have to bear it.
  async function sendAlone(request: RuntimeRequest): Promise<RuntimeAnswer> {
    await places.take();
    try {
      return await runAlone(request);
    } finally {
      places.give();
    }
  }

  async function runAlone(request: RuntimeRequest): Promise<RuntimeAnswer> {
    if (closed) throw new RuntimeFailure('exited', true);
    onEvent({ kind: 'run-again', request: request.number });
    const own = startProcess();
    let limit: NodeJS.Timeout | undefined;
    try {
      await own.ready;
      limit = setTimeout(() => own.expire(request.number), timeLimit + pulseInterval);
      return await own.send(request);
    } catch (error) {
      throw error instanceof RuntimeFailure ? error : new RuntimeFailure('exited', true);
    } finally {
      clearTimeout(limit);
      own.kill();
    }
  }

  return {
    ready: current.ready,
    send,
    async reload(next) {
      order = next;
      const old = current;
      replace(old, 'new-code');
      await current.ready;
    },
    async close() {
      closed = true;
      clearInterval(pulse);
      for (const process of alive) process.kill();
      await Promise.all([...alive].map(({ exited }) => exited));
    },
  };
}
