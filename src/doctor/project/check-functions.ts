import { findTwilioEvidence } from './called-by-twilio';
import { countParameters } from './handler-parameters';
import type { Problem } from './problem';
import type { FunctionFile, Project } from './project';

/** Functions: what becomes a URL, who may call it, and what works here and not at Twilio. */
export function checkFunctions(project: Project): Problem[] {
  const { functions, functionsFolder, skippedFunctions, assets, settings } = project;
  if (functions.length === 0) {
    const elsewhere = settings.opaque || (skippedFunctions.length === 0 && assets.length > 0);
    if (elsewhere) return [];
    return [{ code: 'functions-none', folder: functionsFolder, skipped: skippedFunctions.length }];
  }
  return [...functions.flatMap((file) => checkFunction(file, project)), ...findSharedPaths(functions)];
}

function checkFunction(file: FunctionFile, { environment, manifest }: Project): Problem[] {
  const { path, access, code, fault } = file;
  if (path === null) return [{ code: 'path-refused', file: file.file }];
  const reachable = access !== 'private';
  if (reachable && isTest(file)) return [{ code: 'test-file-deployed', file: file.file, path }];
  // What a build makes of it, the build itself says.
  if (fault !== null && !file.deployedAsIs) return [];
  if (fault !== null) return [{ code: 'function-syntax', file: file.file, reason: fault }];
  const problems: Problem[] = [];
  if (access === 'public') problems.push(...checkVisibility(file, path, environment));
  if (reachable && !/\bhandler\b/.test(code))
    problems.push({ code: 'function-handler', file: file.file, path });
  else if (reachable && (countParameters(code) ?? 3) < 3)
    problems.push({ code: 'function-callback', file: file.file, path });
  if (file.deployedAsIs) problems.push(...checkReach(file, manifest.dependencies));
  return problems;
}

function checkVisibility(file: FunctionFile, path: string, environment: Project['environment']): Problem[] {
  const marker = findMarker(path);
  if (marker) {
    const meant = /^priv/i.test(marker) ? 'private' : 'protected';
    return [{ code: 'function-marker', file: file.file, path, marker, meant }];
  }
  const evidence = findTwilioEvidence(file, environment);
  return evidence === null ? [] : [{ code: 'function-unprotected', file: file.file, path, evidence }];
}

// `.protected` and `.private` count in these letters only, and only right before the extension.
function findMarker(path: string): string | null {
  const name = path.split('/').at(-1) ?? '';
  return (
    /(?:^|\.)(prot[ect]{2,4}(?:ed)?|priv[ate]{1,4})(?:\.|$)/i.exec(name)?.[1] ??
    /[-_](protected|private)$/i.exec(name)?.[1] ??
    null
  );
}

function isTest({ path, file, code }: FunctionFile): boolean {
  return (
    /\.(?:test|spec|stories|e2e)$/i.test(path ?? '') ||
    /\/__(?:tests|mocks|fixtures|snapshots)__\//.test(file) ||
    (/\b(?:describe|test|it)\s*\(\s*["'`]/.test(code) && !/\bhandler\s*[=:(]/.test(code))
  );
}

// Deployed, each file lies alone under another name, with the packages of `dependencies` in reach.
function checkReach(file: FunctionFile, dependencies: Record<string, string>): Problem[] {
  const near = file.imports.filter((name) => /^[./]/.test(name));
  const missing = new Set(
    file.imports
      .filter((name) => !/^[./#]/.test(name))
      .map(packageOf)
      .filter((name) => !(name in dependencies)),
  );
  return [
    ...(file.module ? [{ code: 'function-module' as const, file: file.file }] : []),
    ...near.map((imported) => ({ code: 'function-import' as const, file: file.file, imported })),
    ...[...missing].map((name) => ({ code: 'function-package' as const, file: file.file, name })),
  ];
}

function packageOf(imported: string): string {
  return imported.split('/', imported.startsWith('@') ? 2 : 1).join('/');
}

function findSharedPaths(functions: FunctionFile[]): Problem[] {
  const files = new Map<string, string[]>();
  for (const { path, file } of functions)
    if (path !== null) files.set(path, [...(files.get(path) ?? []), file]);
  return [...files]
    .filter(([, names]) => names.length > 1)
    .map(([path, names]) => ({ code: 'path-twice', path, files: names }));
}
