import type { BrokenProject } from './broken-projects';
import { manifest } from './make-project';

const handler = '@twilio/runtime-handler';
const withDependencies = (dependencies: object, more: object = {}) => ({
  'package.json': manifest({
    dependencies: { [handler]: '2.0.1', twilio: '6.2.0', ...dependencies },
    ...more,
  }),
});
const installed = (name: string, content: object) => ({
  [`node_modules/${name}/package.json`]: JSON.stringify(content),
});
const settings = (text: string) => ({ '.twilioserverlessrc': text });
const runtime = `"runtime": "node${process.versions.node.split('.', 1)[0]}"`;

/** Runtime, dependencies, and the settings of Twilio's tool. */
export const brokenSettings: readonly BrokenProject[] = [
  {
    name: 'a Node that Twilio does not run',
    code: 'node-unsupported',
    says: 'Node 18.20.8 runs here',
    change: { nodeVersion: '18.20.8' },
  },
  {
    name: 'another Node here than at Twilio',
    code: 'node-differs',
    says: 'the deployment gets node24',
    files: settings('{ runtime: "node24" }'),
    change: { nodeVersion: '20.18.3' },
  },
  {
    name: 'no runtime',
    code: 'runtime-missing',
    says: '.twilioserverlessrc names no runtime',
    files: settings('{}'),
  },
  {
    name: 'no settings at all',
    code: 'runtime-missing',
    says: '.twilioserverlessrc names no runtime',
    files: { '.twilioserverlessrc': null },
  },
  {
    name: 'a runtime that is gone',
    code: 'runtime-unsupported',
    says: '"node18"',
    files: settings('{ "runtime": "node18" }'),
  },
  {
    name: 'no runtime handler',
    code: 'runtime-handler-missing',
    says: 'does not name @twilio/runtime-handler',
    files: { 'package.json': manifest({ dependencies: { twilio: '6.2.0' } }) },
  },
  {
    name: 'the runtime handler among the tools',
    code: 'runtime-handler-dev',
    says: 'in devDependencies',
    files: {
      'package.json': manifest({
        dependencies: { twilio: '6.2.0' },
        devDependencies: { [handler]: '2.0.1' },
      }),
    },
  },
  {
    name: 'a range of runtime handlers',
    code: 'runtime-handler-range',
    says: '"^2.0.1"',
    files: withDependencies({ [handler]: '^2.0.1' }),
  },
  {
    name: 'an old runtime handler',
    code: 'runtime-handler-old',
    says: '1.1.3',
    files: { ...withDependencies({ [handler]: '1.1.3' }), ...installed(handler, { version: '1.1.3' }) },
  },
  {
    name: 'a runtime handler that only npm has',
    code: 'runtime-handler-npm-only',
    says: '2.1.0',
    files: { ...withDependencies({ [handler]: '2.1.0' }), ...installed(handler, { version: '2.1.0' }) },
  },
  {
    name: 'a package.json with a fault',
    code: 'manifest-unreadable',
    says: 'package.json: ',
    files: { 'package.json': '{ "name": ' },
    change: { functions: [], assets: [{ file: 'a', path: '/a', access: 'public', bytes: 1 }] },
  },
  {
    name: 'a range among the dependencies',
    code: 'dependency-range',
    says: 'twilio is "^6.0.0", and 6.2.0 is installed here',
    files: withDependencies({ twilio: '^6.0.0' }),
  },
  {
    name: 'a dependency in a folder',
    code: 'dependency-local',
    says: 'shared is "file:../shared"',
    files: withDependencies({ shared: 'file:../shared' }),
  },
  {
    name: 'a dependency in a repository',
    code: 'dependency-local',
    says: 'git+https://…@example.com/shared.git',
    files: withDependencies({ shared: 'git+https://me:secret@example.com/shared.git' }),
  },
  {
    name: 'a dependency that is not installed',
    code: 'dependency-missing',
    says: 'luxon 3.5.0',
    files: withDependencies({ luxon: '3.5.0' }),
  },
  {
    name: 'another version installed than is deployed',
    code: 'dependency-differs',
    says: '6.1.0 is installed, and Twilio would get 6.2.0',
    files: installed('twilio', { version: '6.1.0' }),
  },
  {
    name: 'a native dependency',
    code: 'dependency-native',
    says: 'sharp builds or downloads',
    files: {
      ...withDependencies({ sharp: '0.30.0' }),
      ...installed('sharp', {
        version: '0.30.0',
        scripts: { install: 'prebuild-install || node-gyp rebuild' },
      }),
    },
  },
  {
    name: 'too many dependencies',
    code: 'dependency-count',
    says: '102 dependencies',
    files: manyDependencies(),
  },
  {
    name: 'a twilio that misreads URLs',
    code: 'twilio-old',
    says: 'twilio 5.10.0',
    files: { ...withDependencies({ twilio: '5.10.0' }), ...installed('twilio', { version: '5.10.0' }) },
  },
  {
    name: 'settings with a fault',
    code: 'settings-unreadable',
    says: '.twilioserverlessrc: invalid',
    files: settings('{ "runtime": '),
  },
  {
    name: 'the key that only the documentation has',
    code: 'settings-key-ignored',
    says: '"functionsFolderName"',
    files: settings(`{ ${runtime}, "functionsFolderName": "functions" }`),
  },
  {
    name: 'an ignored key below a command',
    code: 'settings-key-ignored',
    says: '"commands.deploy.assetsFolderName"',
    files: settings(`{ ${runtime}, "commands": { "deploy": { "assetsFolderName": "a" } } }`),
  },
  {
    name: 'a setting of the wrong kind',
    code: 'settings-value',
    says: '"serviceName" has to be',
    files: settings(`{ ${runtime}, "serviceName": 5 }`),
  },
  {
    name: 'a folder outside of the project',
    code: 'settings-value',
    says: '"functionsFolder" has to be a folder inside the project',
    files: settings(`{ ${runtime}, "functionsFolder": "../functions" }`),
  },
  {
    name: 'a service name that Twilio refuses',
    code: 'service-name',
    says: '"my hotline"',
    files: settings(`{ ${runtime}, "serviceName": "my hotline" }`),
  },
  {
    name: "a folder that Twilio's tool refuses",
    code: 'project-structure',
    says: 'no folder functions, src, assets or static',
    change: { rootFolders: [] },
  },
];

function manyDependencies() {
  const names = Array.from({ length: 100 }, (_, index) => `package-${index}`);
  return {
    ...withDependencies(Object.fromEntries(names.map((name) => [name, '1.0.0']))),
    ...Object.assign({}, ...names.map((name) => installed(name, { version: '1.0.0' }))),
  };
}
