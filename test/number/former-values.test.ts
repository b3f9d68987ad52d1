import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FormerValues } from '../../src/number/former-values';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'ringtrue-former-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

test.each(['', 'null', '[]', '5', '{', '{"PN1":null}', '{"PN1":{}}', '{"PN1":[null]}', '{"PN1":[{}]}'])(
  'a numbers.json of %j is said to be damaged, and not written over',
  (text) => {
    writeFileSync(path.join(dir, 'numbers.json'), text);
    const former = new FormerValues(dir);
    const damaged = /numbers\.json, where former values are kept, is damaged: move it away/;
    expect(() => former.latest('PN1')).toThrow(damaged);
    expect(() => former.push('PN1', [], new Date(0))).toThrow(damaged);
  },
);

test('what was pushed last is the latest, until it is dropped', () => {
  const former = new FormerValues(dir);
  former.push('PN1', [], new Date(0));
  expect(former.latest('PN1')).toEqual([]);
  former.drop('PN1');
  expect(former.latest('PN1')).toBeUndefined();
});
