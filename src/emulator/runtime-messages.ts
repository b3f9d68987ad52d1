import type { Route } from './routes';

/** What the supervisor tells the process that hosts Twilio's runtime, once, as its first message. */
export interface ServeOrder {
  kind: 'serve';
  /** Absolute path of the project; its `twilio` is the one that handlers see. */
  baseDir: string;
  /** Becomes `context.DOMAIN_NAME`. */
  domainName: string;
  /** Become `context`, beside Twilio's own. */
  variables: Record<string, string>;
  routes: Route[];
  /** A UNIX domain socket (a named pipe on Windows): no other user and no web page can reach it. */
  socketPath: string;
  /** Milliseconds after which a process that is blocked ends itself; `null`: never. */
  timeLimit: number | null;
  /** Bytes of memory in all above which the process asks to be replaced; somewhat above it ends itself. */
  memoryLimit: number;
}

/** What the process tells its supervisor. `request` is the number the gateway gave the request. */
export type RuntimeReport =
  | { kind: 'ready' }
  /** Twilio's runtime refuses to start: two files with one path, say. */
  | { kind: 'cannot-serve'; message: string }
  | { kind: 'pong' }
  /** It needs nearly as much memory as it may. */
  | { kind: 'memory-full' }
  | { kind: 'started'; request: string }
  /** The handler threw, rejected, or passed an error to its callback; the process is sound. */
  | { kind: 'failed'; request: string; stack: string; how: 'threw' | 'rejected' | 'callback' }
  /** Twilio's runtime could not read the body (JSON that is none, say): the handler did not run. */
  | { kind: 'unreadable'; request: string; message: string }
  /** The handler's promise resolved before its callback was called, or nothing holds its callback any more. */
  | { kind: 'returned-without-callback'; request: string }
  | { kind: 'called-back-twice'; request: string }
  /** An error nobody caught: the process may be in any state and is replaced. */
  | {
      kind: 'uncaught';
      request: string | null;
      /** Its handler had called back: the answer is on its way. */
      answered: boolean;
      stack: string;
    };

/** The texts that a report has besides its kind. */
const texts = {
  ready: [],
  'cannot-serve': ['message'],
  pong: [],
  'memory-full': [],
  started: ['request'],
  failed: ['request', 'stack', 'how'],
  unreadable: ['request', 'message'],
  'returned-without-callback': ['request'],
  'called-back-twice': ['request'],
  uncaught: ['stack'],
} satisfies Record<RuntimeReport['kind'], string[]>;

/** Checks what came from the process, in which anybody's code runs. `null`: it is no report. */
export function readReport(message: unknown): RuntimeReport | null {
  const fields = Object(message) as Record<string, unknown>;
  const { kind } = fields;
  if (typeof kind !== 'string' || !Object.hasOwn(texts, kind)) return null;
  const names: readonly string[] = texts[kind as RuntimeReport['kind']];
  return names.every((name) => typeof fields[name] === 'string') ? (fields as RuntimeReport) : null;
}

/** What a process ends by that needs too much memory, or is blocked: signals that leave no core file and mean nothing else here. */
export const outOfMemorySignal = 'SIGUSR2';
export const blockedSignal = 'SIGVTALRM';

/**
 * Carries a request's number to the process. Twilio's runtime hides every header that starts with `i-t-` from handlers
 * (`restrictedHeaderPrefixes` of @twilio/runtime-handler 2.0.1), so a handler never sees it.
 */
export const requestNumberHeader = 'i-t-ringtrue-request';

/** Bytes of request line and headers at which Node itself refuses a request, before the edge sees it. */
export const maxHeadBytes = 64 * 1024;
