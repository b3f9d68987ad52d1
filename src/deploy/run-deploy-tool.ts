import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { writeEnvironmentText } from './environment-text';

/** Milliseconds; longer than the five minutes that the tool waits for a build. It waits for ever for an answer. */
const patience = 10 * 60_000;

/** How Twilio's tool ended. */
export interface ToolEnd {
  code: number;
  /** Everything it printed. */
  output: string;
  /** Why it did not come to its own end; `null` when it did. */
  cutShort: 'interrupted' | 'no answer' | null;
}

// The tool says that an upload failed and keeps why to itself, but for these two, which log Twilio's answer and no secret.
const causes = 'twilio-serverless-api:functions,twilio-serverless-api:assets';

/**
 * Runs `twilio-run deploy` in `dir`. Credentials and variables go by a file that only this user can read and that is gone
 * afterwards: arguments can be seen by every user of the machine.
 * @param signal ends the tool and everything it started
 */
export async function runDeployTool({
  dir,
  suffix,
  service,
  credentials,
  variables,
  region,
  signal,
  timeLimit = patience,
}: {
  dir: string;
  suffix: string;
  /** The sid of the service, or the name of one to make. */
  service: { sid: string } | { name: string };
  credentials: { accountSid: string; authToken: string };
  variables: Record<string, string>;
  region: string;
  signal: AbortSignal;
  timeLimit?: number;
}): Promise<ToolEnd> {
  const folder = mkdtempSync(path.join(tmpdir(), 'ringtrue-deploy-'));
  const envFile = path.join(folder, 'deploy.env');
  const { accountSid: ACCOUNT_SID, authToken: AUTH_TOKEN } = credentials;
  writeFileSync(envFile, writeEnvironmentText({ ACCOUNT_SID, AUTH_TOKEN, ...variables }), { mode: 0o600 });
  const args = [
    deployProgram(dir),
    'deploy',
    '--env',
    path.relative(dir, envFile),
    ...(suffix === '' ? ['--production'] : ['--environment', suffix]),
    ...('sid' in service ? ['--service-sid', service.sid] : ['--service-name', service.name]),
    ...(region === 'us1' ? [] : ['--region', region]),
  ];
  try {
    const late = AbortSignal.timeout(timeLimit);
    const end = await run(args, dir, AbortSignal.any([signal, late]));
    return { ...end, cutShort: signal.aborted ? 'interrupted' : late.aborted ? 'no answer' : null };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function deployProgram(dir: string): string {
  const manifest = createRequire(path.join(dir, 'package.json')).resolve('twilio-run/package.json');
  return path.join(path.dirname(manifest), 'bin', 'twilio-run.js');
}

// In a process group of its own, so that whatever it starts ends with it.
function run(args: string[], cwd: string, signal: AbortSignal): Promise<{ code: number; output: string }> {
  const child = spawn(process.execPath, args, {
    cwd,
    detached: true,
    env: {
      // Its default of 10 meets 429 (https://github.com/twilio-labs/serverless-toolkit/issues/303).
      TWILIO_SERVERLESS_API_CONCURRENCY: '4',
      ...process.env,
      FORCE_COLOR: '0',
      COLUMNS: '400',
      DEBUG: causes,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const end = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  };
  let output = '';
  const read = (chunk: Buffer) => {
    output += chunk;
  };
  child.stdout.on('data', read);
  child.stderr.on('data', read);
  signal.addEventListener('abort', end);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      signal.removeEventListener('abort', end);
      resolve({ code: code ?? 1, output });
    });
  });
}
