import { isBefore, readExactVersion } from './exact-version';
import type { Problem } from './problem';
import type { Manifest, Project } from './project';

/** https://www.twilio.com/docs/serverless/functions-assets/functions/packages */
const most = 100;

/** What Twilio will install at a deploy: everything in `dependencies`, as it is written, without the lock file. */
export function checkDependencies({ manifest }: Project): Problem[] {
  if (manifest.fault !== null) return [{ code: 'manifest-unreadable', reason: manifest.fault }];
  const names = Object.keys(manifest.dependencies);
  const tooMany: Problem[] = names.length > most ? [{ code: 'dependency-count', count: names.length }] : [];
  return [...tooMany, ...names.flatMap((name) => checkOne(name, manifest))];
}

function checkOne(name: string, { dependencies, installed }: Manifest): Problem[] {
  const version = dependencies[name] ?? '';
  if (isOutsideRegistry(version)) return [{ code: 'dependency-local', name, version }];
  const found = installed?.[name];
  if (installed !== null && !found) return [{ code: 'dependency-missing', name, version }];
  return [
    ...checkVersion(name, version, found?.version ?? null),
    ...(found?.native ? [{ code: 'dependency-native' as const, name }] : []),
  ];
}

function checkVersion(name: string, version: string, installed: string | null): Problem[] {
  const exact = readExactVersion(version);
  if (!exact) {
    // The handler has a finding of its own for this.
    if (name === '@twilio/runtime-handler') return [];
    return [{ code: 'dependency-range', name, version, installed }];
  }
  const wanted = version.trim().replace(/^v/, '');
  if (installed !== null && wanted !== installed)
    return [{ code: 'dependency-differs', name, version: wanted, installed }];
  if (name === 'twilio' && isBefore(exact, [6, 2, 0])) return [{ code: 'twilio-old', version }];
  return [];
}

function isOutsideRegistry(version: string): boolean {
  return (
    /^(?:file|link|portal|workspace|catalog|git|git\+\w+|github|https?|ssh):/i.test(version) ||
    /^[\w.-]+\/[\w.-]+(?:#.+)?$/.test(version) ||
    /^(?:\.{1,2}|~)?\//.test(version)
  );
}
