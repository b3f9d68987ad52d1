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
}

/** What the process tells its supervisor. `request` is the number the gateway gave the request. */
export type RuntimeReport =
  | { kind: 'ready' }
  /** Twilio's runtime refuses to start: two files with one path, say. */
  | { kind: 'cannot-serve'; message: string }
  | { kind: 'pong' }
  | { kind: 'started'; request: string }
  /** The handler threw, rejected, or passed an error to its callback; the process is sound. */
  | { kind: 'failed'; request: string; stack: string; how: 'threw' | 'rejected' | 'callback' }
  /** The handler's promise resolved before its callback was called. */
  | { kind: 'returned-without-callback'; request: string }
  | { kind: 'called-back-twice'; request: string }
  /** An error nobody caught: the process may be in any state and is replaced. */
  | { kind: 'uncaught'; request: string | null; stack: string };

/**
 * Carries a request's number to the process. Twilio's runtime hides every header that starts with `i-t-` from handlers
 * (`restrictedHeaderPrefixes` of @twilio/runtime-handler 2.0.1), so a handler never sees it.
 */
export const requestNumberHeader = 'i-t-ringtrue-request';
