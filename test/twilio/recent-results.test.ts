import { answerRecent } from '../../src/twilio/recent-results';

let reads: number;
let value: unknown;
let event: string;
let lastEvent = 0;

beforeEach(() => {
  reads = 0;
  value = { count: 1 };
  lastEvent += 1;
  event = `event-${lastEvent}`;
});

function ask(now: number, headers: Record<string, unknown> = {}) {
  const read = async () => {
    reads += 1;
    return value;
  };
  return answerRecent(read, { event, now, headers });
}

const content = { 'cache-control': 'max-age=2' };

test('who is content with two seconds is given what was read for another within them', async () => {
  await ask(1000, content);
  value = { count: 2 };
  expect((await ask(2999, content)).body).toBe('{"count":1}');
  expect(reads).toBe(1);
  expect((await ask(3000, content)).body).toBe('{"count":2}');
  expect(reads).toBe(2);
});

test.each([undefined, 'no-cache', 'max-age=0', 'max-age=-1', 'max-age=2, x', ['max-age=2', 'max-age=2'], {}])(
  'with Cache-Control %j results are read anew',
  async (header) => {
    await ask(1000, content);
    value = { count: 2 };
    expect((await ask(1001, { 'cache-control': header })).body).toBe('{"count":2}');
  },
);

test('nobody gets what is older than ten seconds, however content', async () => {
  await ask(1000);
  await ask(10_999, { 'cache-control': 'max-age=9999' });
  expect(reads).toBe(1);
  await ask(11_000, { 'cache-control': 'max-age=9999' });
  expect(reads).toBe(2);
});

test('another event is read, and so is what could not be read before', async () => {
  const failing = answerRecent(() => Promise.reject(new Error('away')), {
    event,
    now: 1000,
    headers: content,
  });
  await expect(failing).rejects.toThrow('away');
  expect((await ask(1001, content)).body).toBe('{"count":1}');
  event = `${event}-other`;
  await ask(1002, content);
  expect(reads).toBe(2);
});

test('what is still so is answered with an empty 304', async () => {
  const first = await ask(1000);
  const tag = first.headers?.ETag;
  expect(tag).toMatch(/^"[\w-]{22}"$/);
  expect(await ask(2000, { 'if-none-match': tag })).toMatchObject({
    status: 304,
    body: '',
    headers: { ETag: tag },
  });
  value = { count: 2 };
  expect(await ask(3000, { 'if-none-match': tag })).toMatchObject({ status: 200, body: '{"count":2}' });
});
