import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { removeStaleDeployInfo } from '../../src/deploy/stale-deploy-info';

const accountSid = `AC${'1'.repeat(32)}`;
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'ringtrue-info-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const remove = (text: string) => {
  writeFileSync(path.join(dir, '.twiliodeployinfo'), text);
  return removeStaleDeployInfo(dir, { accountSid, region: 'us1', serviceSid: null });
};

test.each(['', 'null', '[]', '5', '"text"', '{'])(
  'a .twiliodeployinfo of %j is not used, and left as it is',
  (text) => {
    expect(remove(text)).toEqual(['.twiliodeployinfo cannot be read and is not used.']);
    expect(readFileSync(path.join(dir, '.twiliodeployinfo'), 'utf8')).toBe(text);
  },
);

test('a service that is not there any more is removed from it', () => {
  const [notice] = remove(JSON.stringify({ [accountSid]: { serviceSid: 'ZS1', latestBuild: 'ZB1' } }));
  expect(notice).toContain('named the service ZS1');
  expect(readFileSync(path.join(dir, '.twiliodeployinfo'), 'utf8')).toBe('{}');
});
