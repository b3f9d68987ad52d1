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
let remove = (): void => {};

afterEach(async () => {
  await edge?.close();
  edge = undefined;
  remove();
});

async function serve(files: Record<string, string>): Promise<(path: string) => Promise<string>> {
  const project = makeFunctionsProject(files);
  remove = project.remove;
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
