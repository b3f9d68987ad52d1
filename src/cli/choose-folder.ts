import { statSync } from 'node:fs';
import path from 'node:path';
import type { Settings } from '../doctor/project/project';
import { folderInScripts } from '../emulator/folder-in-scripts';

/** Which folder of the project is deployed: of the settings, else of the scripts, else what Twilio's tool takes by itself. */
export function chooseFolder(
  dir: string,
  { settings, scripts }: { settings: Settings; scripts: Record<string, string> },
  { usual, other }: { usual: 'functions' | 'assets'; other: string },
): string {
  const { commands, ...all } = settings.values;
  const values = { ...all, ...Object(Object(commands).deploy) };
  const given = [values[`${usual}Folder`], folderInScripts(scripts, usual)];
  const folder = given
    .filter((name) => typeof name === 'string')
    .map((name) => path.posix.normalize(name).replace(/\/$/, ''))
    // Outside of the project is a fault of its own, and nothing to search through.
    .find((name) => !/^(?:\.{0,2}|\.\.\/.*|\/.*)$/.test(name));
  return folder ?? (!isFolder(dir, usual) && isFolder(dir, other) ? other : usual);
}

export function isFolder(dir: string, name: string): boolean {
  return statSync(path.join(dir, name), { throwIfNoEntry: false })?.isDirectory() === true;
}
