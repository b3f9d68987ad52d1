import { isIP } from 'node:net';
import type { Options, PostgresType } from 'postgres';
import { ConfigFault } from '../config-fault';

/**
 * How many statements may wait behind the one that a connection is at, which the driver's types do not know. One hides the way
 * there and back; with more, a slow statement would hold up texts that another connection is free for, and the server would do
 * what nobody waits for any more.
 */
const pipeline = { max_pipeline: 1 };

/**
 * Checks DATABASE_URL and says how to connect. TLS with a checked certificate is the default; the URL's `sslmode` may ask
 * for less only where nobody can listen (`disable` on this machine), or name `require`: encrypted, server not checked.
 * Of other parameters `options` is passed on, `channel_binding=require` makes `require` check the certificate (the driver
 * cannot bind channels, and this keeps strangers out as well), and the rest is for other programs.
 * @throws ConfigFault naming DATABASE_URL, without its content
 */
export function postgresOptions(
  databaseUrl: string,
  connections: number,
): Options<Record<string, PostgresType>> {
  const url = parse(databaseUrl);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const session = url.searchParams.get('options');
  return {
    // Lists, which its types do not know: of a text the driver takes the colons of an IPv6 address for a port.
    host: [host] as unknown as string,
    port: [Number(url.port || 5432)] as unknown as number,
    username: decode(url.username),
    password: decode(url.password),
    database: decode(url.pathname.slice(1)),
    ssl: tlsOf(url.searchParams, host),
    max: connections,
    ...pipeline,
    // Poolers in transaction mode give each statement another session.
    prepare: false,
    fetch_types: false,
    connect_timeout: 3,
    idle_timeout: 20,
    max_lifetime: 600,
    // In seconds. The driver's own grows to 20, in which a server that is back would still be waited for.
    backoff: () => 0.05,
    onnotice: () => {},
    connection: { application_name: 'ringtrue', ...(session ? { options: session } : {}) },
  };
}

function parse(databaseUrl: string): URL {
  let url: URL | undefined;
  try {
    url = new URL(databaseUrl);
  } catch {}
  if (!url || !/^postgres(?:ql)?:$/.test(url.protocol) || url.pathname.length < 2 || !url.hostname) {
    throw new ConfigFault(
      'DATABASE_URL is no address of a PostgreSQL database: write postgres://USER:PASSWORD@HOST:PORT/DATABASE.',
    );
  }
  return url;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new ConfigFault(
      'DATABASE_URL has a % that belongs to no character: write %25 for it in a user, password or database.',
    );
  }
}

// https://www.postgresql.org/docs/15/libpq-ssl.html: `allow` and `prefer` go on in plain text when asked to.
function tlsOf(parameters: URLSearchParams, host: string): object | boolean {
  const local = isThisMachine(host);
  const mode = parameters.get('sslmode') ?? (local ? 'disable' : 'verify-full');
  const bound = mode === 'require' && parameters.get('channel_binding') === 'require';
  // By address there is no name to check the certificate against but the address itself.
  if (mode === 'verify-full' || mode === 'verify-ca' || bound)
    return isIP(host) ? { rejectUnauthorized: true, host } : { rejectUnauthorized: true };
  if (mode === 'require') return { rejectUnauthorized: false };
  if (mode === 'disable' && local) return false;
  throw new ConfigFault(
    'DATABASE_URL asks for an sslmode that can end in plain text: use verify-full (the default) or require.',
  );
}

function isThisMachine(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
