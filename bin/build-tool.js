// Builds ringtrue's own program from src/ into dist/tool/: the command line, the process that hosts Twilio's
// runtime, the console's page, and the modules other projects may import. Packages stay outside, so a build takes
// milliseconds. Runs before every command of a checkout; a published package has no src/ and skips it.
const { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '..');

const entryPoints = {
  cli: 'src/cli/main.ts',
  edge: 'src/emulator/create-edge.ts',
  signature: 'src/signature/index.ts',
  'runtime-child': 'src/emulator/runtime-child.ts',
  'runtime-guard': 'src/emulator/runtime-guard.ts',
};

/** Builds what changed. Throws esbuild's `BuildFailure` when a source does not compile. */
function buildTool() {
  if (!existsSync(path.join(root, 'src'))) return;
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
