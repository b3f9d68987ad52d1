import { createEdge, type Edge } from '../../src/emulator/create-edge';
import type { RequestRecord } from '../../src/emulator/request-log';
import { type RawAnswer, sendRaw } from '../send-raw';
import { makeFunctionsProject } from './functions-project';

// Twilio's FAQ names the two causes of "runtime application timed out": too slow, and a callback that is not called or cannot be reached.
const project = makeFunctionsProject({
  'functions/nothing.js': 'exports.handler = (context, event, callback) => {};',
  'functions/forgotten.js': `exports.handler = (context, event, callback) => {
    Promise.reject(new Error('no')).then(() => callback(null, 'sent')).catch(() => {});
  };`,
  'functions/stuck.js': `exports.handler = (context, event, callback) => {
    new Promise(() => {}).then(() => callback(null, 'sent'));
  };`,
  'functions/condition.js': `exports.handler = (context, { yes }, callback) => {
    setTimeout(() => { if (yes) callback(null, 'sent'); }, 20);
  };`,
  'functions/waits.js': `exports.handler = (context, event, callback) => {
    setTimeout(() => callback(null, 'sent'), 60000);
  };`,
  'functions/held.js': `const kept = [];
    exports.handler = (context, event, callback) => { kept.push(callback); };`,
  'functions/asked.js': `exports.handler = (context, event, callback) => {
    const answer = new Promise((resolve) => setTimeout(resolve, 60000));
    answer.then(() => callback(null, 'sent')).catch((error) => callback(error));
  };`,
  'functions/pending.js':
    'exports.handler = async (context, event, callback) => { await new Promise(() => {}); };',
  'functions/late.js': `exports.handler = (context, event, callback) => {
    setTimeout(() => callback(null, typeof gc), 3500);
  };`,
});

let edge: Edge;
const records: RequestRecord[] = [];
const told: string[] = [];
const lost = ['/nothing', '/forgotten', '/stuck', '/condition'];
const slow = ['/waits', '/held', '/asked', '/pending'];
let answers: Record<string, Promise<RawAnswer>>;

// All at once: each takes the whole time there is.
beforeAll(async () => {
  edge = await createEdge({
    dir: project.dir,
    env: { ACCOUNT_SID: `AC${'1'.repeat(32)}`, AUTH_TOKEN: '0123456789abcdef0123456789abcdef' },
    timeLimit: 4000,
    onRequest: (record) => records.push(record),
    onRuntimeEvent: (event) => {
      if (event.kind === 'returned-without-callback') told.push(event.request);
    },
  });
  const targets = [...lost, ...slow, '/late'];
  answers = Object.fromEntries(targets.map((target) => [target, sendRaw(edge.url, { target })]));
  await Promise.all(Object.values(answers));
}, 20_000);
afterAll(async () => {
  await edge.close();
  project.remove();
});

const recordOf = (target: string) => records.find(({ url }) => url.endsWith(target));
const isTold = (target: string) => told.includes(recordOf(target)?.id ?? '');

test.each(lost)(
  'a plain handler that returned and can never call back (%s) is told as that',
  async (target) => {
    expect(await answers[target]).toMatchObject({ status: 504, text: 'Gateway Timeout' });
    expect(recordOf(target)).toMatchObject({ reason: 'never-called-back' });
    expect(isTold(target)).toBe(true);
  },
);

test.each(slow)('one whose callback may still be called (%s) is too slow', async (target) => {
  expect(await answers[target]).toMatchObject({ status: 504, text: 'Gateway Timeout' });
  expect(recordOf(target)).toMatchObject({ reason: 'too-slow' });
  expect(isTold(target)).toBe(false);
});

test('one that calls back after it was looked at gets its answer, and finds no way to collect garbage', async () => {
  expect(await answers['/late']).toMatchObject({ status: 200, text: 'undefined' });
  expect(isTold('/late')).toBe(false);
});
