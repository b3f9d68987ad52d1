import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
// The package's main file also loads its HTTP client, which takes longer than all the rest of a start.
import { getListOfFunctionsAndAssets } from '@twilio-labs/serverless-api/dist/utils/fs';
import JSON5 from 'json5';
import { folderInScripts } from './folder-in-scripts';

export type Access = 'public' | 'protected' | 'private';

export interface Route {
  /** As it stands in a URL: `/sms/incoming`, `/logo.svg`. */
  path: string;
  kind: 'function' | 'asset';
  access: Access;
  /** Absolute. */
  filePath: string;
}

/** Where Twilio's tool looks for the functions and assets of a project, relative to it. */
export interface ProjectFolders {
  functions?: string;
  assets?: string;
}

/** A project that cannot be read, in one sentence. */
export class ProjectFault extends Error {
  override name = 'ProjectFault';
}

/**
 * The folders a project names: in its settings, else in the scripts of its package.json. Absent ones are found by Twilio's
 * defaults. Source: the keys `functionsFolder` and `assetsFolder`, https://www.twilio.com/docs/labs/serverless-toolkit/configuration
 * @throws ProjectFault when the settings are not JSON5
 */
export function readProjectFolders(dir: string): ProjectFolders {
  const { twilioserverless, scripts } = readManifest(dir);
  const settings = Object(twilioserverless ?? readSettings(dir));
  const folderOf = (kind: 'functions' | 'assets') =>
    [settings[`${kind}Folder`], folderInScripts(Object(scripts), kind)].find(
      (name) => typeof name === 'string',
    );
  const functions = folderOf('functions');
  const assets = folderOf('assets');
  return { ...(functions && { functions }), ...(assets && { assets }) };
}

// A package.json that cannot be read is a fault that Node's resolution names better.
function readManifest(dir: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(readFileSync(path.join(dir, 'package.json'), 'utf8')));
  } catch {
    return {};
  }
}

function readSettings(dir: string): Record<string, unknown> {
  const file = ['.twilioserverlessrc', '.twilioserverlessrc.json']
    .map((name) => path.join(dir, name))
    .find((one) => existsSync(one));
  return file === undefined ? {} : parseSettings(path.basename(file), readFileSync(file, 'utf8'));
}

function parseSettings(name: string, text: string): Record<string, unknown> {
  try {
    return Object(JSON5.parse(text));
  } catch (error) {
    const { lineNumber } = error as { lineNumber?: number };
    throw new ProjectFault(`${name}, line ${lineNumber ?? 1}: it is not JSON5.`);
  }
}

/**
 * Every function and asset of a project with its visibility, found by the code that Twilio deploys with
 * (`@twilio-labs/serverless-api`), so that a file name means here what it means there.
 */
export async function readRoutes(
  dir: string,
  folders: ProjectFolders = readProjectFolders(dir),
): Promise<Route[]> {
  const { functions, assets } = await getListOfFunctionsAndAssets(dir, {
    ...(folders.functions && { functionsFolderNames: [folders.functions] }),
    ...(folders.assets && { assetsFolderNames: [folders.assets] }),
  });
  return [
    ...functions.map(({ path: url, access, filePath }) => ({
      path: url,
      kind: 'function' as const,
      access,
      filePath,
    })),
    ...assets.map(({ path: url, access, filePath }) => ({
      path: url,
      kind: 'asset' as const,
      access,
      filePath,
    })),
  ];
}
