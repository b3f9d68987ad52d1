// Builds ringtrue's own program from src/ into dist/tool/: the command line, the process that hosts Twilio's
// runtime, the console's page, and the modules other projects may import. Packages stay outside, so a build takes
// milliseconds. Runs before every command of a checkout; a published package has no src/ and skips it.
const {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '..');

const entryPoints = {
  cli: 'src/cli/main.ts',
  edge: 'src/emulator/create-edge.ts',
  signature: 'src/signature/index.ts',
  'runtime-child': 'src/emulator/runtime-child.ts',
  'runtime-guard': 'src/emulator/runtime-guard.ts',
};

/** Builds, when a source changed. Throws esbuild's `BuildFailure` when one does not compile. */
function buildTool() {
  if (!existsSync(path.join(root, 'src'))) return;
  const stamp = path.join(root, 'dist/tool/sources.json');
  const sources = describeSources();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === sources) return;
  // In a thread of its own the compiler's process would stay as long as ours.
  process.env.ESBUILD_WORKER_THREADS = '0';
  const { outputFiles } = require('esbuild').buildSync({
    absWorkingDir: root,
    entryPoints,
    outdir: 'dist/tool',
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    sourcemap: true,
    write: false,
    logLevel: 'silent',
  });
  for (const { path: file, contents } of outputFiles) replaceWhenDifferent(file, contents);
  copyConsolePage();
  replaceWhenDifferent(stamp, Buffer.from(sources));
}

// Looking takes a few milliseconds, a build more, and memory that the emulator would keep. Every file counts with size and
// time, so that a checkout of an older version is a change as well.
function describeSources() {
  const src = path.join(root, 'src');
  const files = readdirSync(src, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  return JSON.stringify(
    [...files.sort(), __filename, path.join(root, 'package-lock.json')].map((file) => {
      const { size, mtimeMs } = statSync(file, { throwIfNoEntry: false }) ?? {};
      return [path.relative(root, file), size, mtimeMs];
    }),
  );
}

// The console serves its page as it was written; beside the program, where a published package has it too.
function copyConsolePage() {
  const from = path.join(root, 'src/emulator/console/page');
  for (const name of readdirSync(from)) {
    replaceWhenDifferent(path.join(root, 'dist/tool/console', name), readFileSync(path.join(from, name)));
  }
}

// Two commands may start at once: a reader must never see half a file, so each is renamed into place.
function replaceWhenDifferent(file, contents) {
  if (existsSync(file) && readFileSync(file).equals(contents)) return;
  mkdirSync(path.dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, contents);
  renameSync(draft, file);
}

module.exports = { buildTool };

if (require.main === module) buildTool();
