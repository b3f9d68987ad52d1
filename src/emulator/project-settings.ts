import path from 'node:path';
import { cosmiconfigSync } from 'cosmiconfig';
import JSON5 from 'json5';
import { ProjectFault } from './project-fault';

/**
 * What a project's settings say for one command of Twilio's tool, found and read as by that tool: `.twilioserverlessrc` (JSON5), the same with
 * `.json`, `.yaml`, `.yml`, `.js` or `.cjs`, `twilioserverless.config.js`, or the key `twilioserverless` of package.json. What stands
 * below `commands` goes before what stands at the top. A program is run. Only the folder's own settings count: that tool goes on in the folders
 * above, which may belong to another project, or to anybody, as that for temporary files does.
 * Source: https://www.twilio.com/docs/labs/serverless-toolkit/configuration, and dist/config of twilio-run 5.0.1
 * @throws ProjectFault when they cannot be read
 */
export function readProjectSettings(dir: string, command: 'start' | 'deploy'): Record<string, unknown> {
  const { commands, ...all } = Object(search(dir)) as Record<string, unknown>;
  return { ...all, ...Object(Object(commands)[command]) };
}

function search(dir: string): unknown {
  const loaders = { noExt: readJson5, '.json': readJson5 };
  try {
    const explorer = cosmiconfigSync('twilioserverless', { loaders, cache: false, stopDir: dir });
    return explorer.search(dir)?.config;
  } catch (error) {
    if (error instanceof ProjectFault) throw error;
    const { filepath } = Object(error) as { filepath?: unknown };
    const file =
      typeof filepath === 'string' ? path.relative(dir, filepath) : 'the settings of Twilio’s tool';
    throw new ProjectFault(`${file} cannot be read: ${reasonOf(error)}.`);
  }
}

/** Why a file that holds no JSON5 could not be loaded, in some words without a full stop. Its name, which stands in the first line, is left out. */
export function reasonOf(error: unknown): string {
  const { message = error } = Object(error) as { message?: unknown };
  const [line = ''] = `${message}`.replace(/^\w+ Error in .*:\n/, '').split('\n', 1);
  return line.replace(/[.:]$/, '');
}

function readJson5(file: string, text: string): unknown {
  try {
    return JSON5.parse(text);
  } catch (error) {
    const { lineNumber } = error as { lineNumber?: number };
    throw new ProjectFault(`${path.basename(file)}, line ${lineNumber ?? 1}: it is not JSON5.`);
  }
}
