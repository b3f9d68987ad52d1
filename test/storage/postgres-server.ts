import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Certificate } from '../../src/emulator/local-certificate';
import { freePort } from '../free-port';

/** A PostgreSQL of the tests' own: nothing of the machine's is touched. Its user `visitor` has a password and may only look. */
export interface PostgresServer {
  /** Of a database with this name, made when it is not there yet. */
  url(database: string): Promise<string>;
  /** Runs a statement as the user who may do everything. */
  run(url: string, statement: string): Promise<void>;
  /** Ends the server without letting it tidy up, as a power cut would, and starts it again on the same data. */
  crash?(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts the server program at `program` on a free port with its data in a temporary folder.
 * @param tls what it shows to those who want encryption; without it there is none
 */
export async function startPostgres(program: string, tls?: Certificate): Promise<PostgresServer> {
  const bin = path.dirname(program);
  const dir = mkdtempSync(path.join(tmpdir(), 'ringtrue-postgres-'));
  const identity = ordinaryUser();
  if (identity) chownSync(dir, identity.uid, identity.gid);
  const data = path.join(dir, 'data');
  const settings = { ...identity, env: { ...process.env, LC_ALL: 'C', HOME: dir }, cwd: dir };
  execFileSync(path.join(bin, 'initdb'), ['-D', data, '-U', 'ringtrue', '-A', 'trust', '-E', 'UTF8'], {
    ...settings,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  // One user who has to prove who he is and may only look.
  const hba = path.join(data, 'pg_hba.conf');
  writeFileSync(hba, `host all visitor all scram-sha-256\n${readFileSync(hba, 'utf8')}`);
  if (tls) writeCertificate(data, tls, identity);
  const port = await freePort();
  const base = `postgres://ringtrue@127.0.0.1:${port}`;
  const connect: typeof import('postgres') = require('postgres');
  let child: ChildProcess;
  const made = new Map<string, Promise<void>>();
  const start = async () => {
    const flags = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', dir, ...(tls ? ['-l'] : [])];
    child = spawn(program, flags, { ...settings, stdio: 'ignore' });
    for (let tries = 0; ; tries += 1) {
      const sql = connect(`${base}/postgres`, { max: 1, fetch_types: false, connect_timeout: 2 });
      try {
        await sql`SELECT 1`;
        return;
      } catch (error) {
        if (child.exitCode !== null || tries > 100) throw error;
        await setTimeout(100);
      } finally {
        await sql.end({ timeout: 0 });
      }
    }
  };
  const stop = (signal: NodeJS.Signals) =>
    new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
      child.kill(signal);
    });
  try {
    await start();
    await administrate(`${base}/postgres`, "CREATE ROLE visitor LOGIN PASSWORD 'visitor-password'");
  } catch (error) {
    rmSync(dir, { recursive: true, force: true });
    throw error;
  }
  return {
    url: async (database) => {
      const url = `${base}/${database}`;
      const making = made.get(url) ?? administrate(`${base}/postgres`, `CREATE DATABASE "${database}"`);
      made.set(url, making);
      await making;
      return url;
    },
    run: administrate,
    // SIGQUIT: all server processes end at once, and the next start replays the log.
    // https://www.postgresql.org/docs/15/server-shutdown.html
    crash: async () => {
      await stop('SIGQUIT');
      await start();
    },
    close: async () => {
      await stop('SIGQUIT');
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function administrate(url: string, statement: string): Promise<void> {
  const connect: typeof import('postgres') = require('postgres');
  const sql = connect(url, { max: 1, fetch_types: false, onnotice: () => {} });
  try {
    await sql.unsafe(statement);
  } finally {
    await sql.end();
  }
}

function writeCertificate(
  data: string,
  { cert, key }: Certificate,
  identity: { uid: number; gid: number } | undefined,
): void {
  for (const [name, text] of [
    ['server.crt', cert],
    ['server.key', key],
  ] as const) {
    const file = path.join(data, name);
    writeFileSync(file, text, { mode: 0o600 });
    if (identity) chownSync(file, identity.uid, identity.gid);
  }
}

// PostgreSQL refuses to run as root.
export function ordinaryUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** PostgreSQL compiled to WebAssembly, in a process of its own (jest cannot load it): see pglite-server.ts. */
export async function startEmbeddedPostgres(): Promise<PostgresServer> {
  const child = spawn(process.execPath, ['--import', 'tsx', path.join(__dirname, 'pglite-server.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const port = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()));
    child.once('exit', () => reject(new Error('the embedded PostgreSQL ended')));
  });
  const base = `postgres://postgres@127.0.0.1:${port}/postgres`;
  return {
    url: async () => {
      await administrate(base, 'DROP SCHEMA IF EXISTS ringtrue CASCADE');
      return base;
    },
    run: administrate,
    close: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.kill();
      }),
  };
}
