import path from 'node:path';
import { createEdge, type Edge } from '../../src/emulator/create-edge';
import type { RequestRecord } from '../../src/emulator/request-log';
import type { RuntimeEvent } from '../../src/emulator/supervise-runtime';
import { sendRaw } from '../send-raw';

const dir = path.join(__dirname, '..', 'fixtures', 'foreign-project');
const env = { ACCOUNT_SID: `AC${'1'.repeat(32)}`, AUTH_TOKEN: '0123456789abcdef0123456789abcdef' };

let edge: Edge;
const events: RuntimeEvent[] = [];
const records: RequestRecord[] = [];

beforeAll(async () => {
  edge = await createEdge({
    dir,
    env,
    timeLimit: 2500,
    onRuntimeEvent: (event) => events.push(event),
    onRequest: (record) => records.push(record),
  });
});
afterAll(() => edge.close());
beforeEach(() => {
  events.length = 0;
});

const get = (target: string) => sendRaw(edge.url, { target });

/** What the runtime says of a request may arrive after the answer to it: two processes, two channels. */
async function nextEvent(): Promise<RuntimeEvent | undefined> {
  for (let tries = 0; events.length === 0 && tries < 250; tries++)
    await new Promise((resolve) => setTimeout(resolve, 20));
  return events[0];
}

test.each([
  ['throws', '/throws', { kind: 'failed', how: 'threw', stack: expect.stringContaining('thrown at once') }],
  ['rejects', '/rejects', { kind: 'failed', how: 'rejected', stack: expect.stringContaining('rejected') }],
  [
    'passes an error on',
    '/gives-error',
    { kind: 'failed', how: 'callback', stack: expect.stringContaining('given') },
  ],
  [
    'cannot be loaded',
    '/broken',
    { kind: 'failed', how: 'threw', stack: expect.stringContaining('does-not-exist') },
  ],
])('a handler that %s answers 500 without a stack and leaves the process alone', async (_, target, event) => {
  const answer = await get(target);
  expect(answer).toMatchObject({ status: 500, text: 'Internal Server Error' });
  expect(events).toEqual([expect.objectContaining(event)]);
  expect((await get('/hello')).text).toBe('hello you');
});

test('an error thrown late costs its own request only', async () => {
  const neighbour = get('/waits?ms=400');
  const answer = await get('/throws-late');
  expect(answer).toMatchObject({ status: 500, text: 'Internal Server Error' });
  expect(await neighbour).toMatchObject({ status: 200, text: 'waited' });
  expect(events).toContainEqual(
    expect.objectContaining({ kind: 'uncaught', stack: expect.stringContaining('thrown late') }),
  );
  expect(events).toContainEqual({ kind: 'replaced', why: 'uncaught-error' });
  expect((await get('/hello')).text).toBe('hello you');
});

test('a number is sent as JSON', async () => {
  expect(await get('/number')).toMatchObject({ status: 200, text: '42' });
});

test('only the first callback counts', async () => {
  expect((await get('/calls-back-twice')).text).toBe('first');
  expect(await nextEvent()).toMatchObject({ kind: 'called-back-twice' });
  expect(events).toHaveLength(1);
});

test('a handler that never calls back is told apart and answered 504', async () => {
  const answer = await get('/never-calls-back');
  expect(answer.status).toBe(504);
  expect(records.at(-1)).toMatchObject({ reason: 'never-called-back' });
  expect(await nextEvent()).toMatchObject({ kind: 'returned-without-callback' });
});

test('a handler that runs too long is answered 504 and its neighbour is not', async () => {
  const tooLong = '/waits?ms=30000';
  const slow = get(tooLong);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const neighbour = get('/waits?ms=2000');
  expect((await slow).status).toBe(504);
  // On a busy machine the neighbour's answer is there, too, before this one is read.
  expect(records.find(({ url }) => url.endsWith(tooLong))).toMatchObject({ reason: 'too-slow' });
  expect(events).toContainEqual(expect.objectContaining({ kind: 'slow' }));
  expect(events).toContainEqual({ kind: 'replaced', why: 'time-limit' });
  expect(await neighbour).toMatchObject({ status: 200, text: 'waited' });
});

test.each(['/loops', '/loops?after=timer', '/loops?after=await'])(
  'an endless loop (%s) keeps neither a neighbour nor later requests from their answers',
  async (target) => {
    const neighbour = get('/waits?ms=600');
    await new Promise((resolve) => setTimeout(resolve, 100));
    const loop = get(target);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const later = await get('/hello?name=later');
    expect(later.text).toBe('hello later');
    expect(await neighbour).toMatchObject({ status: 200, text: 'waited' });
    expect((await loop).status).toBe(504);
    expect(events).toContainEqual({ kind: 'replaced', why: 'blocked' });
    expect(events).toContainEqual(expect.objectContaining({ kind: 'run-again' }));
  },
);

test('an endless loop that is alone in its process is not run twice', async () => {
  expect((await get('/loops')).status).toBe(504);
  expect(records.at(-1)).toMatchObject({ reason: 'too-slow' });
  expect(events.filter(({ kind }) => kind === 'run-again')).toEqual([]);
});

test('a handler that kills the process keeps no neighbour from its answer', async () => {
  const neighbour = get('/waits?ms=600');
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect((await get('/kills')).status).toBe(500);
  expect(await neighbour).toMatchObject({ status: 200, text: 'waited' });
});

test.each(['/exits', '/kills'])(
  'a handler that ends the process (%s) is answered 500 and the next one runs',
  async (target) => {
    expect((await get(target)).status).toBe(500);
    expect((await get('/hello')).text).toBe('hello you');
  },
);

test('serves what changed after a reload, and lets requests under way end', async () => {
  const underWay = get('/waits?ms=500');
  await new Promise((resolve) => setTimeout(resolve, 100));
  await edge.reload();
  expect(await underWay).toMatchObject({ status: 200, text: 'waited' });
  expect((await get('/hello')).text).toBe('hello you');
});
