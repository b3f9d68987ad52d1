import { existsSync } from 'node:fs';

const places = {
  Chromium: ['/usr/bin/chromium', '/usr/bin/chromium-browser'],
  pgbouncer: ['/usr/sbin/pgbouncer', '/usr/local/bin/pgbouncer'],
  PostgreSQL: ['/usr/local/bin/postgres', '/usr/lib/postgresql/15/bin/postgres'],
} as const;

/** Where a program of the machine is; empty when it is missing. */
export function findProgram(program: keyof typeof places): string {
  return places[program].find(existsSync) ?? '';
}

/**
 * Runs tests that need a program of the machine, with its path. Where it is missing they fail in CI, and elsewhere one
 * test says that they were skipped.
 */
export function describeWith(
  program: keyof typeof places,
  title: string,
  tests: (path: string) => void,
): void {
  const path = findProgram(program);
  if (path) {
    describe(title, () => tests(path));
    return;
  }
  it(`${title}: skipped, there is no ${program}`, () => {
    if (process.env.CI)
      throw new Error(`CI has to install ${program}: looked at ${places[program].join(', ')}`);
    console.log(`skipped: ${title} needs ${program}`);
  });
}

/** How Chromium starts in a container, as root and without asking the network for anything. */
export const chromiumArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
