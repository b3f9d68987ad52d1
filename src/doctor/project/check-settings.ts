import type { Problem } from './problem';
import type { Project } from './project';

/** The flags of twilio-run 5.0.1 in camelCase, without those it never takes from a file, and the keys for nested ones. */
const known = (
  'logLevel cwd env region edge loadSystemEnv serviceSid buildSid sourceEnvironment environment production ' +
  'createEnvironment force serviceName functions assets assetsFolder functionsFolder overrideExistingProject properties ' +
  'extendedOutput functionSid tail outputFormat logCacheSize template loadLocalEnv port ngrok logs detailedLogs live ' +
  'inspect inspectBrk legacyMode forkProcess runtime'
).split(' ');
const nesting = ['commands', 'environments', 'projects'];

/** Keys that people write, and what they mean. The first two stand in Twilio's own documentation. */
const meant: Record<string, string> = {
  functionsFolderName: 'functionsFolder',
  assetsFolderName: 'assetsFolder',
  functionsDirectory: 'functionsFolder',
  assetsDirectory: 'assetsFolder',
  node: 'runtime',
  nodeVersion: 'runtime',
  name: 'serviceName',
  envFile: 'env',
};

/** `.twilioserverlessrc`, where a wrong key is taken without a word. */
export function checkSettings({ settings, rootFolders }: Project): Problem[] {
  return [
    ...checkFile(settings),
    ...(rootFolders.length === 0 ? [{ code: 'project-structure' as const }] : []),
  ];
}

function checkFile({ file, fault, values }: Project['settings']): Problem[] {
  if (file === null) return [];
  if (fault !== null) return [{ code: 'settings-unreadable', file, reason: fault }];
  return [
    ...listKeys(values)
      .filter(([, key]) => !known.includes(key))
      .map(([place, key]) => ({
        code: 'settings-key-ignored' as const,
        file,
        key: place + key,
        instead: findMeant(key),
      })),
    ...checkValues(file, values),
  ];
}

// Keys may stand at the top, below a command, below an environment, and below an account.
function listKeys(values: Record<string, unknown>): [place: string, key: string][] {
  return Object.entries(values).flatMap(([key, value]) => {
    if (!nesting.includes(key)) return [['', key] as [string, string]];
    return Object.entries(asObject(value)).flatMap(([name, nested]) =>
      Object.keys(asObject(nested)).map((inner): [string, string] => [`${key}.${name}.`, inner]),
    );
  });
}

function findMeant(key: string): string | null {
  if (meant[key]) return meant[key];
  const plain = key.replaceAll(/[^a-z]/gi, '').toLowerCase();
  return known.find((name) => name.toLowerCase() === plain) ?? null;
}

function checkValues(file: string, values: Record<string, unknown>): Problem[] {
  const problems: Problem[] = [];
  for (const key of ['functionsFolder', 'assetsFolder', 'serviceName', 'env']) {
    const value = values[key];
    if (value !== undefined && (typeof value !== 'string' || value === ''))
      problems.push({ code: 'settings-value', file, key, wanted: 'a text between quotes' });
  }
  for (const key of ['functionsFolder', 'assetsFolder']) {
    const folder = values[key];
    if (typeof folder === 'string' && /^\/|^\.{1,2}\/?$|(?:^|\/)\.\.(?:\/|$)/.test(folder))
      problems.push({ code: 'settings-value', file, key, wanted: 'a folder inside the project' });
  }
  const { serviceName } = values;
  // https://www.twilio.com/docs/serverless/functions-assets/functions/create-service
  if (typeof serviceName === 'string' && serviceName !== '' && !/^[A-Za-z0-9-]{1,50}$/.test(serviceName))
    problems.push({ code: 'service-name', name: serviceName });
  return problems;
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
