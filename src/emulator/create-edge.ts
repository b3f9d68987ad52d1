import { statSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { isBlank } from '../signature/keys';
import type { EdgePolicy } from './edge';
import { createGateway, type Enforcement } from './gateway';
import { ProjectFault } from './project-fault';
import type { RequestRecord } from './request-log';
import { type ProjectFolders, type Route, readProjectFolders, readRoutes } from './routes';
import { RuntimeFailure } from './runtime-process';
import { type Runtime, type RuntimeEvent, superviseRuntime } from './supervise-runtime';

export interface EdgeOptions {
  /** The project: its settings for Twilio's tool, functions, assets and `node_modules`. */
  dir: string;
  /** What handlers find in `context`, all but `DOMAIN_NAME` and `PATH`, which nobody sets but the edge. `AUTH_TOKEN` signs and is required. */
  env: Record<string, string>;
  /** The URL under which callers reach this edge (a tunnel, a proxy): what Twilio signs. Default: the edge's own address. */
  publicUrl?: string | undefined;
  /** Default: any free port. */
  port?: number | undefined;
  /** Default: this machine only. */
  host?: string | undefined;
  /** Default `on`. */
  enforce?: Enforcement | undefined;
  /** Certificate and key as PEM texts; with them the edge speaks HTTPS. */
  tls?: { cert: string; key: string } | undefined;
  /** Milliseconds a handler has; default 10 s, as on the platform. */
  timeLimit?: number | undefined;
  /** The port a debugger connects to; handlers then have no time limit. */
  inspectPort?: number | undefined;
  /** Hears of each request once it is answered. */
  onRequest?: ((record: RequestRecord) => void) | undefined;
  /** Hears what happens to handlers and their process. */
  onRuntimeEvent?: ((event: RuntimeEvent) => void) | undefined;
}

export interface Edge {
  /** Where it listens: `http://127.0.0.1:3000`. */
  url: string;
  /** What signatures are made over, without path. */
  publicUrl: string;
  routes(): Route[];
  /** Serves the project as it is on disk now; requests under way end as they began. */
  reload(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts the edge of a Twilio Functions project on this machine: every request is judged as Twilio's platform would, and
 * what passes runs in Twilio's own local runtime. Works for any project, in a Jest test too.
 * @throws when `dir` is no folder or has nothing to serve, its settings cannot be read, `AUTH_TOKEN` is missing or blank, `publicUrl` is none or may not be combined with `enforce`, `host` is
 *   empty, the port is taken (`EADDRINUSE`), or the runtime does not start
 */
export async function createEdge({
  dir,
  env,
  publicUrl,
  port = 0,
  host = '127.0.0.1',
  enforce = 'on',
  tls,
  timeLimit,
  inspectPort,
  onRequest = () => {},
  onRuntimeEvent = () => {},
}: EdgeOptions): Promise<Edge> {
  const baseDir = path.resolve(dir);
  if (!statSync(baseDir, { throwIfNoEntry: false })?.isDirectory())
    throw new Error(`dir: there is no folder ${baseDir}`);
  if (publicUrl !== undefined && !isPublicUrl(publicUrl))
    throw new Error('publicUrl must be http:// or https:// with a host and without user, query and fragment');
  if (isBlank(host)) throw new Error('host is empty: name an address, or leave it out for this machine only');
  if (enforce === 'off' && (!isLoopbackHost(host) || publicUrl !== undefined))
    throw new Error(`enforce: 'off' lets anyone in: it works only on loopback and without publicUrl`);
  const { AUTH_TOKEN: authToken, AUTH_TOKEN_SECONDARY: secondary } = env;
  if (!authToken) throw new Error('AUTH_TOKEN is missing: the edge cannot check signatures without it');
  if (isBlank(authToken)) throw new ProjectFault('AUTH_TOKEN is blank: set it to the token of the account');
  if (secondary && isBlank(secondary))
    throw new ProjectFault('AUTH_TOKEN_SECONDARY is blank: set it to the second token, or remove it');
  const folders = readProjectFolders(baseDir, 'start');
  let routes = await readRoutes(baseDir, folders);
  if (routes.length === 0) throw nothingToServe(baseDir, folders);
  let policy: EdgePolicy = { routes: new Map(), keys: [], publicUrls: [] };

  let runtime: Runtime | undefined;
  const server = createGateway({
    policy: () => policy,
    runtime: {
      async send(request) {
        // Before there is one, no route is known and no request gets here.
        if (!runtime) throw new RuntimeFailure('exited', false);
        return runtime.send(request);
      },
    },
    enforce,
    onRequest,
    tls,
  });
  await listen(server, port, host);
  const { port: boundPort } = server.address() as AddressInfo;
  const scheme = tls ? 'https' : 'http';
  const url = `${scheme}://${urlHost(host)}:${boundPort}`;
  const publicUrls = publicUrl
    ? [publicUrl.replace(/\/+$/, '')]
    : [...new Set([url, ...loopbackNames.map((name) => `${scheme}://${name}:${boundPort}`)])];

  const describe = () => ({
    baseDir,
    domainName: new URL(publicUrls[0] ?? url).host,
    variables: withoutOwn(env),
    routes,
  });
  const makePolicy = () => ({
    routes: new Map(routes.map((route) => [route.path, route])),
    // While a token is rotated, Twilio signs with the one before its promotion and with the other after it.
    keys: [
      { id: 'AUTH_TOKEN', secret: authToken },
      ...(secondary ? [{ id: 'AUTH_TOKEN_SECONDARY', secret: secondary }] : []),
    ],
    publicUrls,
  });
  async function close(): Promise<void> {
    server.closeAllConnections();
    await Promise.all([new Promise((resolve) => server.close(resolve)), runtime?.close()]);
  }

  try {
    runtime = superviseRuntime({
      order: describe(),
      onEvent: onRuntimeEvent,
      ...(timeLimit !== undefined && { timeLimit }),
      ...(inspectPort !== undefined && { inspectPort }),
    });
    policy = makePolicy();
    await runtime.ready;
  } catch (error) {
    await close();
    throw error;
  }
  return {
    url,
    publicUrl: publicUrls[0] ?? url,
    routes: () => routes,
    async reload() {
      routes = await readRoutes(baseDir, folders);
      policy = makePolicy();
      await runtime?.reload(describe());
    },
    close,
  };
}

/** Whether signatures can be made over a URL: `http://` or `https://`, a host, perhaps a path. */
export function isPublicUrl(text: string): boolean {
  return /^https?:\/\/[^/?#@\s]+(?:\/[^?#\s]*)?$/i.test(text) && URL.canParse(text);
}

/** Whether nobody but this machine reaches what listens on `host`. What is not certain is not loopback. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

function nothingToServe(dir: string, { functions, assets }: ProjectFolders): ProjectFault {
  const places = [functions ?? 'functions or src', assets ?? 'assets or static'].join(', ');
  return new ProjectFault(
    `${dir} has no functions and no assets, looked for in ${places}: build it, or name its folders in .twilioserverlessrc.`,
  );
}

// Twilio's runtime would let them win over what it knows itself; on the platform they cannot be set:
// https://www.twilio.com/docs/serverless/functions-assets/functions/variables
function withoutOwn({ DOMAIN_NAME, PATH, ...variables }: Record<string, string>): Record<string, string> {
  return variables;
}

// Without a public URL every loopback spelling of itself is accepted: a person types any of them.
const loopbackNames = ['127.0.0.1', 'localhost', '[::1]'];

function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
