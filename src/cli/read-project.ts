import { readFileSync } from 'node:fs';
import path from 'node:path';
import JSON5 from 'json5';
import { UsageFault } from './usage-fault';

/** What a project says of itself. */
export interface Project {
  /** Name of its service at Twilio. */
  serviceName: string;
  /** What Twilio installs, by name. */
  dependencies: Record<string, string>;
}

/** Reads package.json and .twilioserverlessrc as Twilio's deploy tool does. @throws UsageFault */
export function readProject(dir: string): Project {
  const manifest = readManifest(dir);
  const settings = readSettings(dir);
  return {
    serviceName: settings.serviceName ?? manifest.name ?? '',
    dependencies: manifest.dependencies ?? {},
  };
}

function readManifest(dir: string): { name?: string; dependencies?: Record<string, string> } {
  try {
    return objectOf(JSON.parse(readFileSync(path.join(dir, 'package.json'), 'utf8')));
  } catch (error) {
    if (error instanceof SyntaxError) throw new UsageFault('package.json is not JSON: correct it.');
    throw new UsageFault('There is no package.json here: run this in the folder of the project.');
  }
}

function readSettings(dir: string): { serviceName?: string } {
  let text: string;
  try {
    text = readFileSync(path.join(dir, '.twilioserverlessrc'), 'utf8');
  } catch {
    return {};
  }
  try {
    return objectOf(JSON5.parse(text));
  } catch {
    throw new UsageFault('.twilioserverlessrc is not JSON5: correct it.');
  }
}

function objectOf(value: unknown): object {
  if (typeof value === 'object' && value !== null) return value;
  throw new SyntaxError('no object');
}
