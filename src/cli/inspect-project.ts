import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'dotenv';
import { BundleFault, findStaleFiles } from '../bundle/build-bundle';
import { listFiles } from '../bundle/list-files';
import type {
  BuildState,
  EnvironmentFile,
  EventState,
  InstalledPackage,
  Manifest,
  Project,
  Settings,
} from '../doctor/project/project';
import { countSegments } from '../emulator/phone/count-segments';
import { everyReply } from '../rating/every-reply';
import type { RatingEvent } from '../rating/rating-event';
import { eventFile, readEventFile } from './check-event-file';
import { chooseFolder, isFolder } from './choose-folder';
import { findBadLine } from './environment';
import { readAssetFiles, readFunctions } from './read-functions';
import { readRepository } from './read-repository';
import { isObject, readSettings } from './read-settings';
import { UsageFault } from './usage-fault';

const watchedVariables = [
  'ACCOUNT_SID',
  'AUTH_TOKEN',
  'TWILIO_ACCOUNT_SID',
  'TWILIO_AUTH_TOKEN',
  'TWILIO_REGION',
  'TWILIO_EDGE',
];

/**
 * Reads a Twilio Functions project from disk, whoever made it.
 * @throws UsageFault when there is none, or no file `envFile`
 */
export async function inspectProject(
  dir: string,
  { envFile, env = process.env }: { envFile?: string | undefined; env?: NodeJS.ProcessEnv } = {},
): Promise<Project> {
  const { content, fault } = readManifestFile(dir);
  const settings = readSettings(dir, content);
  const rootFolders = ['functions', 'src', 'assets', 'static'].filter((name) => isFolder(dir, name));
  const scripts = texts(content.scripts);
  if (isServer(content, settings))
    throw new UsageFault(
      "This is an application with a server of its own, and no Twilio Functions project: it has neither Twilio's settings " +
        'file nor @twilio/runtime-handler. For a request that it refuses there is: doctor explain.',
    );
  const builtByRingtrue =
    isFolder(dir, 'functions') && /\bringtrue\b/.test(Object.values(scripts).join('\n'));
  const folderOf = (usual: 'functions' | 'assets', other: string) =>
    builtByRingtrue ? usual : chooseFolder(dir, { settings, scripts }, { usual, other });
  const functionsFolder = folderOf('functions', 'src');
  const assetsFolder = folderOf('assets', 'static');
  const { functions, skipped } = await readFunctions(dir, functionsFolder, {
    deployedAsIs: !builtByRingtrue,
  });
  return {
    nodeVersion: process.versions.node,
    builtByRingtrue,
    manifest: readManifest(dir, content, fault),
    settings,
    rootFolders,
    functionsFolder,
    functions: functions.map((one) => ({ ...one, file: sourceOf(dir, functionsFolder, one.file) })),
    skippedFunctions: skipped,
    assets: readAssetFiles(dir, assetsFolder),
    build: builtByRingtrue ? await readOwnBuild(dir) : readOtherBuild(dir, functionsFolder),
    environment: readEnvironmentFile(dir, envFile),
    processVariables: texts(
      Object.fromEntries(watchedVariables.map((name) => [name, env[name] || undefined])),
    ),
    repository: readRepository(dir, envFile ?? '.env'),
    event: readEvent(dir, builtByRingtrue),
    store: null,
    account: null,
    called: [],
    now: Date.now(),
  };
}

function readManifestFile(dir: string): { content: Record<string, unknown>; fault: string | null } {
  const file = path.join(dir, 'package.json');
  if (!existsSync(file)) {
    throw new UsageFault(
      'There is no package.json here: run this in the folder of a Twilio Functions project.',
    );
  }
  try {
    const content: unknown = JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
    if (!isObject(content)) return { content: {}, fault: 'it is not an object' };
    return { content, fault: null };
  } catch (error) {
    return { content: {}, fault: error instanceof Error ? error.message : String(error) };
  }
}

// Of such a one the doctor would say that its files are functions, and open to everybody.
function isServer({ dependencies, devDependencies, scripts }: Record<string, unknown>, settings: Settings) {
  const all = { ...texts(devDependencies), ...texts(dependencies) };
  const runsTwilio = /\b(?:twilio|ringtrue)\b/.test(Object.values(texts(scripts)).join('\n'));
  const serves = ['express', 'fastify', 'koa'].some((name) => name in texts(dependencies));
  return serves && settings.file === null && !('@twilio/runtime-handler' in all) && !runsTwilio;
}

function readManifest(dir: string, content: Record<string, unknown>, fault: string | null): Manifest {
  const dependencies = texts(content.dependencies);
  return {
    fault,
    dependencies,
    devDependencies: texts(content.devDependencies),
    installed: isPlugAndPlay(dir)
      ? null
      : Object.fromEntries(Object.keys(dependencies).map((name) => [name, readInstalled(dir, name)])),
  };
}

// Yarn's Plug'n'Play leaves packages in archives: what is installed, only its own code can tell.
function isPlugAndPlay(dir: string): boolean {
  if (isFolder(dir, 'node_modules')) return false;
  const parent = path.dirname(dir);
  const files = ['.pnp.cjs', '.pnp.loader.mjs'];
  return files.some((name) => isFile(path.join(dir, name))) || (parent !== dir && isPlugAndPlay(parent));
}

// A workspace has its packages in a folder further up.
function readInstalled(dir: string, name: string): InstalledPackage | null {
  const folder = path.join(dir, 'node_modules', name);
  const manifest = path.join(folder, 'package.json');
  if (existsSync(manifest)) {
    const { version, scripts, gypfile } = readJson(manifest);
    const { install = '', postinstall = '' } = texts(scripts);
    const native =
      gypfile === true ||
      existsSync(path.join(folder, 'binding.gyp')) ||
      /\b(?:node-gyp|node-pre-gyp|prebuild|prebuild-install|cmake-js)\b/.test(`${install} ${postinstall}`);
    return typeof version === 'string' ? { version, native } : null;
  }
  const parent = path.dirname(dir);
  return parent === dir ? null : readInstalled(parent, name);
}

// What an installation left broken counts as not installed.
function readJson(file: string): Record<string, unknown> {
  try {
    const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isObject(content) ? content : {};
  } catch {
    return {};
  }
}

async function readOwnBuild(dir: string): Promise<BuildState> {
  const exists = isFolder(dir, 'dist/functions');
  try {
    return { folder: 'dist', exists, fault: null, stale: await findStaleFiles(dir) };
  } catch (error) {
    if (!(error instanceof BundleFault)) throw error;
    return { folder: 'dist', exists, fault: error.messages[0] ?? error.message, stale: [] };
  }
}

// Another build's result is only known to be stale where a source of the same name is younger.
function readOtherBuild(dir: string, folder: string): BuildState {
  if (['functions', 'src'].includes(folder)) return { folder: null, exists: true, fault: null, stale: [] };
  const stale = listFiles(path.join(dir, folder)).filter((file) => {
    if (!file.endsWith('.js')) return false;
    const built = statSync(path.join(dir, folder, file)).mtimeMs;
    return sourcesOf(file).some(
      (source) => isFile(path.join(dir, source)) && statSync(path.join(dir, source)).mtimeMs > built,
    );
  });
  return { folder, exists: isFolder(dir, folder), fault: null, stale };
}

// Whoever compiles their functions edits the source: a name in the result is gone with the next build.
function sourceOf(dir: string, folder: string, file: string): string {
  if (['functions', 'src'].includes(folder)) return file;
  const sources = sourcesOf(path.posix.relative(folder, file));
  return sources.find((source) => isFile(path.join(dir, source))) ?? file;
}

function sourcesOf(built: string): string[] {
  return ['functions', 'src/functions', 'src'].map((root) => `${root}/${built.replace(/\.js$/, '.ts')}`);
}

function readEnvironmentFile(dir: string, envFile: string | undefined): EnvironmentFile {
  const file = envFile ?? '.env';
  const place = path.resolve(dir, file);
  const exists = isFile(place);
  if (envFile !== undefined && !exists) throw new UsageFault(`There is no file ${envFile}: check --env.`);
  const text = exists ? readFileSync(place, 'utf8') : '';
  const example = ['.env.example', '.env.sample', '.env.template'].find((name) =>
    isFile(path.join(dir, name)),
  );
  return {
    file,
    exists,
    badLine: findBadLine(text) ?? null,
    variables: parse(text),
    example: example
      ? { file: example, variables: parse(readFileSync(path.join(dir, example), 'utf8')) }
      : null,
  };
}

function readEvent(dir: string, needed: boolean): EventState {
  const read = readEventFile(dir);
  if (read === null)
    return { file: needed ? eventFile : null, missing: needed, faults: [], longReplies: [], closesAt: null };
  const ends = read.event?.sessions.map(({ closesAt }) => closesAt) ?? [null];
  const closesAt = ends.reduce(
    (latest, end) => (latest === null || end === null ? null : Math.max(latest, end)),
    0,
  );
  return {
    file: eventFile,
    missing: false,
    faults: read.faults,
    longReplies: findLong(read.event),
    closesAt,
  };
}

function findLong(event: RatingEvent | null): EventState['longReplies'] {
  const replies = event === null ? [] : everyReply(event);
  return replies
    .map(({ reply, locale, text }) => ({ reply, locale, segments: countSegments(text).segments }))
    .filter(({ segments }) => segments > 1);
}

function texts(value: unknown): Record<string, string> {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true;
}
