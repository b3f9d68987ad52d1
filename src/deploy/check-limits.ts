import { statSync } from 'node:fs';
import type { Route } from '../emulator/routes';
import { fitsEnvironmentText } from './environment-text';

const megabyte = 1024 * 1024;

/**
 * What Twilio would refuse or, worse, accept and fail on later; empty when all is within its limits.
 *
 * Limits: https://www.twilio.com/docs/serverless/functions-assets/functions/variables (450 bytes a value, about 3 kB in
 * all), .../assets (25 MB, private 10 MB and 50 files, otherwise 1000), .../create-service (name of 50 characters), and the API's
 * description (key of 128 characters, suffix of 16).
 */
export function checkLimits({
  serviceName,
  suffix,
  variables,
  there,
  dependencies,
  routes,
}: {
  serviceName: string;
  suffix: string;
  /** To be deployed. */
  variables: Record<string, string>;
  /** At Twilio already: those with another name stay. */
  there: Record<string, string>;
  dependencies: Record<string, string>;
  routes: Route[];
}): string[] {
  return [
    ...checkNames(serviceName, suffix),
    ...checkVariables(variables),
    ...checkTotal({ ...there, ...variables }),
    ...checkDependencies(dependencies),
    ...checkRoutes(routes),
  ];
}

function checkNames(serviceName: string, suffix: string): string[] {
  const faults: string[] = [];
  if (!/^[A-Za-z0-9-]{1,50}$/.test(serviceName)) {
    faults.push(
      `serviceName "${serviceName}" has to be at most 50 letters, digits and dashes: change it in .twilioserverlessrc.`,
    );
  }
  if (!/^[a-z0-9-]{0,16}$/.test(suffix)) {
    faults.push(`--environment "${suffix}" has to be at most 16 small letters, digits and dashes.`);
  }
  return faults;
}

function checkVariables(variables: Record<string, string>): string[] {
  const faults: string[] = [];
  for (const [name, value] of Object.entries(variables)) {
    if (name.length > 128)
      faults.push(`The variable ${name.slice(0, 40)}… has a name of over 128 characters.`);
    const size = Buffer.byteLength(value);
    if (size > 450)
      faults.push(
        `The variable ${name} has ${size} bytes and Twilio takes 450: put it into a private asset.`,
      );
    if (!fitsEnvironmentText(value)) {
      faults.push(
        `The variable ${name} has white space at its ends, or line breaks together with quotes or backslashes, which Twilio's tool cannot read: encode it, for example as base64.`,
      );
    }
  }
  return faults;
}

function checkTotal(variables: Record<string, string>): string[] {
  const total = Buffer.byteLength(JSON.stringify(variables));
  // The account's data, domain and path share the 3 kB.
  if (total <= 2700) return [];
  return [
    `The variables have ${total} bytes together and Twilio takes about 3000 with its own: remove some.`,
  ];
}

function checkDependencies(dependencies: Record<string, string>): string[] {
  return Object.entries(dependencies)
    .filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))
    .map(
      ([name, version]) =>
        `The dependency ${name} is "${version}": write an exact version, because Twilio installs without the lock file.`,
    );
}

function checkRoutes(routes: Route[]): string[] {
  const faults: string[] = [];
  if (!routes.some(({ kind }) => kind === 'function'))
    faults.push('There are no functions in dist/functions.');
  const counts = new Map<string, number>();
  for (const { path, kind, access, filePath } of routes) {
    if (/[;,?:@+&$()'"# ]/.test(path) || path.length > 255)
      faults.push(`${path}: Twilio takes no such path; rename the file.`);
    if (kind !== 'asset') continue;
    counts.set(access, (counts.get(access) ?? 0) + 1);
    const most = access === 'private' ? 10 : 25;
    const size = statSync(filePath).size / megabyte;
    if (size > most)
      faults.push(`The ${access} asset ${path} has ${size.toFixed(1)} MB and Twilio takes ${most}.`);
  }
  for (const [access, count] of counts) {
    const most = access === 'private' ? 50 : 1000;
    if (count > most) faults.push(`There are ${count} ${access} assets and Twilio takes ${most}.`);
  }
  return faults;
}
