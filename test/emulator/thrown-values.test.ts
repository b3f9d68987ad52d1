import { createEdge, type Edge } from '../../src/emulator/create-edge';
import { describeThrown } from '../../src/emulator/describe-thrown';
import { readMessage } from '../../src/emulator/runtime-messages';
import type { RuntimeEvent } from '../../src/emulator/supervise-runtime';
import { sendRaw } from '../send-raw';
import { makeFunctionsProject } from './functions-project';

const project = makeFunctionsProject({
  'functions/good.js': `exports.handler = (context, event, callback) => callback(null, 'good');`,
  'functions/odd.js': `
    const withStack = (stack) => Object.assign(new Error('odd'), { stack });
    const untouchable = () => new Proxy({}, { get() { throw new Error('touched'); } });
    exports.handler = (context, { how }, callback) => ({
      'stack of another type': () => { throw withStack([1]); },
      'stack that throws': () => {
        throw Object.defineProperty(new Error('odd'), 'stack', { get() { throw new Error('read'); } });
      },
      'bare object': () => { throw Object.create(null); },
      'bare object, rejected': () => Promise.reject(Object.create(null)),
      'bare object, called back': () => callback(Object.create(null)),
      'proxy, called back': () => callback(untouchable()),
      'bare object, thrown late': () => void setTimeout(() => { throw Object.create(null); }),
      'bare object, rejected late': () => void setTimeout(() => Promise.reject(Object.create(null))),
    })[how]();`,
});

let edge: Edge;
let hear: (event: RuntimeEvent) => void = () => {};
const nextEvent = () =>
  new Promise<RuntimeEvent>((resolve) => {
    hear = resolve;
  });

beforeAll(async () => {
  const env = { ACCOUNT_SID: `AC${'1'.repeat(32)}`, AUTH_TOKEN: '0123456789abcdef0123456789abcdef' };
  edge = await createEdge({ dir: project.dir, env, onRuntimeEvent: (event) => hear(event) });
});
afterAll(async () => {
  await edge.close();
  project.remove();
});

const ask = (target: string) => sendRaw(edge.url, { target: encodeURI(target) });

test.each([
  ['stack of another type', 'failed'],
  ['stack that throws', 'failed'],
  ['bare object', 'failed'],
  ['bare object, rejected', 'failed'],
  ['bare object, called back', 'failed'],
  ['proxy, called back', 'failed'],
  ['bare object, thrown late', 'uncaught'],
  ['bare object, rejected late', 'uncaught'],
])(
  'a handler that fails with a %s gets its 500 without a stack, and its owner is told',
  async (how, kind) => {
    const heard = nextEvent();
    expect(await ask(`/odd?how=${how}`)).toMatchObject({ status: 500, text: 'Internal Server Error' });
    expect(await heard).toMatchObject({ kind, stack: expect.any(String) });
    expect(await ask('/good')).toMatchObject({ status: 200, text: 'good' });
  },
);

test.each([
  ['an error', new Error('odd'), /^Error: odd\n {4}at /],
  ['an error without a stack', Object.assign(new Error('odd'), { stack: '' }), /^thrown: .*odd/],
  ['a text', 'odd', /^thrown: odd$/],
  ['null', null, /^thrown: null$/],
  ['a bare object', Object.create(null), /^thrown: \[Object: null prototype\] \{\}$/],
  [
    'a proxy of an error',
    new Proxy(new Error('odd'), hostileTraps()),
    /^thrown: something that cannot be shown$/,
  ],
  ['a megabyte', 'x'.repeat(1_000_000), /^thrown: x{19992}$/],
])('%s is described', (_, thrown, text) => {
  expect(describeThrown(thrown)).toMatch(text);
});

function hostileTraps(): ProxyHandler<Error> {
  const refuse = () => {
    throw new Error('touched');
  };
  return { get: refuse, getPrototypeOf: refuse, ownKeys: refuse };
}

test.each([
  ['nothing', null],
  ['a text', 'failed'],
  ['an unknown kind', { kind: 'constructor' }],
  ['a stack that is none', { kind: 'failed', request: '1', how: 'threw', stack: [1] }],
  ['a request that is none', { kind: 'started', requests: [{ toString: null }] }],
  [
    'an answer with a status that is none',
    { kind: 'answer', request: '1', status: '200', rawHeaders: [], continues: false },
  ],
  [
    'an answer with headers that are none',
    { kind: 'answer', request: '1', status: 200, rawHeaders: [1, 2], continues: false },
  ],
  ['an answer to nobody', { kind: 'part' }],
])('%s is no message of a process', (_, message) => {
  expect(readMessage(message)).toBeNull();
});
