import { isExactSemVerVersion } from 'twilio-run/dist/checks/check-runtime-handler';
import { EXCLUDED_FLAGS } from 'twilio-run/dist/config/global';
import { ALL_FLAGS } from 'twilio-run/dist/flags';
import { checkProject } from '../../../src/doctor/project/check-project';
import { readExactVersion } from '../../../src/doctor/project/exact-version';
import type { Project } from '../../../src/doctor/project/project';
import { healthy, readMade } from './make-project';

const toCamelCase = (flag: string) => flag.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

describe("the doctor and Twilio's own tool", () => {
  let project: Project;

  beforeAll(async () => {
    project = await readMade(healthy);
  });

  const ignoredKeys = (values: Record<string, unknown>): unknown[] =>
    checkProject({
      ...project,
      settings: { ...project.settings, values: { ...project.settings.values, ...values } },
    })
      .filter(({ code }) => code === 'settings-key-ignored')
      .map(({ detail }) => /"([^"]*)"/.exec(detail)?.[1]);

  test('agree on every flag that a settings file may hold', () => {
    const flags = Object.keys(ALL_FLAGS).filter((flag) => !EXCLUDED_FLAGS.includes(flag));
    expect(flags.length).toBeGreaterThan(30);
    expect(ignoredKeys(Object.fromEntries(flags.map((flag) => [toCamelCase(flag), 'x'])))).toEqual([]);
  });

  test('agree on the flags that are never taken from a settings file', () => {
    const keys = EXCLUDED_FLAGS.map(toCamelCase);
    expect(ignoredKeys(Object.fromEntries(keys.map((key) => [key, 'x']))).sort()).toEqual([...keys].sort());
  });

  test.each(
    [
      '2.0.1',
      'v2.0.1',
      '2.0.1-rc.1',
      '2.0.1+build',
      ' 2.0.1 ',
      '=2.0.1',
      '^2.0.1',
      '~2.0.1',
      '2.0',
      '2',
      '2.x',
      '*',
      '',
    ].concat(['latest', '>=2.0.1', '2.0.1 || 2.1.0', '2.0.1 - 2.1.0', 'npm:other@2.0.1', 'file:../handler']),
  )('agree on whether "%s" is an exact version', (version) => {
    expect(readExactVersion(version) !== null).toBe(isExactSemVerVersion(version));
  });
});
