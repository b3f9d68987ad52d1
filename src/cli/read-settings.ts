import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { defaultLoadersSync } from 'cosmiconfig';
import JSON5 from 'json5';
import type { Settings } from '../doctor/project/project';
import { reasonOf } from '../emulator/project-settings';

/** Where Twilio's tool looks, in this order, besides the key of package.json. */
const names = [
  '.twilioserverlessrc',
  '.twilioserverlessrc.json',
  '.twilioserverlessrc.yaml',
  '.twilioserverlessrc.yml',
  '.twilioserverlessrc.js',
  '.twilioserverlessrc.cjs',
  'twilioserverless.config.js',
  'twilioserverless.config.cjs',
];

/** Reads the settings of Twilio's tool. A program is not run: such settings are `opaque`. */
export function readSettings(dir: string, manifest: Record<string, unknown>): Settings {
  const own = manifest.twilioserverless;
  if (isObject(own)) return { file: 'package.json', fault: null, opaque: false, values: own };
  const file = names.find((name) => existsSync(path.join(dir, name))) ?? null;
  if (file === null) return { file, fault: null, opaque: false, values: {} };
  if (/\.c?js$/.test(file)) return { file, fault: null, opaque: true, values: {} };
  try {
    const text = readFileSync(path.join(dir, file), 'utf8');
    const values: unknown = /\.ya?ml$/.test(file)
      ? defaultLoadersSync['.yaml'](file, text)
      : JSON5.parse(text);
    if (!isObject(values)) throw new SyntaxError('it is not an object');
    return { file, fault: null, opaque: false, values };
  } catch (error) {
    return { file, fault: reasonOf(error).replace(/^JSON5: /, ''), opaque: false, values: {} };
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
