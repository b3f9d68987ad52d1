import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BundleFault, buildBundle } from '../../src/bundle/build-bundle';

const root = path.join(__dirname, '..', '..');
let dir: string;

beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'ringtrue-test-'));
  write('package.json', '{ "dependencies": { "twilio": "6.2.0" } }');
  write('functions/open.ts', `import { word } from '../src/word';\nexport const handler = () => word;`);
  write(
    'functions/deep/closed.protected.ts',
    `const twilio = require('twilio');\nexport const handler = () => twilio;`,
  );
  write('src/word.ts', `export const word: string = 'first';`);
  write('assets/index.html', '<p>page</p>');
  write('assets/event.private.json', '{}');
});
afterEach(() => rmSync(dir, { recursive: true }));

function write(file: string, text: string): void {
  mkdirSync(path.join(dir, path.dirname(file)), { recursive: true });
  writeFileSync(path.join(dir, file), text);
}
const read = (file: string) => readFileSync(path.join(dir, file), 'utf8');

test('makes one file for each function and keeps its visibility in the name', async () => {
  expect(await buildBundle(dir)).toEqual({
    functions: ['deep/closed.protected.js', 'open.js'],
    assets: ['assets/index.html', 'event.private.json', 'index.html'],
  });
  expect(read('dist/functions/open.js')).toContain('first');
  expect(read('dist/assets/assets/index.html')).toBe('<p>page</p>');
});

test('leaves packages of dependencies outside', async () => {
  await buildBundle(dir);
  expect(read('dist/functions/deep/closed.protected.js')).toContain('require("twilio")');
});

test('removes what has no source any more and does not touch what did not change', async () => {
  await buildBundle(dir);
  const before = statSync(path.join(dir, 'dist/functions/open.js')).mtimeMs;
  rmSync(path.join(dir, 'functions/deep'), { recursive: true });
  await buildBundle(dir);
  expect(existsSync(path.join(dir, 'dist/functions/deep/closed.protected.js'))).toBe(false);
  expect(statSync(path.join(dir, 'dist/functions/open.js')).mtimeMs).toBe(before);
});

test('names file and line of a source that does not compile, and keeps the last good build', async () => {
  await buildBundle(dir);
  const good = read('dist/functions/open.js');
  write('src/word.ts', 'export const word = ;');
  const failed = buildBundle(dir);
  await expect(failed).rejects.toThrow(BundleFault);
  await expect(failed).rejects.toThrow('src/word.ts:1: ');
  expect(read('dist/functions/open.js')).toBe(good);
});

test('builds functions that load where only the declared dependencies are installed', async () => {
  await buildBundle(root);
  cpSync(path.join(root, 'dist', 'functions'), path.join(dir, 'deployed'), { recursive: true });
  const { dependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  for (const name of Object.keys(dependencies)) linkPackage(name);
  const files = readdirSync(path.join(dir, 'deployed'), { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.js'),
  );
  expect(files.length).toBeGreaterThanOrEqual(3);
  for (const file of files) {
    const script = `process.stdout.write(typeof require(${JSON.stringify(path.join(dir, 'deployed', file))}).handler)`;
    expect([file, execFileSync(process.execPath, ['-e', script], { cwd: dir, encoding: 'utf8' })]).toEqual([
      file,
      'function',
    ]);
  }
});

// Preserves nothing of this checkout but the package and, through its real path, what it depends on itself.
function linkPackage(name: string): void {
  const target = path.join(dir, 'node_modules', name);
  mkdirSync(path.dirname(target), { recursive: true });
  symlinkSync(path.join(root, 'node_modules', name), target);
}
