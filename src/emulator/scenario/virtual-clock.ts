import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** A clock that handlers live by and a scenario sets. It runs on by itself from where it was set. */
export interface VirtualClock {
  /** NODE_OPTIONS for the process whose time it is. */
  nodeOptions: string;
  /** Milliseconds since 1970. */
  now(): number;
  set(at: number): void;
}

/**
 * Makes a clock in `folder`: a file with the distance to the real time, and a module that, loaded before everything else,
 * moves `Date` by that distance. Timers run as always, so a handler still has its ten seconds.
 */
export function createVirtualClock(folder: string): VirtualClock {
  const file = path.join(folder, 'clock');
  const module = path.join(folder, 'clock.mjs');
  let distance = 0;
  const write = () => {
    writeFileSync(`${file}.new`, String(distance));
    renameSync(`${file}.new`, file);
  };
  write();
  writeFileSync(module, moduleSource(file));
  return {
    nodeOptions: `--import=${pathToFileURL(module).href}`,
    now: () => Date.now() + distance,
    set(at) {
      distance = at - Date.now();
      write();
    },
  };
}

function moduleSource(file: string): string {
  return `import { readFileSync } from 'node:fs';
const RealDate = Date;
const now = () => RealDate.now() + Number(readFileSync(${JSON.stringify(file)}, 'utf8'));
globalThis.Date = new Proxy(RealDate, {
  construct: (target, given, maker) => Reflect.construct(target, given.length === 0 ? [now()] : given, maker),
  apply: () => new RealDate(now()).toString(),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
});
`;
}
