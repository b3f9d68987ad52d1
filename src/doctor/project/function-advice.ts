import type { AdviceFor } from './advice';
import { markFile } from './mark-file';
import type { AssetFacts, FunctionFacts } from './problem';

const docs = 'https://www.twilio.com/docs/serverless/functions-assets';
const visibility = `${docs}/visibility`;
const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MB`;

export const functionAdvice: AdviceFor<FunctionFacts> = {
  'functions-none': {
    severity: 'error',
    title: 'There is no function to deploy',
    detail: ({ folder, skipped }) =>
      skipped > 0
        ? `${folder} has ${skipped} files, and none of them is .js.`
        : `${folder} has no functions, and there are no assets either.`,
    fix: ({ skipped }) =>
      skipped > 0
        ? 'Compile them first and let functionsFolder name the folder with the result.'
        : 'Put a function there, or correct functionsFolder.',
    why: 'Twilio\'s tool deploys .js files only; with nothing to deploy it fails with "At least one Function Version or Asset Version is required".',
    source: 'https://github.com/twilio-labs/serverless-toolkit/issues/465',
  },
  'function-unprotected': {
    severity: 'error',
    title: 'Anybody can call a function that is meant for Twilio',
    detail: ({ file, path, evidence }) =>
      `${file} answers ${path} to everybody, although Twilio calls it: ${evidence}.`,
    fix: ({ file }) =>
      `Rename it to ${markFile(file, 'protected')}; its URL stays. Or check X-Twilio-Signature in it.`,
    why: 'Whoever finds the URL can send forged messages. A .protected function runs only for requests that Twilio signed.',
    source: visibility,
  },
  'function-marker': {
    severity: 'error',
    title: 'A marker in a file name does not count',
    detail: ({ file, path, marker }) => `"${marker}" in ${file} is read as a part of its public URL ${path}.`,
    fix: ({ meant }) =>
      `End the name in .${meant}.js (or .${meant}.ts): small letters, right before the extension.`,
    why: 'Only .protected and .private right before the extension count. Whatever is spelled otherwise is public.',
    source: visibility,
  },
  'function-syntax': {
    severity: 'error',
    title: 'A function does not compile',
    detail: ({ file, reason }) => `${file}${/^\d/.test(reason) ? `, line ${reason}` : `: ${reason}`}`,
    fix: () => 'Correct it.',
    why: 'Deployed, each call of it ends with status 500.',
  },
  'function-handler': {
    severity: 'warning',
    title: 'A file has a URL and no handler',
    detail: ({ file, path }) => `${file} gets the URL ${path}, and exports no handler.`,
    fix: ({ file }) => `Move it out of the functions folder, or rename it to ${markFile(file, 'private')}.`,
    why: 'Every .js below the functions folder becomes a URL. One without a handler answers 500 to whoever calls it.',
    source: `${docs}/functions/invocation`,
  },
  'function-callback': {
    severity: 'warning',
    title: 'A handler never calls back',
    detail: ({ file, path }) => `The handler of ${path} in ${file} takes no callback.`,
    fix: () =>
      'Write handler = async (context, event, callback) => …, and call callback exactly once on every way out.',
    why:
      'What a handler returns is used by the newest platform handler only. Elsewhere, on your own machine too, the request hangs ' +
      'until its ten seconds are over.',
    source: `${docs}/functions/invocation`,
  },
  'function-module': {
    severity: 'error',
    title: 'A function is written as an ES module',
    detail: ({ file }) => `${file} uses import and export, and is deployed as it is.`,
    fix: () =>
      "Write require and exports.handler, or compile it to CommonJS first. An ES package is loaded with await import('…').",
    why: 'Twilio loads functions with require: each call of it ends with status 500.',
    source: `${docs}/faq`,
  },
  'function-import': {
    severity: 'error',
    title: 'A function requires a file beside it',
    detail: ({ file, imported }) => `${file} requires "${imported}", which is not there once it is deployed.`,
    fix: () =>
      'Bundle the function into one file, or load the other with Runtime.getFunctions() or Runtime.getAssets().',
    why: 'Deployed files lie flat and under other names, so a relative require works here and fails there.',
    source: `${docs}/functions/packages`,
  },
  'function-package': {
    severity: 'error',
    title: 'A function needs a package that Twilio does not install',
    detail: ({ file, name }) => `${file} requires ${name}, which is not in dependencies.`,
    fix: ({ name }) => `npm install --save-exact ${name}`,
    why: 'Twilio installs dependencies and nothing else; what is found here by luck or in devDependencies is missing there.',
    source: `${docs}/functions/packages`,
  },
  'test-file-deployed': {
    severity: 'error',
    title: 'A test is about to become a URL',
    detail: ({ file, path }) => `${file} would be deployed as ${path}.`,
    fix: () => 'Move tests out of the functions folder.',
    why: 'Every .js below the functions folder is deployed, tests included; anybody can then call it (measured with twilio-run 5.0.1).',
  },
  'path-twice': {
    severity: 'error',
    title: 'Two files want one URL',
    detail: ({ path, files }) => `${path} is what ${files.join(' and ')} would answer.`,
    fix: () => 'Remove or rename all but one.',
    why: 'Markers do not count in the URL. Which file answers, the protected or the public one, is not defined.',
    source: visibility,
  },
  'path-refused': {
    severity: 'error',
    title: 'Twilio takes no such path',
    detail: ({ file }) =>
      `${file} has a character in its path that Twilio refuses, or its path is over 255 characters.`,
    fix: () => 'Rename it without ; , ? : @ + & $ ( ) \' " # and blanks.',
    why: "Twilio's tool ends before it deploys anything.",
  },
  'build-fails': {
    severity: 'error',
    title: 'The sources do not compile',
    detail: ({ reason }) => reason,
    fix: () => 'Correct it; npm run build shows the rest.',
    why: 'Nothing can be started or deployed.',
  },
  'build-missing': {
    severity: 'note',
    title: 'Nothing has been built yet',
    detail: ({ folder }) => `${folder} is what is deployed, and it is not there.`,
    fix: () =>
      "npm run build, before you use Twilio's own tool; npm start and npm run deploy build by themselves.",
    why: "Twilio's own tool deploys or runs what it finds, and says nothing about sources.",
  },
  'build-stale': {
    severity: 'warning',
    title: 'What is built is not what the sources say',
    detail: ({ folder, files }) =>
      `In ${folder}: ${files.slice(0, 5).join(', ')}${files.length > 5 ? ` and ${files.length - 5} more` : ''}.`,
    fix: () => 'npm run build',
    why: "Twilio's own tool would run or deploy the old code, or a function whose source is gone.",
  },
};

export const assetAdvice: AdviceFor<AssetFacts> = {
  'asset-secret': {
    severity: 'error',
    title: 'A secret is about to be published',
    detail: ({ file, path, access }) =>
      `${file} looks like a secret, and ${path} ${access === 'public' ? 'is open to everybody' : 'can be fetched with a signed request'}.`,
    fix: ({ file }) =>
      `Move it out of the assets folder, or rename it to ${markFile(file, 'private')} if a function reads it.`,
    why: 'Every file below the assets folder is deployed, names with a dot in front included; public ones are kept by a CDN too.',
    source: `${docs}/assets`,
  },
  'asset-size': {
    severity: 'error',
    title: 'An asset is too large',
    detail: ({ file, bytes, most }) =>
      `${file} has ${megabytes(bytes)}, and Twilio takes ${megabytes(most)}.`,
    fix: () => 'Make it smaller, or host it elsewhere.',
    why: 'The upload fails in the middle of a deploy.',
    source: `${docs}/assets`,
  },
  'asset-count': {
    severity: 'error',
    title: 'There are too many assets',
    detail: ({ access, count, most }) => `There are ${count} ${access} assets, and Twilio takes ${most}.`,
    fix: () => 'Put several into one file, or host them elsewhere.',
    why: 'The build at Twilio fails.',
    source: `${docs}/assets`,
  },
  'asset-index': {
    severity: 'note',
    title: 'The start page does not answer /',
    detail: ({ file }) => `${file} answers /index.html only.`,
    fix: ({ file }) => `For / put a copy at ${file.replace('index.html', 'assets/index.html')}.`,
    why: 'Twilio answers / with the asset whose path is /assets/index.html.',
    source: `${docs}/assets`,
  },
};
