import { readFileSync } from 'node:fs';
import path from 'node:path';
// The package's main file also loads its HTTP client, which takes longer than all the rest of a start.
import { getListOfFunctionsAndAssets } from '@twilio-labs/serverless-api/dist/utils/fs';
import { folderInScripts } from './folder-in-scripts';
import { readProjectSettings } from './project-settings';

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

/**
 * The folders a project names for a command of Twilio's tool: in its settings, else in the scripts of its package.json. Absent ones are
 * found by Twilio's defaults. Source: the keys `functionsFolder` and `assetsFolder`,
 * https://www.twilio.com/docs/labs/serverless-toolkit/configuration
 * @throws ProjectFault when the settings cannot be read
 */
export function readProjectFolders(dir: string, command: 'start' | 'deploy'): ProjectFolders {
  const settings = readProjectSettings(dir, command);
  const scripts = readScripts(dir);
  const folderOf = (kind: 'functions' | 'assets') =>
    [settings[`${kind}Folder`], folderInScripts(scripts, kind)].find((name) => typeof name === 'string');
  const functions = folderOf('functions');
  const assets = folderOf('assets');
  return { ...(functions && { functions }), ...(assets && { assets }) };
}

// A package.json that cannot be read is a fault that Node's resolution names better.
function readScripts(dir: string): Record<string, unknown> {
  try {
    return Object(Object(JSON.parse(readFileSync(path.join(dir, 'package.json'), 'utf8'))).scripts);
  } catch {
    return {};
  }
}

/**
 * Every function and asset of a project with its visibility, found by the code that Twilio deploys with
 * (`@twilio-labs/serverless-api`), so that a file name means here what it means there.
 */
export async function readRoutes(dir: string, folders: ProjectFolders): Promise<Route[]> {
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
