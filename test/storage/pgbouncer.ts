import { spawn } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as openSocket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '../free-port';
import { ordinaryUser } from './postgres-server';

export interface Pooler {
  /** The address of a database, through the pooler. */
  through(url: string): string;
  close(): Promise<void>;
}

/** Starts pgbouncer in transaction mode before a PostgreSQL of this machine, with two connections for each database. */
export async function startPgbouncer(program: string, serverPort: number): Promise<Pooler> {
  const dir = mkdtempSync(path.join(tmpdir(), 'ringtrue-pgbouncer-'));
  const identity = ordinaryUser();
  const port = await freePort();
  const users = path.join(dir, 'users.txt');
  const settings = path.join(dir, 'pgbouncer.ini');
  writeFileSync(users, '"ringtrue" ""\n');
  writeFileSync(
    settings,
    `[databases]
* = host=127.0.0.1 port=${serverPort}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${users}
pool_mode = transaction
default_pool_size = 2
`,
  );
  if (identity) for (const file of [dir, users, settings]) chownSync(file, identity.uid, identity.gid);
  const child = spawn(program, ['-q', settings], { ...identity, cwd: dir, stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const close = async () => {
    child.kill('SIGKILL');
    await ended;
    rmSync(dir, { recursive: true, force: true });
  };
  for (let tries = 0; !(await listens(port)); tries += 1) {
    if (child.exitCode !== null || tries > 100) {
      await close();
      throw new Error('pgbouncer did not start');
    }
    await wait(50);
  }
  return {
    through(url) {
      const moved = new URL(url);
      moved.port = String(port);
      return moved.href;
    },
    close,
  };
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = openSocket(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
