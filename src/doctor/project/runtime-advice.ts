import type { AdviceFor } from './advice';
import type { RuntimeFacts } from './problem';

const handler = '@twilio/runtime-handler';
const handlerPage = 'https://www.twilio.com/docs/serverless/functions-assets/handler';
const configuration = 'https://www.twilio.com/docs/labs/serverless-toolkit/configuration';
const pin = `npm install --save-exact ${handler}@2.0.1`;

export const runtimeAdvice: AdviceFor<RuntimeFacts> = {
  'node-unsupported': {
    severity: 'error',
    title: 'This Node is none that Twilio runs',
    detail: ({ version }) => `Node ${version} runs here; Twilio and its tools run 20, 22 and 24.`,
    fix: () => 'Install Node 22, for example with: nvm install 22',
    why: "What works on another Node may fail at Twilio, and Twilio's local runtime is not tried on it.",
    source: 'https://www.twilio.com/docs/serverless/functions-assets/functions/node-js-v22-upgrade',
  },
  'node-differs': {
    severity: 'note',
    title: 'Node here is not the Node at Twilio',
    detail: ({ version, runtime }) => `Node ${version} runs here, and the deployment gets ${runtime}.`,
    fix: ({ runtime }) => `Run your tests with Node ${runtime.replace('node', '')} before you deploy.`,
    why: 'A function that uses something newer or older than the Node at Twilio works here and fails there.',
    source: configuration,
  },
  'runtime-missing': {
    severity: 'warning',
    title: 'The runtime is left to chance',
    detail: ({ file }) => `${file} names no runtime.`,
    fix: ({ file }) => `Write "runtime": "node22" into ${file}.`,
    why: 'Without it the last successful build of the service decides, or else what Twilio has for a default by then.',
    source: configuration,
  },
  'runtime-unsupported': {
    severity: 'error',
    title: 'Twilio does not take this runtime',
    detail: ({ runtime, file }) =>
      `${file} names the runtime "${runtime}"; deploys take node20, node22 and node24.`,
    fix: ({ file }) => `Write "runtime": "node22" into ${file}.`,
    why: 'The deploy ends with error 82007, after everything has been uploaded.',
    source: 'https://www.twilio.com/docs/api/errors/82007',
  },
  'runtime-handler-missing': {
    severity: 'warning',
    title: `${handler} is missing`,
    detail: () => `package.json does not name ${handler} among its dependencies.`,
    fix: () => pin,
    why: "Twilio's tools then fall back to an old server of their own, and the platform to whichever handler it likes.",
    source: handlerPage,
  },
  'runtime-handler-dev': {
    severity: 'error',
    title: `${handler} is no dependency`,
    detail: ({ version }) => `package.json has ${handler} ${version} in devDependencies.`,
    fix: () => `npm uninstall ${handler} && ${pin}`,
    why: "Twilio's tools end with exit code 1, because the platform reads the version from dependencies.",
    source: handlerPage,
  },
  'runtime-handler-range': {
    severity: 'error',
    title: `${handler} is not exact`,
    detail: ({ version }) => `package.json names ${handler} as "${version}".`,
    fix: () => pin,
    why: "Twilio's tools end with exit code 1 for a range, and the platform picks its handler by this version.",
    source: handlerPage,
  },
  'runtime-handler-old': {
    severity: 'error',
    title: `${handler} is too old`,
    detail: ({ version }) =>
      `package.json names ${handler} ${version}; before 1.2.0 a build for a present Node fails.`,
    fix: () => pin,
    why: 'The platform refuses to build such a deployment; before 1.2.0 a function gets no headers either.',
    source: handlerPage,
  },
  'runtime-handler-npm-only': {
    severity: 'warning',
    title: `${handler} is a version that Twilio's platform may not have`,
    detail: ({ version }) => `npm has ${handler} ${version}; the platform has a list of its own, without it.`,
    fix: () => pin,
    why:
      'Two packages share the name: the server for your machine on npm, and the one on the platform. Deploys with a version that ' +
      'only npm has were refused with "No matching version found". 2.0.1 is in both lists.',
    source: 'https://github.com/twilio-labs/serverless-toolkit/issues/564',
  },
};
