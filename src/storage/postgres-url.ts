import { isIP } from 'node:net';
import type { Options, PostgresType } from 'postgres';
import { ConfigFault } from './config-fault';

/** Twilio runs up to 30 calls at once, each in a process of its own; in one process few connections do. */
const poolSize = 4;

/**
 * Checks DATABASE_URL and says how to connect. TLS with a checked certificate is the default; the URL's `sslmode` may ask
 * for less only where nobody can listen (`disable` on this machine), or name `require`: encrypted, server not checked.
 * @throws ConfigFault naming DATABASE_URL, without its content
 */
export function postgresOptions(databaseUrl: string): Options<Record<string, PostgresType>> {
  const url = parse(databaseUrl);
  const local = isThisMachine(url.hostname);
  const mode = url.searchParams.get('sslmode') ?? (local ? 'disable' : 'verify-full');
  return {
    ssl: tlsOf(mode, { local, host: url.hostname }),
    max: poolSize,
    // Poolers in transaction mode give each statement another session.
    prepare: false,
    fetch_types: false,
    connect_timeout: 3,
    idle_timeout: 20,
    max_lifetime: 600,
    onnotice: () => {},
    connection: { application_name: 'ringtrue' },
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

// https://www.postgresql.org/docs/15/libpq-ssl.html: `allow` and `prefer` go on in plain text when asked to.
function tlsOf(mode: string, { local, host }: { local: boolean; host: string }): object | boolean {
  // By address there is no name to check the certificate against but the address itself.
  const name = host.replace(/^\[|\]$/g, '');
  if (mode === 'verify-full' || mode === 'verify-ca')
    return isIP(name) ? { rejectUnauthorized: true, host: name } : { rejectUnauthorized: true };
  if (mode === 'require') return { rejectUnauthorized: false };
  if (mode === 'disable' && local) return false;
  throw new ConfigFault(
    'DATABASE_URL asks for an sslmode that can end in plain text: use verify-full (the default) or require.',
  );
}

function isThisMachine(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
