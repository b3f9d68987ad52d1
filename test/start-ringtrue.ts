import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';

export interface StartedRingtrue {
  url: string;
  consoleUrl: string;
  /** Of the demo account. */
  accountSid: string;
  authToken: string;
  /** What the terminal shows, so far. */
  output(): string;
  /** Resolves when the terminal shows it. */
  shows(pattern: RegExp): Promise<void>;
  /** What the terminal shows from now on, once `pattern` is in it; an error when it is not within seconds. */
  listen(): (pattern: RegExp) => Promise<string>;
  /** Ends it as a crash would: the process gets no chance to tidy up. */
  crash(): Promise<void>;
  /** Ends it as Ctrl-C does; resolves to the exit code. */
  interrupt(): Promise<number | null>;
}

const root = path.join(__dirname, '..');

/** Runs `ringtrue start` on free ports with its data in `dataDir`, until it says ready. End it with `crash` or `interrupt`. */
export async function startRingtrue(
  dataDir: string,
  { cwd = root, watch = false, flags = [] }: { cwd?: string; watch?: boolean; flags?: string[] } = {},
): Promise<StartedRingtrue> {
  const args = [
    path.join(root, 'bin', 'ringtrue.js'),
    'start',
    '--port',
    '0',
    '--console-port',
    '0',
    '--data',
    dataDir,
  ];
  if (!watch) args.push('--no-watch');
  const child = spawn(process.execPath, [...args, ...flags], {
    cwd,
    env: cleanEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  await new Promise<void>((resolve, reject) => {
    const look = (chunk: Buffer) => {
      output += chunk;
      if (/^ready/m.test(output)) resolve();
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    child.once('exit', () => reject(new Error(`it ended before it was ready:\n${output}`)));
  });
  const read = (file: string) => JSON.parse(readFileSync(path.join(dataDir, file), 'utf8'));
  const { url, consoleUrl } = read('emulator.json');
  const { accountSid, authToken } = read('credentials.json');
  const shows = (pattern: RegExp) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!pattern.test(output)) return;
        child.stdout.off('data', look);
        resolve();
      };
      child.stdout.on('data', look);
      look();
    });
  const listen = () => {
    const from = output.length;
    return async (pattern: RegExp) => {
      for (let tries = 0; tries < 100 && !pattern.test(output.slice(from)); tries += 1) await setTimeout(50);
      if (!pattern.test(output.slice(from)))
        throw new Error(`${pattern} is not in what it said:\n${output.slice(from)}`);
      return output.slice(from);
    };
  };
  return {
    shows,
    listen,
    url,
    consoleUrl,
    accountSid,
    authToken,
    output: () => output,
    crash: async () => {
      await end(child, 'SIGKILL');
    },
    interrupt: () => end(child, 'SIGINT'),
  };
}

function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => {
    child.once('close', (code) => resolve(code));
    child.kill(signal);
  });
}

// The made-up account is part of what is tested: nothing of the tester's own may replace it.
function cleanEnvironment(): NodeJS.ProcessEnv {
  const { ACCOUNT_SID: _sid, AUTH_TOKEN: _token, ...rest } = process.env;
  return { ...rest, NO_COLOR: '1' };
}
