import { type ChildProcess, execFile } from 'node:child_process';
import path from 'node:path';

export interface Run {
  code: number;
  stdout: string;
  stderr: string;
}

const program = path.join(__dirname, '..', '..', 'bin', 'ringtrue.js');

/** Runs the command line as a user would, in folder `cwd`, without credentials in its environment. */
export function runRingtrue(
  args: string[],
  {
    cwd,
    env = {},
    onStart,
  }: { cwd: string; env?: Record<string, string>; onStart?: (child: ChildProcess) => void },
): Promise<Run> {
  const { ACCOUNT_SID, AUTH_TOKEN, ...inherited } = process.env;
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [program, ...args],
      { cwd, env: { ...inherited, NO_COLOR: '1', ...env }, timeout: 60_000 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
        resolve({ code, stdout, stderr });
      },
    );
    onStart?.(child);
  });
}
