import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
// The package's main file also loads its HTTP client, which takes longer than all the rest of a start.
import { getListOfFunctionsAndAssets } from '@twilio-labs/serverless-api/dist/utils/fs';
import JSON5 from 'json5';

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
 * The folders a project names in `.twilioserverlessrc`. Absent ones are found by Twilio's defaults.
 * Source: the keys `functionsFolder` and `assetsFolder`, https://www.twilio.com/docs/labs/serverless-toolkit/configuration
 * @throws ProjectFault when the file is not JSON5
 */
export function readProjectFolders(dir: string): ProjectFolders {
  const file = path.join(dir, '.twilioserverlessrc');
  if (!existsSync(file)) return {};
  const { functionsFolder, assetsFolder } = parseSettings(readFileSync(file, 'utf8'));
  return {
    ...(typeof functionsFolder === 'string' && { functions: functionsFolder }),
    ...(typeof assetsFolder === 'string' && { assets: assetsFolder }),
  };
}

function parseSettings(text: string): Record<string, unknown> {
  try {
    return Object(JSON5.parse(text));
  } catch (error) {
    const { lineNumber } = error as { lineNumber?: number };
    throw new ProjectFault(`.twilioserverlessrc, line ${lineNumber ?? 1}: it is not JSON5.`);
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
