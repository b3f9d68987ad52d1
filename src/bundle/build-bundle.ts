/**
 * Makes what Twilio is given from what people write.
 *
 * In:  `functions/**` (.ts, .js) and `assets/**` of a project, the `dependencies` of its package.json.
 * Out: `dist/functions`: one CommonJS file for each function, `.protected` and `.private` kept in the name, with a source
 *      map beside it; `dist/assets`: the assets, `index.html` a second time where Twilio looks for `/`.
 *
 * Why one file each: a relative `require` between function files works locally and fails deployed, because deployed
 * files lie flat under other names. Why packages of `dependencies` stay outside: Twilio's runtime tells TwiML by
 * `instanceof`, which a bundled copy of `twilio` never satisfies.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type BuildFailure, type BuildOptions, build, stop } from 'esbuild';
import { listFiles } from './list-files';
import { writeTree } from './write-tree';

export interface Bundle {
  /** Paths below `dist/functions`, sorted, with `/`. */
  functions: string[];
  /** Paths below `dist/assets`, sorted, with `/`. */
  assets: string[];
}

/** A source that does not compile: each message starts with `file:line:`. */
export class BundleFault extends Error {
  override name = 'BundleFault';
  constructor(readonly messages: string[]) {
    super(messages.join('\n'));
  }
}

/**
 * Builds the project in `dir` into `dir/dist`. Files that did not change are not touched, files whose source is gone are
 * removed, and a build that fails leaves the last good one as it is.
 * @throws BundleFault when a source does not compile
 */
export async function buildBundle(dir: string): Promise<Bundle> {
  const functions = await compileFunctions(dir);
  const assets = readAssets(path.join(dir, 'assets'));
  writeTree(path.join(dir, 'dist', 'functions'), functions);
  writeTree(path.join(dir, 'dist', 'assets'), assets);
  return {
    functions: [...functions.keys()].filter((file) => file.endsWith('.js')).sort(),
    assets: [...assets.keys()].sort(),
  };
}

/** Ends the compiler's process, which otherwise waits for more as long as this one lives; the next build starts another. */
export function releaseCompiler(): void {
  void stop();
}

/**
 * Compares `dir/dist` with what a build would give now, and writes nothing.
 * @returns paths below `dist` that are missing, different or without a source, sorted
 * @throws BundleFault when a source does not compile
 */
export async function findStaleFiles(dir: string): Promise<string[]> {
  const trees: [folder: string, files: Map<string, Uint8Array>][] = [
    ['functions', await compileFunctions(dir)],
    ['assets', readAssets(path.join(dir, 'assets'))],
  ];
  return trees
    .flatMap(([folder, files]) => {
      const present = listFiles(path.join(dir, 'dist', folder));
      const gone = present.filter((file) => !files.has(file));
      const changed = [...files].filter(([file, content]) => {
        const built = path.join(dir, 'dist', folder, file);
        return !existsSync(built) || !readFileSync(built).equals(content);
      });
      return [...gone, ...changed.map(([file]) => file)].map((file) => `${folder}/${file}`);
    })
    .sort();
}

/** How functions are compiled; also what the test of the import rules reads its graph from. */
export function functionBuildOptions(dir: string): BuildOptions {
  const functionsDir = path.join(dir, 'functions');
  return {
    absWorkingDir: dir,
    entryPoints: listFiles(functionsDir)
      .filter((file) => /\.[jt]s$/.test(file) && !file.endsWith('.d.ts'))
      .map((file) => path.join(functionsDir, file)),
    outbase: functionsDir,
    outdir: path.join(dir, 'dist', 'functions'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: outsidePackages(dir),
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'silent',
  };
}

async function compileFunctions(dir: string): Promise<Map<string, Uint8Array>> {
  const options = functionBuildOptions(dir);
  const files = new Map<string, Uint8Array>();
  try {
    const { outputFiles } = await build({ ...options, write: false });
    for (const file of outputFiles) {
      files.set(toUnix(path.relative(options.outdir ?? '', file.path)), file.contents);
    }
  } catch (error) {
    throw new BundleFault(describeFailure(error as BuildFailure));
  }
  return files;
}

function describeFailure({ errors, message }: BuildFailure): string[] {
  if (!errors) return [message];
  return errors.map(({ location, text }) => (location ? `${location.file}:${location.line}: ${text}` : text));
}

// `libsql` is asked for only where SQLite is the store, which is never the case on Twilio.
function outsidePackages(dir: string): string[] {
  const { dependencies = {} } = readManifest(path.join(dir, 'package.json'));
  return [...Object.keys(dependencies).flatMap((name) => [name, `${name}/*`]), 'libsql'];
}

function readManifest(file: string): { dependencies?: Record<string, string> } {
  try {
    return Object(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new BundleFault(['There is no package.json here: run this in the folder of the project.']);
    throw new BundleFault([`package.json:1: ${error instanceof Error ? error.message : error}`]);
  }
}

// https://www.twilio.com/docs/serverless/functions-assets/assets: `/` answers with the asset whose path is
// `/assets/index.html`, so the page goes to both places.
function readAssets(dir: string): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (const file of listFiles(dir)) {
    const content = readFileSync(path.join(dir, file));
    files.set(file, content);
    if (file === 'index.html') files.set('assets/index.html', content);
  }
  return files;
}

function toUnix(file: string): string {
  return file.split(path.sep).join('/');
}
