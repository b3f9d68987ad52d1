import { isBefore, readExactVersion } from './exact-version';
import type { Problem } from './problem';
import type { Project } from './project';

/** Twilio's tools and its platform run on these. Sources: engines of twilio-run 5.0.1, and the platform's changelog. */
const supported = [20, 22, 24];
const handler = '@twilio/runtime-handler';

/** On npm, but not on the platform's list, which deploys with it were refused by. */
const onlyOnNpm = ['2.0.2', '2.0.3', '2.1.0'];

/** Node here, Node at Twilio, and the handler that both name. */
export function checkRuntime({ nodeVersion, manifest, settings }: Project): Problem[] {
  return [
    ...checkNode(nodeVersion, settings.values.runtime),
    ...checkNamedRuntime(settings),
    ...(manifest.fault === null ? checkHandler(manifest) : []),
  ];
}

function checkNode(version: string, runtime: unknown): Problem[] {
  const major = Number(version.split('.', 1)[0]);
  if (!supported.includes(major)) return [{ code: 'node-unsupported', version }];
  const known = supported.map((number) => `node${number}`).find((name) => name === runtime);
  return known === undefined || known === `node${major}`
    ? []
    : [{ code: 'node-differs', version, runtime: known }];
}

function checkNamedRuntime({ file, values, fault, opaque }: Project['settings']): Problem[] {
  if (fault !== null || opaque) return [];
  const shown = file ?? '.twilioserverlessrc';
  const { runtime } = values;
  if (runtime === undefined) return [{ code: 'runtime-missing', file: shown }];
  if (supported.some((major) => runtime === `node${major}`)) return [];
  return [{ code: 'runtime-unsupported', runtime: String(runtime), file: shown }];
}

function checkHandler({ dependencies, devDependencies }: Project['manifest']): Problem[] {
  const version = dependencies[handler];
  if (version === undefined) {
    const inDev = devDependencies[handler];
    return inDev === undefined
      ? [{ code: 'runtime-handler-missing' }]
      : [{ code: 'runtime-handler-dev', version: inDev }];
  }
  const exact = readExactVersion(version);
  if (!exact) return [{ code: 'runtime-handler-range', version }];
  if (isBefore(exact, [1, 2, 0])) return [{ code: 'runtime-handler-old', version }];
  if (onlyOnNpm.includes(version)) return [{ code: 'runtime-handler-npm-only', version }];
  return [];
}
