import { readFileSync } from 'node:fs';
import path from 'node:path';
import { buildBundle } from '../../src/bundle/build-bundle';
import type { TwilioStandIn } from './start-twilio';
import { newSid, type Version, type Visibility } from './twilio-account';

const root = path.join(__dirname, '..', '..');

/**
 * Puts our own functions and assets into the stand-in as a deploy leaves them, without the minute that a deploy takes.
 * @returns where they are served
 */
export async function deployBundle(
  { state, accountSid }: TwilioStandIn,
  variables: Record<string, string>,
): Promise<string> {
  const { functions, assets } = await buildBundle(root);
  const { dependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const versions = [
    ...functions.map((file) => makeVersion('function', file)),
    ...assets.map((file) => makeVersion('asset', file)),
  ];
  const build = {
    sid: newSid('ZB'),
    status: 'completed' as const,
    dependencies: Object.entries(dependencies).map(([name, version]) => ({ name, version })),
    runtime: 'node22',
    versions,
  };
  const environment = {
    sid: newSid('ZE'),
    unique_name: 'production',
    domain_suffix: null,
    domain_name: 'ringtrue-2468.twil.io',
    build_sid: build.sid,
    variables: Object.entries(variables).map(([key, value]) => ({ sid: newSid('ZV'), key, value })),
    deployments: [],
  };
  state.services.push({
    sid: newSid('ZS'),
    accountSid,
    unique_name: 'ringtrue',
    domainNumber: '2468',
    functions: [],
    assets: [],
    versions,
    builds: [build],
    environments: [environment],
  });
  return `https://${environment.domain_name}`;
}

// `sms/incoming.protected.js` is the protected function /sms/incoming, `event.private.json` the private asset /event.json.
function makeVersion(kind: Version['kind'], file: string): Version {
  const [, name, visibility = 'public', extension = ''] =
    /^(.*?)(?:\.(private|protected))?(\.\w+)$/.exec(file) ?? [];
  return {
    sid: newSid('ZN'),
    kind,
    path: `/${name}${kind === 'function' ? '' : extension}`,
    visibility: visibility as Visibility,
    contentType: '',
    content: readFileSync(path.join(root, 'dist', `${kind}s`, file)),
  };
}
