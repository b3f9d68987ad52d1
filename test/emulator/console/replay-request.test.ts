import { getExpectedBodyHash, getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';
import { type Edits, replayRequest } from '../../../src/emulator/console/replay-request';
import { createEdge, type Edge } from '../../../src/emulator/create-edge';
import type { RequestRecord } from '../../../src/emulator/request-log';
import { sendRaw } from '../../send-raw';
import { makeFunctionsProject } from '../functions-project';

const authToken = '0123456789abcdef0123456789abcdef';
const project = makeFunctionsProject({
  'functions/echo.protected.js': `exports.handler = (context, { request, bodySHA256, ...fields }, callback) => callback(null, fields);`,
});

let edge: Edge;
const records: RequestRecord[] = [];

beforeAll(async () => {
  const env = { ACCOUNT_SID: `AC${'1'.repeat(32)}`, AUTH_TOKEN: authToken };
  edge = await createEdge({ dir: project.dir, env, onRequest: (record) => records.push(record) });
});
afterAll(async () => {
  await edge.close();
  project.remove();
});

/** Sends JSON and gives what the edge wrote down. */
async function receive(body: string, { target = '/echo', signature = '' } = {}): Promise<RequestRecord> {
  const headers = ['content-type', 'application/json', 'x-twilio-signature', signature];
  await sendRaw(edge.url, { method: 'POST', target, headers, body });
  const record = records.at(-1);
  if (!record) throw new Error('the edge saw nothing');
  return record;
}

function receiveSigned(body: string): Promise<RequestRecord> {
  const target = `/echo?a=1&bodySHA256=${getExpectedBodyHash(body)}&b=2`;
  return receive(body, { target, signature: getExpectedTwilioSignature(authToken, edge.url + target, {}) });
}

const replay = (record: RequestRecord, edits: Edits) =>
  replayRequest(record, edits, { authToken, reroute: { publicUrl: edge.publicUrl, edgeUrl: edge.url } });
const fieldsOf = (answer: Awaited<ReturnType<typeof replay>>) =>
  'body' in answer ? [answer.status, JSON.parse(answer.body)] : answer;

test('a JSON webhook signed again is the same request', async () => {
  const record = await receiveSigned('{"text":"hi"}');
  expect(record.verdict).toBe('passed');
  expect(fieldsOf(await replay(record, { signature: 'again' }))).toEqual([
    200,
    { a: '1', b: '2', text: 'hi' },
  ]);
  expect(records.at(-1)?.url).toBe(record.url);
});

test('an edited one gets the hash of its new body, in the place of the former one', async () => {
  const record = await receiveSigned('{"text":"hi"}');
  const body = '{"text":"ho"}';
  expect(await replay(record, { signature: 'as-received', body })).toMatchObject({ status: 403 });
  expect(records.at(-1)?.reason).toBe('body-mismatch');
  expect(fieldsOf(await replay(record, { signature: 'again', body }))).toEqual([
    200,
    { a: '1', b: '2', text: 'ho' },
  ]);
  expect(records.at(-1)?.url).toBe(`${edge.url}/echo?a=1&bodySHA256=${getExpectedBodyHash(body)}&b=2`);
});

test.each([
  ['no hash', '/echo', ''],
  ['two hashes', '/echo?bodySHA256=1&%62odySHA256=2', ''],
  ['a hash behind another name', '/echo?x=bodySHA256', '?x=bodySHA256'],
])('one that came with %s is made right', async (_, target, query) => {
  const record = await receive('{"text":"hi"}', { target });
  expect(record.verdict).toBe('refused');
  expect(await replay(record, { signature: 'again' })).toMatchObject({ status: 200 });
  const hash = `bodySHA256=${getExpectedBodyHash('{"text":"hi"}')}`;
  expect(records.at(-1)?.url).toBe(`${edge.url}/echo${query === '' ? '?' : `${query}&`}${hash}`);
});

test('one that no signature fits is told in a sentence', async () => {
  const record = await receiveSigned('{"text":"hi"}');
  expect(await replay(record, { signature: 'again', method: 'GET' })).toEqual({
    problem: 'This request cannot be signed (raw-body-required).',
  });
});
