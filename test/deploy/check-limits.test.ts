import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkLimits } from '../../src/deploy/check-limits';
import type { Route } from '../../src/emulator/routes';

let dir: string;
let small: string;
beforeAll(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'ringtrue-limits-'));
  small = path.join(dir, 'small');
  writeFileSync(small, '');
});
afterAll(() => rmSync(dir, { recursive: true }));

const route = (changes: Partial<Route>): Route => ({
  path: '/sms/incoming',
  kind: 'function',
  access: 'protected',
  filePath: small,
  ...changes,
});
const asset = (access: Route['access'], megabytes = 0): Route => {
  const filePath = path.join(dir, `asset-${megabytes}`);
  writeFileSync(filePath, '');
  truncateSync(filePath, megabytes * 1024 * 1024);
  return route({ path: '/big.bin', kind: 'asset', access, filePath });
};
const check = (changes: Partial<Parameters<typeof checkLimits>[0]>) =>
  checkLimits({
    serviceName: 'ringtrue',
    suffix: 'dev',
    variables: {},
    there: {},
    dependencies: { twilio: '6.2.0' },
    routes: [route({})],
    ...changes,
  });

test('what is at its limits passes', () => {
  const variables = { ['N'.repeat(128)]: 'x'.repeat(450) };
  const routes = [route({}), asset('public', 25), asset('private', 10)];
  expect(check({ serviceName: 'r'.repeat(50), suffix: 's'.repeat(16), variables, routes })).toEqual([]);
});

test.each<[string, () => Partial<Parameters<typeof checkLimits>[0]>, string]>([
  ['a name of the service', () => ({ serviceName: 'r'.repeat(51) }), 'at most 50 letters'],
  ['a suffix', () => ({ suffix: 's'.repeat(17) }), 'at most 16 small letters'],
  [
    'the name of a variable',
    () => ({ variables: { ['N'.repeat(129)]: '1' } }),
    'a name of over 128 characters',
  ],
  [
    'a value in bytes',
    () => ({ variables: { NAME: 'ü'.repeat(226) } }),
    'has 452 bytes and Twilio takes 450',
  ],
  [
    'all variables together, those at Twilio included',
    () => ({ variables: many(4), there: many(7) }),
    'bytes together',
  ],
  ['a range of versions', () => ({ dependencies: { twilio: '^6.2.0' } }), 'write an exact version'],
  ['no function at all', () => ({ routes: [asset('public')] }), 'There are no functions'],
  [
    'a path that Twilio cannot take',
    () => ({ routes: [route({ path: '/sms/a b' })] }),
    'Twilio takes no such path',
  ],
  ['a public asset', () => ({ routes: [route({}), asset('public', 26)] }), 'has 26.0 MB and Twilio takes 25'],
  [
    'a private asset',
    () => ({ routes: [route({}), asset('private', 11)] }),
    'has 11.0 MB and Twilio takes 10',
  ],
  [
    'the number of private assets',
    () => ({ routes: [route({}), ...Array.from({ length: 51 }, () => asset('private'))] }),
    'There are 51 private assets and Twilio takes 50',
  ],
])('beyond the limit for %s is one sentence', (_, changes, sentence) => {
  expect(check(changes())).toEqual([expect.stringContaining(sentence)]);
});

function many(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`NAME_${index}`, 'x'.repeat(400)]));
}
