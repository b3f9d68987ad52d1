import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Route } from '../emulator/routes';

// What Twilio's runtime puts within reach of a function while it loads:
// https://www.twilio.com/docs/serverless/functions-assets/client
const script = `
const { functions, assets } = JSON.parse(process.argv[1]);
const within = (entries) => Object.fromEntries(entries.map(({ key, file }) => [key, {
  path: file, open: () => require('node:fs').readFileSync(file, 'utf8'),
}]));
globalThis.Runtime = { getFunctions: () => within(functions), getAssets: () => within(assets), getSync: () => ({}) };
Object.defineProperty(globalThis, 'Twilio', { get: () => require('twilio') });
for (const { url, file, isCalled } of functions) {
  let fault = null;
  try {
    const { handler } = require(file);
    if (isCalled && typeof handler !== 'function') fault = 'it exports no function named "handler"';
  } catch (error) { fault = String(error && error.message || error).split('\\n')[0]; }
  if (fault !== null) process.stdout.write(JSON.stringify([url, fault]) + '\\n');
}
process.stdout.write('all tried', () => process.exit(0));
`;

/**
 * Loads each function as Twilio will: a flat file, with nothing in reach but the declared dependencies.
 * @param timeLimit milliseconds for all of them together
 * @returns sentences about those that do not load
 */
export async function loadFunctions({
  dir,
  routes,
  dependencies,
  timeLimit = 30_000,
}: {
  dir: string;
  routes: Route[];
  dependencies: string[];
  timeLimit?: number;
}): Promise<string[]> {
  const stage = mkdtempSync(path.join(tmpdir(), 'ringtrue-load-'));
  try {
    for (const name of dependencies) {
      const link = path.join(stage, 'node_modules', name);
      mkdirSync(path.dirname(link), { recursive: true });
      symlinkSync(path.join(dir, 'node_modules', name), link, 'junction');
    }
    const output = await run(['-e', script, JSON.stringify(layOut(routes, stage))], stage, timeLimit);
    const faults = output
      .split('\n')
      .filter((line) => line.startsWith('["'))
      .map((line) => JSON.parse(line) as [string, string])
      .map(([url, fault]) => `The function ${url} does not load: ${describe(fault)}`);
    if (!output.endsWith('all tried')) {
      faults.push(
        `Loading the functions ended the process or took more than ${timeLimit / 1_000} s: look for process.exit and for work outside the handlers.`,
      );
    }
    return faults;
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

function layOut(routes: Route[], stage: string): { functions: object[]; assets: object[] } {
  const functions = routes
    .filter(({ kind }) => kind === 'function')
    .map(({ path: url, access, filePath }, index) => {
      const file = path.join(stage, `function-${index}.js`);
      copyFileSync(filePath, file);
      return { key: url.slice(1), url, file, isCalled: access !== 'private' };
    });
  const assets = routes
    .filter(({ kind, access }) => kind === 'asset' && access === 'private')
    .map(({ path: key, filePath: file }) => ({ key, file }));
  return { functions, assets };
}

function describe(fault: string): string {
  const missing = /Cannot find module '([^']+)'/.exec(fault)?.[1];
  return missing
    ? `it needs ${missing}, which is not in dependencies; add it there with an exact version.`
    : `${fault}.`;
}

function run(args: string[], cwd: string, timeout: number): Promise<string> {
  const { PATH = '' } = process.env;
  return new Promise((resolve) => {
    // Whether it came to its end is read from what it printed.
    execFile(
      process.execPath,
      args,
      { cwd, env: { PATH }, timeout, killSignal: 'SIGKILL' },
      (_error, stdout) => resolve(stdout),
    );
  });
}
