import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sendRaw } from '../send-raw';

const root = path.join(__dirname, '..', '..');
const run = (args: string[]) =>
  spawn(process.execPath, [path.join(root, 'bin', 'ringtrue.js'), ...args], {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1', ACCOUNT_SID: '', AUTH_TOKEN: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

test.each([[['--help']], [['start', '--help']], [['attack', '--help']]])(
  '%s says nothing and ends well when its reader has gone',
  async (args) => {
    const child = run(args);
    child.stdout.destroy();
    let errors = '';
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    const [code] = await once(child, 'close');
    expect(errors).toBe('');
    expect(code).toBe(0);
  },
);

test('start ends, and with it all it started, when nobody reads its output any more', async () => {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'ringtrue-test-'));
  try {
    const child = run(['start', '--port', '0', '--console-port', '0', '--no-watch', '--data', dataDir]);
    let output = '';
    for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
      output += chunk;
      if (/^ready/m.test(output)) break;
    }
    const { url } = JSON.parse(readFileSync(path.join(dataDir, 'emulator.json'), 'utf8'));
    child.stdout.destroy();
    child.stderr.resume();
    const ended = once(child, 'close');
    // A refusal is something to say: the first word that nobody hears.
    await sendRaw(url, { method: 'POST', target: '/sms/incoming' }).catch(() => {});
    expect((await ended)[0]).toBe(0);
    await expect(sendRaw(url, {})).rejects.toThrow('ECONNREFUSED');
  } finally {
    rmSync(dataDir, { recursive: true });
  }
});
