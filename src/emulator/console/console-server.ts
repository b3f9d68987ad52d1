/**
 * The development console: a phone, the requests the edge saw, replay, live results. It can send signed messages, so it
 * listens on this machine only and answers only to its own page: the Host header must name this machine (a web site
 * that rebinds its name to 127.0.0.1 fails here), and what changes anything must come from the console's own origin.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RequestLog } from '../request-log';
import { type ConsoleActions, type Handler, makeRoutes, RequestFault } from './console-routes';
import { summarize } from './describe-record';
import { EventStream } from './event-stream';
import { readPageFiles } from './page-files';

export interface ConsoleOptions extends ConsoleActions {
  log: RequestLog;
  /** Default: any free port. */
  port?: number | undefined;
}

export interface Console {
  /** `http://127.0.0.1:3001` */
  url: string;
  close(): Promise<void>;
}

const maxBody = 1024 * 1024;

/** Starts the console. @throws when the port is taken (`EADDRINUSE`) */
export async function startConsole(options: ConsoleOptions): Promise<Console> {
  const { log, messages, port = 0 } = options;
  const stream = new EventStream();
  const stopListening = [
    log.subscribe((change) =>
      change.kind === 'added'
        ? stream.send('request', () => summarize(change.record))
        : stream.send('requests-cleared', () => ({})),
    ),
    messages.subscribe((added) =>
      added.length > 0 ? stream.send('messages', () => added) : stream.send('messages-cleared', () => ({})),
    ),
  ];
  const routes = makeRoutes(options);
  const files = readPageFiles();
  const server = createServer((request, response) => void handle(request, response));
  server.maxHeadersCount = 100;
  await listen(server, port);
  const { port: boundPort } = server.address() as AddressInfo;
  const hosts = ['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${boundPort}`);

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(safetyHeaders)) response.setHeader(name, value);
    const fault = findIntrusion(request, hosts);
    if (fault) return answerJson(response, 403, { error: fault });
    const method = request.method ?? 'GET';
    const [path = '/'] = (request.url ?? '/').split('?');
    if (method === 'GET' && path === '/api/events') return stream.open(response);
    const file = files.get(path);
    if (file && (method === 'GET' || method === 'HEAD')) {
      response.writeHead(200, { 'content-type': file.type, 'cache-control': 'no-cache' });
      response.end(method === 'HEAD' ? undefined : file.content);
      return;
    }
    try {
      const { handler, id } = findRoute(routes, method, path);
      const body = method === 'POST' ? await readJson(request) : undefined;
      answerJson(response, 200, await handler(body, id));
    } catch (error) {
      if (error instanceof RequestFault) answerJson(response, error.status, { error: error.message });
      else {
        console.error(error);
        answerJson(response, 500, { error: 'The console failed: see the terminal.' });
      }
    }
  }

  return {
    url: `http://127.0.0.1:${boundPort}`,
    async close() {
      for (const stop of stopListening) stop();
      stream.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const safetyHeaders = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
};

function findIntrusion({ headers, method }: IncomingMessage, hosts: string[]): string | undefined {
  if (!hosts.includes(headers.host ?? '')) return 'The console answers to this machine only.';
  const { origin } = headers;
  if (origin !== undefined && !hosts.some((host) => origin === `http://${host}`)) {
    return 'The console takes orders from its own page only.';
  }
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && method !== 'GET') {
    return 'The console takes orders from its own page only.';
  }
  return undefined;
}

function findRoute(
  routes: Record<string, Handler>,
  method: string,
  path: string,
): { handler: Handler; id: string } {
  const [, pattern = path, id = ''] = /^(\/api\/requests\/)([^/]+)/.exec(path) ?? [];
  const key = id === '' ? path : path.replace(`${pattern}${id}`, `${pattern}:id`);
  const handler = routes[`${method} ${key}`];
  if (handler) return { handler, id: decodeURIComponent(id) };
  const known = Object.keys(routes).some((route) => route.endsWith(` ${key}`));
  throw known
    ? new RequestFault(405, `${key} does not take ${method}.`)
    : new RequestFault(404, 'There is nothing here.');
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  // A form of another site cannot send this type without asking first.
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    throw new RequestFault(415, 'Send JSON with Content-Type: application/json.');
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > maxBody) throw new RequestFault(413, 'More than 1 MB.');
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new RequestFault(400, 'The body is no JSON.');
  }
}

function answerJson(response: ServerResponse, status: number, value: unknown): void {
  if (response.destroyed) return;
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(value));
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}
