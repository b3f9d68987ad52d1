import type { Route } from './routes';

/** What the supervisor tells the process that hosts Twilio's runtime, over a channel that only the two have. */
export type RuntimeOrder = ServeOrder | RequestOrder | { kind: 'ping' };

/** The file descriptor of the channel in the process. */
export const channelDescriptor = 3;

/** What is to be served: once, as the first message. */
export interface ServeOrder {
  kind: 'serve';
  /** Absolute path of the project; its `twilio` is the one that handlers see. */
  baseDir: string;
  /** Becomes `context.DOMAIN_NAME`. */
  domainName: string;
  /** Become `context`, beside Twilio's own. */
  variables: Record<string, string>;
  routes: Route[];
  /** Milliseconds after which a process that is blocked ends itself; `null`: never. */
  timeLimit: number | null;
  /** Bytes of memory in all above which the process asks to be replaced; somewhat above it ends itself. */
  memoryLimit: number;
}

/** A request that the edge let pass; its body is that of the frame. */
export interface RequestOrder {
  kind: 'request';
  /** Opaque; what is told of the request bears it. */
  number: string;
  method: string;
  /** Path and query as received. */
  target: string;
  /** Name, value, name, value, as received. */
  rawHeaders: string[];
  /** An answer with a longer body is not taken. */
  maxAnswerBytes: number;
}

/** What the process tells its supervisor. `request` is the number of the request. */
export type RuntimeMessage = RuntimeReport | RuntimeReply;

export type RuntimeReport =
  | { kind: 'ready' }
  /** Twilio's runtime refuses to start: two files with one path, say. */
  | { kind: 'cannot-serve'; message: string }
  | { kind: 'pong' }
  /** It needs nearly as much memory as it may. */
  | { kind: 'memory-full' }
  /** Read, and their handlers are about to run: told of several at once. */
  | { kind: 'started'; requests: string[] }
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

/** The bytes of the answer are those of the frame. */
export type RuntimeReply =
  /** A piece of the body, of which more comes. */
  | { kind: 'part'; request: string }
  /** All of it, or with `continues` what is left of it. */
  | { kind: 'answer'; request: string; status: number; rawHeaders: string[]; continues: boolean }
  | { kind: 'answer-too-large'; request: string };

/** The texts that a message has besides its kind. */
const texts = {
  ready: [],
  'cannot-serve': ['message'],
  pong: [],
  'memory-full': [],
  started: [],
  failed: ['request', 'stack', 'how'],
  unreadable: ['request', 'message'],
  'returned-without-callback': ['request'],
  'called-back-twice': ['request'],
  uncaught: ['stack'],
  part: ['request'],
  answer: ['request'],
  'answer-too-large': ['request'],
} satisfies Record<RuntimeMessage['kind'], string[]>;

/** Checks what came from the process, in which anybody's code runs. `null`: it is no message. */
export function readMessage(message: unknown): RuntimeMessage | null {
  const fields = Object(message) as Record<string, unknown>;
  const { kind, requests, status, rawHeaders } = fields;
  if (typeof kind !== 'string' || !Object.hasOwn(texts, kind)) return null;
  const names: readonly string[] = texts[kind as RuntimeMessage['kind']];
  const complete =
    names.every((name) => typeof fields[name] === 'string') &&
    (kind !== 'started' || areTexts(requests)) &&
    (kind !== 'answer' || (Number.isInteger(status) && areTexts(rawHeaders)));
  return complete ? (fields as RuntimeMessage) : null;
}

function areTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

/** What a process ends by that needs too much memory, or is blocked: signals that leave no core file and mean nothing else here. */
export const outOfMemorySignal = 'SIGUSR2';
export const blockedSignal = 'SIGVTALRM';

/** Bytes of request line and headers at which Node itself refuses a request, before the edge sees it. */
export const maxHeadBytes = 64 * 1024;
