import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const root = path.join(__dirname, '..', '..');
const foreign = path.join(root, 'test', 'fixtures', 'foreign-project');

test('the example in the documentation is the test that runs below', () => {
  const [, example] = /```js\n(.*?)```/s.exec(readFileSync(path.join(root, 'docs', 'edge.md'), 'utf8')) ?? [];
  expect(example).toBe(readFileSync(path.join(foreign, 'message.test.js'), 'utf8'));
});

test('another project’s own Jest tests its functions behind the edge', async () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'ringtrue-test-'));
  try {
    cpSync(foreign, dir, { recursive: true });
    mkdirSync(path.join(dir, 'node_modules', '@twilio'), { recursive: true });
    symlinkSync(root, path.join(dir, 'node_modules', 'ringtrue'));
    for (const name of ['twilio', '@twilio/runtime-handler']) {
      symlinkSync(path.join(root, 'node_modules', name), path.join(dir, 'node_modules', name));
    }
    const jest = path.join(root, 'node_modules', '.bin', 'jest');
    const { stderr } = await promisify(execFile)(process.execPath, [jest, '--rootDir', dir], { cwd: dir });
    expect(stderr).toMatch(/Tests: +2 passed, 2 total/);
  } finally {
    rmSync(dir, { recursive: true });
  }
}, 60_000);
