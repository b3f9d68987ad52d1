import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { createEdge, type Edge } from '../../src/emulator/create-edge';
import { makeFunctionsProject } from './functions-project';

const handler = (word: string) =>
  `exports.handler = (context, event, callback) => callback(null, '${word}');`;
const manifest = (more: object) =>
  JSON.stringify({ name: 'folders', version: '0.0.0', private: true, ...more });
// As Twilio's template for TypeScript has them.
const flags = '--functions-folder dist/functions --assets-folder dist/assets';

const decoys = {
  'functions/word.js': handler('functions'),
  'src/functions/word.ts': 'export const handler = () => {};',
};

let edge: Edge | undefined;
let served = '';
let remove = (): void => {};

afterEach(async () => {
  await edge?.close();
  edge = undefined;
  remove();
});

async function serve(files: Record<string, string>): Promise<(path: string) => Promise<string>> {
  const project = makeFunctionsProject(files);
  remove = project.remove;
  served = project.dir;
  edge = await createEdge({ dir: project.dir, env: { AUTH_TOKEN: 'a'.repeat(32) } });
  const { url } = edge;
  return async (path) => (await fetch(url + path)).text();
}

test.each([
  ['the deploy script', { scripts: { start: 'twilio-run', deploy: `twilio-run deploy ${flags}` } }],
  ['the start script', { scripts: { start: `twilio-run ${flags}` } }],
  [
    'the plugin of the Twilio CLI',
    {
      scripts: {
        deploy: 'twilio serverless:deploy --functions-folder="dist/functions" --assets-folder="dist/assets"',
      },
    },
  ],
  [
    'the key of package.json',
    { twilioserverless: { functionsFolder: 'dist/functions', assetsFolder: 'dist/assets' } },
  ],
])('serves the folders that %s names', async (_, more) => {
  const read = await serve({
    ...decoys,
    'package.json': manifest(more),
    'dist/functions/word.js': handler('dist'),
    'dist/assets/page.html': 'a page',
  });
  expect(await read('/word')).toBe('dist');
  expect(await read('/page.html')).toBe('a page');
});

const folders = { functionsFolder: 'dist/functions', assetsFolder: 'dist/assets' };
const yaml = 'functionsFolder: dist/functions\nassetsFolder: dist/assets\n';

test.each<[what: string, files: Record<string, string>]>([
  ['.twilioserverlessrc', { '.twilioserverlessrc': `// JSON5\n${JSON.stringify(folders)}` }],
  [
    'its part for start',
    {
      '.twilioserverlessrc': JSON.stringify({
        functionsFolder: 'functions',
        commands: { start: folders, deploy: { functionsFolder: 'functions' } },
      }),
    },
  ],
  ['.twilioserverlessrc.json', { '.twilioserverlessrc.json': JSON.stringify(folders) }],
  ['.twilioserverlessrc.yaml', { '.twilioserverlessrc.yaml': yaml }],
  ['.twilioserverlessrc.yml', { '.twilioserverlessrc.yml': yaml }],
  ['.twilioserverlessrc.js', { '.twilioserverlessrc.js': `module.exports = ${JSON.stringify(folders)}` }],
  ['.twilioserverlessrc.cjs', { '.twilioserverlessrc.cjs': `module.exports = ${JSON.stringify(folders)}` }],
  [
    'twilioserverless.config.js',
    { 'twilioserverless.config.js': `module.exports = ${JSON.stringify(folders)}` },
  ],
  [
    'package.json before all others',
    {
      'package.json': manifest({ twilioserverless: { commands: { start: folders } } }),
      '.twilioserverlessrc': `{ functionsFolder: 'functions' }`,
    },
  ],
])('serves the folders of %s, as twilio-run does', async (_, files) => {
  const all = {
    ...decoys,
    'package.json': manifest({}),
    'dist/functions/word.js': handler('dist'),
    'dist/assets/page.html': 'a page',
    ...files,
  };
  const read = await serve(all);
  expect(await read('/word')).toBe('dist');
  expect(await read('/page.html')).toBe('a page');
  expect(readByTwilioRun(served)).toMatchObject(folders);
});

test('takes no settings of a folder above, and runs none', async () => {
  const project = makeFunctionsProject({
    'twilioserverless.config.js': 'throw new Error("it was run")',
    'inner/functions/word.js': handler('inner'),
    'inner/package.json': manifest({}),
  });
  remove = project.remove;
  edge = await createEdge({ dir: path.join(project.dir, 'inner'), env: { AUTH_TOKEN: 'a'.repeat(32) } });
  expect(await (await fetch(`${edge.url}/word`)).text()).toBe('inner');
});

/** What Twilio's own loader finds, in a process of its own: it keeps the first settings that it reads. */
function readByTwilioRun(dir: string): unknown {
  const loader = require.resolve('twilio-run/dist/config/global');
  const program = `const { readSpecializedConfig } = require(${JSON.stringify(loader)});
    console.log(JSON.stringify(readSpecializedConfig(${JSON.stringify(dir)}, undefined, 'start', {})));`;
  return JSON.parse(execFileSync(process.execPath, ['-e', program], { encoding: 'utf8' }));
}

test.each<[what: string, files: Record<string, string>, sentence: string]>([
  [
    'a project without functions and assets',
    {},
    'has no functions and no assets, looked for in functions or src, assets or static',
  ],
  [
    'folders that are not there',
    { '.twilioserverlessrc': JSON.stringify(folders), 'functions/word.js': handler('functions') },
    'looked for in dist/functions, dist/assets',
  ],
  [
    'JSON5 that is none',
    { '.twilioserverlessrc': '{\n  bad' },
    '.twilioserverlessrc, line 2: it is not JSON5.',
  ],
  [
    'YAML where JSON5 belongs',
    { '.twilioserverlessrc': yaml },
    '.twilioserverlessrc, line 1: it is not JSON5.',
  ],
  ['YAML that is none', { '.twilioserverlessrc.yml': 'a: [1' }, '.twilioserverlessrc.yml cannot be read: '],
  [
    'a program that fails',
    { 'twilioserverless.config.js': 'throw new Error("no such thing")' },
    'twilioserverless.config.js cannot be read: no such thing.',
  ],
])('says what is wrong with %s', async (_, files, sentence) => {
  const project = makeFunctionsProject({ 'package.json': manifest({}), ...files });
  remove = project.remove;
  const started = createEdge({ dir: project.dir, env: { AUTH_TOKEN: 'a'.repeat(32) } });
  await expect(started).rejects.toMatchObject({
    name: 'ProjectFault',
    message: expect.stringContaining(sentence),
  });
});

test('takes the folders of the settings before those of the scripts', async () => {
  const read = await serve({
    ...decoys,
    'package.json': manifest({ scripts: { deploy: `twilio-run deploy ${flags}` } }),
    '.twilioserverlessrc': `{ functionsFolder: 'built', assetsFolder: 'built-assets' }`,
    'dist/functions/word.js': handler('dist'),
    'built/word.js': handler('built'),
    'built-assets/page.html': 'another page',
  });
  expect(await read('/word')).toBe('built');
  expect(await read('/page.html')).toBe('another page');
});

test("takes Twilio's own folders where nobody names others", async () => {
  const read = await serve({
    ...decoys,
    'package.json': manifest({ scripts: { deploy: 'twilio-run deploy' } }),
  });
  expect(await read('/word')).toBe('functions');
});
