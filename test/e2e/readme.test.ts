import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Results } from '../../src/rating/read-results';
import { readCommands } from './readme-commands';

const root = path.join(__dirname, '..', '..');

// What git would hand to somebody who clones, with the packages that `npm ci` would install.
function cloneProject(target: string): void {
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  for (const file of files.split('\0').filter(Boolean)) {
    cpSync(path.join(root, file), path.join(target, file), { force: true });
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(target, 'node_modules'));
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

let dir: string;
let started: ChildProcess | undefined;

beforeAll(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'ringtrue-test-'));
  cloneProject(dir);
});
afterAll(async () => {
  if (started?.pid && started.exitCode === null) {
    const closed = new Promise((resolve) => started?.once('close', resolve));
    // npm, its shell and ours: the whole group.
    process.kill(-started.pid, 'SIGTERM');
    await closed;
  }
  rmSync(dir, { recursive: true });
});

test('the README’s commands do what it says, in a fresh clone', async () => {
  const [install, sms, curl, ...more] = readCommands();
  // What the deploy section says is done in deploy-and-number.test.ts.
  expect([install, ...more]).toEqual(['npm ci && npm start', ...readCommands('Deploy it'), 'npm test']);
  const [port, consolePort] = [await freePort(), await freePort()];
  const { ACCOUNT_SID: _sid, AUTH_TOKEN: _token, ...rest } = process.env;
  const env = { ...rest, NO_COLOR: '1' };
  const run = (command = '') => spawnSync('sh', ['-c', command], { cwd: dir, env, encoding: 'utf8' });

  started = spawn('npm', ['start', '--', '--port', String(port), '--console-port', String(consolePort)], {
    cwd: dir,
    env,
    detached: true,
  });
  let output = '';
  await new Promise<void>((resolve, reject) => {
    started?.stdout?.on('data', (chunk: Buffer) => {
      output += chunk;
      if (/^ready/m.test(output)) resolve();
    });
    started?.once('exit', () => reject(new Error(`npm start ended:\n${output}`)));
  });
  expect(output.trimEnd().split('\n').at(-1)).toMatch(/^ready/);
  expect(output).toContain(`http://127.0.0.1:${port}/sms/incoming`);

  const sent = run(sms);
  expect(sent.stdout).toContain('Thank you! 5 of 5 for Opening keynote.');
  expect(sent.status).toBe(0);

  const attack = run(curl?.replace(':3000', `:${port}`).replace('curl', 'curl -s -w "%{http_code}"'));
  expect(attack.stdout).toBe('Unauthorized - you are not authenticated to perform this request403');

  const answer = await fetch(`http://127.0.0.1:${port}/results`);
  const results = (await answer.json()) as Results;
  expect(results.sessions[0]).toMatchObject({ keyword: 'KEYNOTE', count: 1, average: 5 });
  expect(output).toContain('refused missing-signature');
}, 60_000);
