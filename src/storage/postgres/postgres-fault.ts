import { ConfigFault } from '../config-fault';
import { StoreUnavailable } from '../rating-store';
import { unexpectedFault } from '../unexpected-fault';

/** What to change, by PostgreSQL's or the system's code. https://www.postgresql.org/docs/15/errcodes-appendix.html */
const faults: Record<string, string> = {
  '28000': 'the server refuses this user: check user name and password',
  '28P01': 'the server refuses the password: check user name and password',
  '3D000': 'there is no such database: check its name',
  '42501':
    'the user may not do this: let it create the schema ringtrue or, where another user made it, give it the rights that docs/storage.md names',
  '3F000': 'its schema ringtrue is gone: run ringtrue migrate',
  '42P01': 'a table of its schema ringtrue is gone: restore it from a backup',
  '42883': 'a function of its schema ringtrue is gone: restore it from a backup',
  ENOTFOUND: 'its host name is not known: check the host',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the server shows a certificate of another name: check the host',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not signed by a public authority',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is not signed by a public authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not signed by a public authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is not signed by a public authority',
  CERT_HAS_EXPIRED: 'its certificate has expired',
};

// Connections, resources, operators, conflicts that a repetition solves, and the system's own errors.
const passing = /^(?:08|53|57|58|40|55P03|25006|E[A-Z_]+$|CONNECT|CONNECTION_)/;

/** Whether the connection was there and is no more; the server may have done what it was asked to. */
export function isCut(error: unknown): boolean {
  return /^(?:CONNECTION_CLOSED|ECONNRESET|EPIPE|57P0[12])$/.test(codeOf(error));
}

/** What the store throws for an error of the driver: ConfigFault naming DATABASE_URL, StoreUnavailable, or the error itself. */
export function postgresFault(error: unknown): unknown {
  if (error instanceof StoreUnavailable) return error;
  const code = codeOf(error);
  const fault = code === '08P01' ? poolerFault(messageOf(error)) : faults[code];
  if (fault) return new ConfigFault(`DATABASE_URL cannot be used, ${fault}.`);
  if (messageOf(error).includes('before secure TLS connection was established')) {
    return new StoreUnavailable(
      'PostgreSQL, which DATABASE_URL names, ended the connection where encryption begins: perhaps it speaks no TLS',
    );
  }
  if (passing.test(code)) {
    return new StoreUnavailable(`PostgreSQL, which DATABASE_URL names, cannot be used now (${code})`);
  }
  if (code === '') return error;
  return unexpectedFault(
    `PostgreSQL, which DATABASE_URL names, refused a statement of ours (${code})`,
    error,
  );
}

// A pooler has one code for all that it refuses. https://github.com/pgbouncer/pgbouncer/blob/pgbouncer_1_18_0/src/client.c
function poolerFault(message: string): string | undefined {
  if (/no such database|^database .* (?:does not exist|is disabled)/.test(message)) return faults['3D000'];
  if (/no such user|authentication failed|^role .* does not exist/.test(message)) return faults['28P01'];
  if (message.startsWith('unsupported startup parameter: options')) {
    return 'its pooler takes no options: remove the parameter of this name';
  }
  return undefined;
}

function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : '';
}

function messageOf(error: unknown): string {
  const { message } = error as { message?: unknown };
  return typeof message === 'string' ? message : '';
}
