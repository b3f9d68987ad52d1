import path from 'node:path';
import pc from 'picocolors';
import type { Bundle } from '../bundle/build-bundle';
import type { Console } from '../emulator/console/console-server';
import type { Edge } from '../emulator/create-edge';
import { demoCredentials } from '../emulator/demo-credentials';
import type { Enforcement } from '../emulator/gateway';
import { eventNumber } from '../emulator/phone/phone-numbers';
import type { Environment } from './environment';
import { nearPath } from './near-path';

/** What `ringtrue start` says when requests are accepted: addresses to copy from, and a last line that begins with `ready`. */
export function describeStart({
  edge,
  page,
  bundle,
  environment,
  variables,
  options,
}: {
  edge: Edge;
  page: Console;
  bundle: Bundle;
  environment: Environment;
  variables: Record<string, string>;
  options: { data: string; env?: string; enforce: Enforcement };
}): string {
  const { credentials } = environment;
  const madeUp = `made up for this checkout, never sent to Twilio (${path.join(options.data, 'credentials.json')})`;
  const from = {
    demo: madeUp,
    none: madeUp,
    file: `from ${options.env ?? '.env'}`,
    environment: 'from the process environment',
  }[credentials.source];
  const rows: [name: string, value: string][] = [
    ['results', `${edge.url}/`],
    ['organiser', `${edge.url}/organiser  ${describeOrganiser(environment.variables, options.data)}`],
    ['poster', `${edge.url}/poster`],
    ['webhook', `${edge.publicUrl}/sms/incoming`],
    ['fallback', `${edge.publicUrl}/sms/fallback`],
    ['console', `${page.url}/  a phone, and every request with its verdict`],
    ['number', `${eventNumber}, made up`],
    ['account', `${credentials.accountSid}, its token ${from}`],
    ['ratings', describeStore(variables)],
    ['try', 'npm run sms -- "KEYNOTE 5 loved it"'],
  ];
  const warning = ` --enforce ${options.enforce}: requests that Twilio did not sign reach your code `;
  return [
    '',
    ...rows.map(([name, value]) => `  ${pc.dim(name.padEnd(10))} ${value}`),
    '',
    ...(options.enforce === 'on' ? [] : [pc.bgRed(pc.white(warning))]),
    `${pc.green('ready')}, serving ${bundle.functions.length} functions; Ctrl-C ends it`,
  ].join('\n');
}

function describeStore({
  DATABASE_URL,
  SYNC_SERVICE_SID,
  RATINGS_FILE = '',
}: Record<string, string>): string {
  if (DATABASE_URL) return 'PostgreSQL (DATABASE_URL)';
  return SYNC_SERVICE_SID ? 'Twilio Sync (SYNC_SERVICE_SID)' : nearPath(RATINGS_FILE);
}

function describeOrganiser(variables: Record<string, string>, data: string): string {
  if (variables.ORGANISER_PASSWORD)
    return `user ${variables.ORGANISER_USER ?? '(ORGANISER_USER is missing)'}`;
  const { organiserUser, organiserPassword } = demoCredentials(path.resolve(data));
  return `user ${organiserUser}, password ${organiserPassword} (made up)`;
}
