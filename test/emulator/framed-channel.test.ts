import { Duplex, PassThrough } from 'node:stream';
import fc from 'fast-check';
import { type Frame, FramedChannel } from '../../src/emulator/framed-channel';

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/** A channel whose writes are listed, and into which bytes can be put as if the other side had sent them. */
function openChannel(): { channel: FramedChannel; writes: Buffer[]; received: Frame[][]; stream: Duplex } {
  const writes: Buffer[] = [];
  const received: Frame[][] = [];
  const stream = new Duplex({
    read() {},
    write(chunk, _, done) {
      writes.push(chunk);
      done();
    },
  });
  return { channel: new FramedChannel(stream, (frames) => received.push(frames)), writes, received, stream };
}

async function bytesOf(frames: { head: object; body: Buffer }[]): Promise<Buffer> {
  const { channel, writes } = openChannel();
  for (const { head, body } of frames) channel.send(head, body);
  await nextTurn();
  return Buffer.concat(writes);
}

const frame = fc.record({
  head: fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })),
  body: fc.uint8Array().map((bytes) => Buffer.from(bytes)),
});

test('frames arrive whole and in order, wherever the stream cuts them', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(frame, { maxLength: 4 }), fc.array(fc.nat(200)), async (frames, sizes) => {
      const { received, stream } = openChannel();
      let bytes = await bytesOf(frames);
      for (const size of [...sizes, bytes.length]) {
        if (size > 0) stream.push(bytes.subarray(0, size));
        bytes = bytes.subarray(size);
        await nextTurn();
      }
      expect(received.flat()).toEqual(
        frames.map(({ head, body }) => ({ head: JSON.parse(JSON.stringify(head)), body })),
      );
    }),
    { numRuns: 100 },
  );
});

test('what is sent in one turn travels in one write and is received in one call', async () => {
  const { channel, writes } = openChannel();
  for (const number of [1, 2, 3]) channel.send({ number }, Buffer.from('body'));
  await nextTurn();
  expect(writes).toHaveLength(1);
  const other = openChannel();
  other.stream.push(writes[0]);
  await nextTurn();
  expect(other.received).toHaveLength(1);
  expect(other.received[0]?.map(({ head }) => head)).toEqual([{ number: 1 }, { number: 2 }, { number: 3 }]);
});

test('what must not wait for the end of the turn is written at once, and once', async () => {
  const { channel, writes } = openChannel();
  channel.send({ started: true });
  channel.flush();
  expect(writes).toHaveLength(1);
  await nextTurn();
  expect(writes).toHaveLength(1);
});

test('a short body does not keep alive what it was read with', async () => {
  const { received, stream } = openChannel();
  const short = { head: {}, body: Buffer.from('short') };
  stream.push(await bytesOf([short, { head: {}, body: Buffer.alloc(1_000_000) }]));
  await nextTurn();
  expect(received.flat()[0]?.body.buffer.byteLength).toBeLessThan(100_000);
});

test.each([
  ['a head that is no JSON', Buffer.from([3, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7b, 0x7b])],
  ['a length that nothing has', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
])('%s closes the channel, and what came before is received', async (_, bytes) => {
  const { channel, received, stream } = openChannel();
  const closed = new Promise<void>((resolve) => channel.onceClosed(resolve));
  stream.push(Buffer.concat([await bytesOf([{ head: { good: true }, body: Buffer.alloc(0) }]), bytes]));
  await closed;
  expect(channel.open).toBe(false);
  expect(received.flat().map(({ head }) => head)).toEqual([{ good: true }]);
});

test('says when the other side reads more slowly than is sent, and when it has read', async () => {
  const stream = new PassThrough({ highWaterMark: 1000 });
  stream.pause();
  const channel = new FramedChannel(stream, () => {});
  stream.pause();
  channel.send({}, Buffer.alloc(5000));
  channel.flush();
  expect(channel.full).toBe(true);
  const drained = new Promise<void>((resolve) => channel.onceDrained(resolve));
  stream.resume();
  await drained;
  expect(channel.full).toBe(false);
});

test('a write that fails says nothing of where it was made, so that no source map is read for it', async () => {
  const errors: Error[] = [];
  const stream = new Duplex({
    read() {},
    write(_, __, done) {
      const error = new Error('write EPIPE');
      errors.push(error);
      done(error);
    },
  });
  const channel = new FramedChannel(stream, () => {});
  const closed = new Promise<void>((resolve) => channel.onceClosed(resolve));
  channel.send({});
  await closed;
  expect(errors.map(({ stack }) => stack)).toEqual(['Error: write EPIPE']);
  expect(Error.stackTraceLimit).toBeGreaterThan(0);
});
