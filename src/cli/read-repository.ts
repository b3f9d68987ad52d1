import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Repository } from '../doctor/project/project';
import { isObject } from './read-settings';

/** Asks git about the files with secrets. Without git, or outside a repository, there is nothing to say. */
export function readRepository(dir: string, envFile: string): Repository {
  const here = readdirSync(dir).filter(
    (name) => /^\.env(?:\.|$)/.test(name) && !/\.(?:example|sample|template)$/.test(name),
  );
  const used = path.relative(dir, path.resolve(dir, envFile));
  const secrets = [...new Set([...here, ...(existsSync(path.join(dir, used)) ? [used] : [])])].filter(
    (file) => !file.startsWith('..'),
  );
  const tracked = secrets.length === 0 ? [] : (askGit(dir, ['ls-files', '-z', '--', ...secrets]) ?? []);
  const untracked = secrets.filter((file) => !tracked.includes(file));
  const ignored = askGit(dir, ['check-ignore', '-z', '--stdin'], untracked.join('\0')) ?? untracked;
  return {
    trackedSecrets: tracked,
    unignoredSecrets: untracked.filter((file) => !ignored.includes(file)),
    deployedAccounts: readAccounts(dir),
  };
}

// `null` when git could not tell: it is not there, or this is no repository.
function askGit(dir: string, args: string[], input = ''): string[] | null {
  const { status, stdout } = spawnSync('git', args, { cwd: dir, encoding: 'utf8', input });
  // With 1 check-ignore says that it ignores none of them; ls-files never ends so.
  if (status !== 0 && status !== 1) return null;
  return stdout.split('\0').filter((name) => name !== '');
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
