import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildSync } from 'esbuild';
import { type RatingStore, StoreUnavailable } from '../../src/storage/rating-store';
import type { StoreSettings } from '../../src/storage/store-settings';

/** A store in a process of its own, which can be killed at any moment. What was under way then rejects with `Killed`. */
export interface StoreProcess extends RatingStore {
  /** Ends it as kill -9 does; resolves when it is gone. */
  kill(): Promise<void>;
}

/** Nobody knows what became of the call. */
export class Killed extends Error {
  override name = 'Killed';
}

const root = path.join(__dirname, '..', '..');
const running = new Set<ChildProcess>();
let built: { folder: string; program: string } | undefined;

/** Ends what `startStoreProcess` has started and removes what it has built. */
export function endStoreProcesses(): void {
  for (const child of running) child.kill('SIGKILL');
  if (built) rmSync(built.folder, { recursive: true, force: true });
  built = undefined;
}

/** Starts a process that has opened the store which the settings name. */
export async function startStoreProcess(settings: StoreSettings): Promise<StoreProcess> {
  const { program } = build();
  const child = spawn(process.execPath, [program, JSON.stringify(settings)], {
    env: { ...process.env, NODE_PATH: path.join(root, 'node_modules') },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    // Keeps `undefined` apart from `null`.
    serialization: 'advanced',
  });
  running.add(child);
  child.once('close', () => running.delete(child));
  const calls = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  child.on('message', ({ id, value, error }: Answer) => {
    const call = calls.get(id);
    calls.delete(id);
    if (error === undefined) call?.resolve(value as never);
    else
      call?.reject(
        error.name === 'StoreUnavailable' ? new StoreUnavailable(error.message) : new Error(error.message),
      );
  });
  void gone.then(() => {
    for (const { reject } of calls.values()) reject(new Killed('the process was killed'));
    calls.clear();
  });
  let last = 0;
  const call = <R>(method: string, ...args: unknown[]): Promise<R> =>
    new Promise((resolve, reject) => {
      last += 1;
      calls.set(last, { resolve, reject });
      if (child.connected) child.send({ id: last, method, args }, ignore);
      else reject(new Killed('the process was killed'));
    });
  await call('open');
  return {
    record: (rating) => call('record', rating),
    delivered: (event, message) => call('delivered', event, message),
    tally: (event) => call('tally', event),
    comments: (event, query) => call('comments', event, query),
    moderate: (event, id, state) => call('moderate', event, id, state),
    settings: (event, options) => call('settings', event, options),
    changeSetting: (event, setting) => call('changeSetting', event, setting),
    mergeSetting: (event, change, messageSid) => call('mergeSetting', event, change, messageSid),
    noteUncounted: (event, text) => call('noteUncounted', event, text),
    uncounted: (event, limit) => call('uncounted', event, limit),
    async *ratings(event, after) {
      yield* await call<[]>('ratings', event, after);
    },
    ratingsOf: (event, voter) => call('ratingsOf', event, voter),
    erase: (event, voter) => call('erase', event, voter),
    purge: (event, before) => call('purge', event, before),
    close: async () => {
      await call('close');
      await end(child, gone);
    },
    kill: () => end(child, gone),
  };
}

interface Answer {
  id: number;
  value?: unknown;
  error?: { name: string; message: string };
}

function end(child: ChildProcess, gone: Promise<void>): Promise<void> {
  child.kill('SIGKILL');
  return gone;
}

// That a message did not go out is known by the end of the process.
function ignore(): void {}

function build(): { program: string } {
  if (built) return built;
  const folder = mkdtempSync(path.join(tmpdir(), 'ringtrue-store-process-'));
  const program = path.join(folder, 'store-process.cjs');
  buildSync({
    stdin: {
      contents: `
        import { openStore } from './src/storage/open';
        const store = openStore(JSON.parse(process.argv[2]));
        const collect = async (ratings) => { const all = []; for await (const one of ratings) all.push(one); return all; };
        process.on('message', async ({ id, method, args }) => {
          try {
            const opened = await store;
            const value = method === 'open' ? null : method === 'ratings' ? await collect(opened.ratings(...args)) : await opened[method](...args);
            process.send({ id, value });
          } catch ({ name, message }) {
            process.send({ id, error: { name, message } });
          }
        });
        process.on('disconnect', () => process.exit());`,
      resolveDir: root,
    },
    outfile: program,
    bundle: true,
    platform: 'node',
    external: ['libsql', 'postgres'],
    logLevel: 'error',
  });
  built = { folder, program };
  return built;
}
