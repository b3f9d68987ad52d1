import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Repository } from '../doctor/project/project';
import { isObject } from './read-settings';

/** Asks git about the files with secrets. Without git, or outside a repository, there is nothing to say. */
export function readRepository(dir: string, envFile: string): Repository {
  const here = readdirSync(dir).filter(
    (name) => /^\.env(?:\.|$)/.test(name) && !/\.(?:example|sample|template)$/.test(name),
  );
  const secrets = [...new Set([...here, ...(existsSync(path.join(dir, envFile)) ? [envFile] : [])])].filter(
    (file) => !path.relative(dir, path.resolve(dir, file)).startsWith('..'),
  );
  const tracked = askGit(dir, ['ls-files', '-z', '--', ...secrets]);
  if (tracked === null || secrets.length === 0)
    return { trackedSecrets: [], unignoredSecrets: [], deployedAccounts: readAccounts(dir) };
  const ignored = askGit(dir, ['check-ignore', '-z', '--', ...secrets]) ?? [];
  return {
    trackedSecrets: tracked,
    unignoredSecrets: secrets.filter((file) => !ignored.includes(file) && !tracked.includes(file)),
    deployedAccounts: readAccounts(dir),
  };
}

function askGit(dir: string, args: string[]): string[] | null {
  try {
    const output = execFileSync('git', args, {
      cwd: dir,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return output.split('\0').filter((name) => name !== '');
  } catch {
    return null;
  }
}

// { "AC…": … } or { "AC…:us1": … }
function readAccounts(dir: string): string[] {
  try {
    const info: unknown = JSON.parse(readFileSync(path.join(dir, '.twiliodeployinfo'), 'utf8'));
    return isObject(info) ? [...new Set(Object.keys(info).map((key) => key.replace(/:.*/, '')))] : [];
  } catch {
    return [];
  }
}
