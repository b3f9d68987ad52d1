import type { AdviceFor } from './advice';
import type { DependencyFacts, SettingsFacts } from './problem';

const packages = 'https://www.twilio.com/docs/serverless/functions-assets/functions/packages';
const configuration = 'https://www.twilio.com/docs/labs/serverless-toolkit/configuration';

export const dependencyAdvice: AdviceFor<DependencyFacts> = {
  'manifest-unreadable': {
    severity: 'error',
    title: 'package.json cannot be read',
    detail: ({ reason }) => `package.json: ${reason}.`,
    fix: () => 'Check its commas and quotes.',
    why: 'Nothing can be installed, and nothing be said about dependencies.',
  },
  'dependency-range': {
    severity: 'warning',
    title: 'A dependency is not exact',
    detail: ({ name, version, installed }) =>
      `${name} is "${version}"${installed ? `, and ${installed} is installed here` : ''}.`,
    fix: ({ name, installed }) => `npm install --save-exact ${name}@${installed ?? 'VERSION'}`,
    why: 'Twilio installs at each deploy by package.json alone, without the lock file: tomorrow it may be another version.',
    source: packages,
  },
  'dependency-local': {
    severity: 'error',
    title: 'A dependency is not on npm',
    detail: ({ name, version }) => `${name} is "${version.replace(/\/\/[^/@]*@/, '//…@')}".`,
    fix: ({ name }) =>
      `Bundle ${name} into the functions (then it belongs to devDependencies), or publish it.`,
    why: 'Twilio installs on its own machines, where neither your folders nor your access to git exist.',
    source: 'https://github.com/twilio-labs/serverless-toolkit/issues/325',
  },
  'dependency-missing': {
    severity: 'error',
    title: 'A dependency is not installed',
    detail: ({ name, version }) => `${name} ${version} is in package.json and not in node_modules.`,
    fix: () => 'npm ci',
    why: 'Whatever asks for it fails here.',
  },
  'dependency-differs': {
    severity: 'warning',
    title: 'Another version is installed than is deployed',
    detail: ({ name, version, installed }) =>
      `${name}: ${installed} is installed, and Twilio would get ${version}.`,
    fix: () => 'npm ci',
    why: 'What you try here is not what runs at Twilio.',
  },
  'dependency-native': {
    severity: 'error',
    title: 'A dependency compiles for this machine',
    detail: ({ name }) => `${name} builds or downloads a native module when it is installed.`,
    fix: ({ name }) =>
      `Replace ${name} by a package in plain JavaScript, or move it to devDependencies if only tools use it.`,
    why: "Native modules do not load on Twilio's platform (error 82003).",
    source: 'https://www.twilio.com/docs/api/errors/82003',
  },
  'dependency-count': {
    severity: 'error',
    title: 'Too many dependencies',
    detail: ({ count }) => `package.json has ${count} dependencies; Twilio takes 100.`,
    fix: () => 'Move what only tools and tests use to devDependencies.',
    why: 'The build at Twilio fails.',
    source: packages,
  },
  'twilio-old': {
    severity: 'note',
    title: 'This twilio misreads some URLs',
    detail: ({ version }) => `twilio ${version} is older than 6.2.0.`,
    fix: () => 'npm install --save-exact twilio@6.2.0',
    why:
      "Before 6.2.0 its validator re-encodes the query, so a request with an apostrophe (O'Hara) in its URL is refused although " +
      'Twilio signed it. It matters where your own code validates.',
    source: 'https://github.com/twilio/twilio-node/issues/1059',
  },
};

export const settingsAdvice: AdviceFor<SettingsFacts> = {
  'settings-unreadable': {
    severity: 'error',
    title: "The settings of Twilio's tool cannot be read",
    detail: ({ file, reason }) => `${file}: ${reason}.`,
    fix: ({ file }) =>
      /\.ya?ml$/.test(file)
        ? `Correct ${file}; it is YAML.`
        : `Correct ${file}; it is JSON in which comments are allowed.`,
    why: "Twilio's tool ends before it does anything.",
    source: configuration,
  },
  'settings-key-ignored': {
    severity: 'warning',
    title: 'A setting is ignored',
    detail: ({ file, key }) =>
      `${file} has "${key}", which Twilio's tool takes without a word and never uses.`,
    fix: ({ key, instead }) => (instead ? `Write "${instead}" instead of "${key}".` : `Remove "${key}".`),
    why:
      "functionsFolderName and assetsFolderName stand in Twilio's documentation, but its tool reads functionsFolder and " +
      'assetsFolder. What is deployed then comes from the default folders.',
    source: configuration,
  },
  'settings-value': {
    severity: 'error',
    title: 'A setting has a value of the wrong kind',
    detail: ({ file, key, wanted }) => `${file}: "${key}" has to be ${wanted}.`,
    fix: ({ key }) => `Correct "${key}".`,
    why: "Twilio's tool does not check it and fails in the middle of its work.",
    source: configuration,
  },
  'service-name': {
    severity: 'error',
    title: 'Twilio takes no such service name',
    detail: ({ name }) => `serviceName "${name.slice(0, 60)}" is not 1 to 50 letters, digits and dashes.`,
    fix: () => 'Choose another serviceName; it becomes part of the domain and cannot be changed later.',
    why: 'The deploy is refused.',
    source: 'https://www.twilio.com/docs/serverless/functions-assets/functions/create-service',
  },
  'project-structure': {
    severity: 'error',
    title: "Twilio's tool does not take this folder for a project",
    detail: () => 'There is no folder functions, src, assets or static here.',
    fix: () => 'Keep the sources in src or functions, even when something else is deployed.',
    why: 'It ends with "Invalid Serverless Project Structure" whatever functionsFolder says (measured with twilio-run 5.0.1).',
  },
};
