import path from 'node:path';
import { build, type Metafile } from 'esbuild';
import { functionBuildOptions } from '../src/bundle/build-bundle';
import { listSources } from './list-sources';

const root = path.join(__dirname, '..');
const rooms = [
  'signature',
  'doctor',
  'rating',
  'storage',
  'twilio',
  'emulator',
  'bundle',
  'number',
  'deploy',
  'cli',
] as const;

/** What a room may import besides itself, of ours and of Node's; packages are not restricted unless listed here. */
const allowed: Record<string, { rooms: string[]; outside?: string[] }> = {
  signature: { rooms: [], outside: ['node:crypto'] },
  rating: { rooms: [], outside: [] },
  storage: { rooms: ['rating'] },
  twilio: { rooms: ['rating', 'storage', 'signature'] },
  doctor: { rooms: ['signature', 'rating'] },
  emulator: { rooms: ['signature', 'twilio'] },
  bundle: { rooms: [] },
  number: { rooms: ['signature', 'twilio', 'emulator'] },
  deploy: { rooms: ['signature', 'twilio', 'emulator', 'number'] },
};

async function readGraph(entryPoints: string[]): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints,
    bundle: true,
    packages: 'external',
    platform: 'node',
    write: false,
    outdir: 'unused',
    metafile: true,
    logLevel: 'silent',
  });
  return metafile;
}

function roomOf(file: string): string | undefined {
  return /^src\/([^/]+)\//.exec(file)?.[1];
}

describe('the rooms of the house', () => {
  let graph: Metafile;

  beforeAll(async () => {
    graph = await readGraph(listSources(path.join(root, 'src')));
  });

  test('every source file belongs to a known room', () => {
    const unknown = Object.keys(graph.inputs).filter(
      (file) => !(rooms as readonly string[]).includes(roomOf(file) ?? ''),
    );
    expect(unknown).toEqual([]);
    expect(Object.keys(graph.inputs).length).toBeGreaterThan(20);
  });

  test.each(Object.entries(allowed))('%s imports only what it may', (room, { rooms: others, outside }) => {
    const wrong: string[] = [];
    for (const [file, { imports }] of Object.entries(graph.inputs)) {
      if (roomOf(file) !== room) continue;
      for (const imported of imports) {
        const target = imported.external ? undefined : roomOf(imported.path);
        if (target !== undefined && target !== room && !others.includes(target))
          wrong.push(`${file} -> ${imported.path}`);
        if (imported.external && outside && !outside.includes(imported.path))
          wrong.push(`${file} -> ${imported.path}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('nobody imports the command line', () => {
    const importers = Object.entries(graph.inputs)
      .filter(([file]) => roomOf(file) !== 'cli')
      .filter(([, { imports }]) => imports.some(({ path: target }) => roomOf(target) === 'cli'))
      .map(([file]) => file);
    expect(importers).toEqual([]);
  });
});

describe('what is deployed', () => {
  let graph: Metafile;

  beforeAll(async () => {
    const { metafile } = await build({ ...functionBuildOptions(root), write: false, metafile: true });
    graph = metafile;
  });

  const outputs = () => Object.entries(graph.outputs).filter(([file]) => file.endsWith('.js'));

  test('is one file for each function', () => {
    const sources = listSources(path.join(root, 'functions'));
    expect(
      outputs()
        .map(([, { entryPoint }]) => entryPoint)
        .sort(),
    ).toEqual(sources.map((file) => path.relative(root, file)).sort());
  });

  test('holds no emulator, doctor, build or command line', () => {
    const strangers = outputs().flatMap(([file, { inputs }]) =>
      Object.keys(inputs)
        .filter((input) =>
          ['emulator', 'doctor', 'bundle', 'number', 'deploy', 'cli'].includes(roomOf(input) ?? ''),
        )
        .map((input) => `${file}: ${input}`),
    );
    expect(strangers).toEqual([]);
  });

  test('never contains twilio itself', () => {
    const copies = outputs().flatMap(([, { inputs }]) =>
      Object.keys(inputs).filter((input) => input.includes('node_modules/twilio/')),
    );
    expect(copies).toEqual([]);
  });

  test('functions import only the twilio room, the rating room and storage', () => {
    const wrong = Object.entries(graph.inputs)
      .filter(([file]) => file.startsWith('functions/'))
      .flatMap(([file, { imports }]) =>
        imports
          .filter(({ external }) => !external)
          .filter(({ path: target }) => !/^src\/(twilio|rating|storage)\//.test(target))
          .map(({ path: target }) => `${file} -> ${target}`),
      );
    expect(wrong).toEqual([]);
  });

  test('stays under 310 kB for each function, 84 of them a word list and its reader', () => {
    const heavy = outputs()
      .filter(([, { bytes }]) => bytes > 310_000)
      .map(([file, { bytes }]) => `${file}: ${bytes}`);
    expect(heavy).toEqual([]);
  });
});
