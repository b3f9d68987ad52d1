import type { Score } from '../../src/rating/rating-event';
import {
  emptyHead,
  type Head,
  itemsOf,
  looseBytes,
  type Partition,
  type PartitionItem,
  sizeOf,
} from '../../src/storage/sync/sync-head';
import type { SyncItems } from '../../src/storage/sync/sync-items';
import { putAway } from '../../src/storage/sync/sync-put-away';
import { newestComments, newestTexts, ratingsOf, sumTallies } from '../../src/storage/sync/sync-reading';
import { type Gone, removeRows } from '../../src/storage/sync/sync-removal';
import { findDelivered, noteText, recordRating, ShardState } from '../../src/storage/sync/sync-state';
import { memoryItems } from '../stand-in/memory-items';
import { rating } from './contract';

/** What Sync lets a Document or an item have, in bytes. */
const most = 16_384;
const long = 'あ'.repeat(1590);

const stateOf = (head: Head, items: SyncItems) => new ShardState(0, head, items, Number.POSITIVE_INFINITY);

/** One shard as the store keeps it, each change in a state of its own. */
class Shard {
  readonly items = new Map<string, string>();
  readonly head: Head = emptyHead();
  private readonly memory = memoryItems(this.items);
  largest = 0;

  // As `SyncShard` does it.
  async change(work: (state: ShardState) => Promise<unknown>, mostLoose = 3072): Promise<void> {
    const { state } = this;
    await work(state);
    if (sizeOf(this.head) > Math.max(15_000, mostLoose)) await putAway(state, 1024);
    this.look(mostLoose);
    if (looseBytes(this.head) > mostLoose) await putAway(this.state, 1024);
    this.look(mostLoose);
  }

  private look(mostLoose: number): void {
    if (mostLoose === 3072) this.largest = Math.max(this.largest, sizeOf(this.head));
  }

  record(voter: string, session: string, text: string | null, score: Score = 5): Promise<void> {
    const comment = text === null ? null : { text, state: 'approved' as const };
    return this.change((state) => recordRating(state, rating({ voter, session, comment, score }), 'aaaa'));
  }

  /** Whether anything that is stored holds the text. */
  has(text: string): boolean {
    return [JSON.stringify(this.head), ...this.items.values()].some((data) => data.includes(text));
  }

  named(): Promise<string[]> {
    return itemsOf(this.head, (key) => this.state.item(key));
  }

  get state(): ShardState {
    return stateOf(this.head, this.memory);
  }

  /** A state, and the items that are read for it. */
  watched(): { state: ShardState; readKeys: Set<string> } {
    const readKeys = new Set<string>();
    const read = <T>(shard: number, key: string) => {
      readKeys.add(key);
      return this.memory.read<T>(shard, key, 0);
    };
    return { state: stateOf(this.head, Object.assign(Object.create(this.memory), { read })), readKeys };
  }

  /** Rows of all partitions, and of indexes. @returns how many items a row may be away from the head */
  async walk(look: (rows: PartitionItem) => void = () => {}): Promise<number> {
    const { state } = this;
    const visit = async (partitions: readonly Partition[]): Promise<number> => {
      const depths = [0];
      for (const [, key] of partitions) {
        if (key === '') continue;
        const item = await state.item<PartitionItem>(key);
        look(item);
        depths.push(1 + (await visit(item.partitions ?? [])));
      }
      return Math.max(...depths);
    };
    return visit(this.head.partitions);
  }
}

const approved = { states: ['approved' as const], limit: 1000 };

test('one voter who replaces long comments for ever fills nothing, and what was replaced is gone', async () => {
  const shard = new Shard();
  const texts = Array.from({ length: 1200 }, (_, index) => `text ${index};${long}`);
  for (const [index, text] of texts.entries()) await shard.record('one phone', `S${index % 5}`, text);
  expect(shard.largest).toBeLessThan(10_000);
  const kept = await newestComments([shard.state], approved);
  expect(kept.map(({ text }) => text)).toEqual(texts.slice(-5).reverse());
  await shard.change((state) => putAway(state, 0));
  expect(texts.slice(0, -5).filter((text) => shard.has(text.slice(0, 10)))).toEqual([]);
  expect(shard.items.size).toBeLessThan(20);
});

test('one voter who changes scores keeps the comment, once', async () => {
  const shard = new Shard();
  for (let index = 0; index < 60; index += 1) await shard.record(`voter ${index}`, 'S', `text ${index};`);
  for (let index = 0; index < 200; index += 1)
    await shard.record('voter 3', 'S', null, ((index % 5) + 1) as Score);
  const kept = await newestComments([shard.state], approved);
  expect(kept).toHaveLength(60);
  expect(kept.find(({ text }) => text === 'text 3;')).toMatchObject({ score: 5 });
  const named = (await shard.named()).map((key) => shard.items.get(key));
  expect([JSON.stringify(shard.head), ...named].join().split('text 3;')).toHaveLength(2);
});

test('batches from which most comments went become few again', async () => {
  const shard = new Shard();
  for (let index = 0; index < 2000; index += 1)
    await shard.record(`voter ${index}`, 'S', `text ${index}; ${'x'.repeat(200)}`);
  const full = shard.head.commentBatches.length;
  for (let index = 0; index < 2000; index += 1)
    if (index % 50 !== 0) await shard.record(`voter ${index}`, 'S', 'x');
  expect(full).toBeGreaterThan(40);
  expect(shard.head.commentBatches.length).toBeLessThan(full / 2);
  expect(shard.largest).toBeLessThan(most);
  const kept = new Set<string | null>();
  for (const { comment } of await ratingsOf(shard.state)) kept.add(comment?.split(';')[0] ?? null);
  expect(kept.size).toBe(41);
});

test('counts every rating of a crowd whose comments are too long for the shard, and keeps the newest of them', async () => {
  const shard = new Shard();
  for (let index = 0; index < 700; index += 1)
    await shard.record(`voter ${index}`, 'S', `text ${index};${long}`, ((index % 5) + 1) as Score);
  expect(shard.largest).toBeLessThan(15_000);
  expect(sumTallies([shard.head])).toMatchObject([{ count: 700, sum: 2100 }]);
  const ratings = await ratingsOf(shard.state);
  expect(ratings).toHaveLength(700);
  const kept = (await newestComments([shard.state], approved)).map(({ text }) => text.split(';')[0]);
  expect(kept.length).toBeGreaterThan(300);
  expect(kept).toEqual(kept.map((_, index) => `text ${699 - index}`));
  // Of an oldest one only the rating is left, which can still be changed.
  await shard.record('voter 0', 'S', null, 5);
  await shard.record('voter 1', 'S', 'again', 5);
  expect(sumTallies([shard.head])).toMatchObject([{ count: 700, sum: 2107 }]);
  expect((await newestComments([shard.state], { ...approved, limit: 1 }))[0]?.text).toBe('again');
});

test('one voter whose long texts do not count fills nothing, and the newest are kept', async () => {
  const shard = new Shard();
  for (let at = 0; at < 300; at += 1) {
    const text = { voter: 'one phone', messageSid: `SM${at}`, text: `${at};${long}`, reason: 'no-score', at };
    await shard.change((state) => noteText(state, text));
  }
  expect(shard.largest).toBeLessThan(10_000);
  const kept = (await newestTexts([shard.state], 500)).map(({ at }) => at);
  expect(kept.length).toBeGreaterThan(50);
  expect(kept).toEqual(kept.map((_, index) => 299 - index));
});

test('10,000 texts of one voter are all known, and the Document does not grow with them', async () => {
  const shard = new Shard();
  for (let index = 0; index < 10_000; index += 1) await shard.record('one phone', 'S', null);
  expect(sizeOf(shard.head.partitions)).toBeLessThan(1000);
  expect(shard.largest).toBeLessThan(5500);
  const messages = new Set(shard.head.messages.map(([key]) => key));
  await shard.walk((rows) => {
    for (const [key] of rows.messages) messages.add(key);
  });
  expect(messages.size).toBe(10_000);
});

describe('a shard with many ratings', () => {
  const count = 20_000;
  const voterOf = (index: number) => `voter ${index}`;
  const sidOf = (index: number) => `SM of ${index}`;
  const ratingOf = (index: number) =>
    rating({
      voter: voterOf(index),
      messageSid: sidOf(index),
      score: ((index % 5) + 1) as Score,
      at: 1000 + index,
      comment: index % 3 === 0 ? { text: `comment ${index};`, state: 'approved' } : null,
    });
  const shard = new Shard();
  // At these numbers the Document and its items were looked at.
  const looks = new Map<number, { bytes: number; depth: number }>();

  beforeAll(async () => {
    for (let index = 0; index < count; index += 1) {
      // Nine of ten in a few large steps, to save time, which the store would not make.
      const steps = index > 500 && index % 1000 < 900 ? 20_000 : undefined;
      await shard.change((state) => recordRating(state, ratingOf(index), 'aaaa'), steps);
      if ([399, 5999, 9999, count - 1].includes(index))
        looks.set(index + 1, { bytes: sizeOf(shard.head), depth: await shard.walk() });
    }
  }, 120_000);

  test('has a Document that stays small, first with a list and then with indexes', () => {
    expect([...looks.values()].map(({ depth }) => depth)).toEqual([1, 2, 2, 2]);
    for (const { bytes } of looks.values()) expect(bytes).toBeLessThan(5500);
  });

  test('names every item that there is, none that there is not, and none is too large', async () => {
    const named = [...(await shard.named()), ...shard.head.garbage];
    expect([...shard.items.keys()].sort()).toEqual(named.toSorted());
    for (const data of shard.items.values()) expect(Buffer.byteLength(data)).toBeLessThanOrEqual(most);
    expect(shard.head.version).toBe(2);
  });

  test('has every rating once, oldest first, and exact tallies', async () => {
    const ratings = await ratingsOf(shard.state);
    expect(ratings.map(({ voter }) => voter)).toEqual(
      Array.from({ length: count }, (_, index) => voterOf(index)),
    );
    expect(ratings.filter(({ comment }) => comment !== null)).toHaveLength(Math.ceil(count / 3));
    expect(sumTallies([shard.head])).toMatchObject([{ count, sum: 3 * count }]);
  });

  test('knows every message and every rating, reads three items for each at most and seldom a third', async () => {
    let reads = 0;
    for (let index = 0; index < count; index += 29) {
      const { state, readKeys } = shard.watched();
      expect(await findDelivered(state, sidOf(index))).toMatchObject({ score: (index % 5) + 1 });
      expect(await state.rating(voterOf(index), 0)).toMatchObject({ 0: voterOf(index) });
      expect(readKeys.size).toBeLessThanOrEqual(4);
      const stranger = shard.watched();
      expect(await findDelivered(stranger.state, `SM of nobody ${index}`)).toBeNull();
      expect(await stranger.state.rating(`nobody ${index}`, 0)).toBeUndefined();
      reads += stranger.readKeys.size;
    }
    expect(reads / Math.ceil(count / 29)).toBeLessThan(2.2);
  }, 60_000);

  test('changes an old rating, which stays one', async () => {
    for (const index of [0, 1, 2, 777, 12_345]) {
      await shard.change((state) => recordRating(state, rating({ voter: voterOf(index), score: 1 }), 'bbbb'));
      await shard.change((state) => putAway(state, 0));
    }
    const ratings = await ratingsOf(shard.state);
    expect(ratings).toHaveLength(count);
    expect(ratings.filter(({ voter, score }) => voter === voterOf(2) && score === 1)).toHaveLength(1);
  });

  test('loses what is erased or too old wherever it is, and nothing else', async () => {
    const remove = async (gone: Gone) => {
      let removed = 0;
      await shard.change(async (state) => {
        const done = await removeRows(state, gone, JSON.stringify(gone));
        removed = done.removed;
        for (const key of done.leftovers) shard.items.delete(key);
      });
      return removed;
    };
    const before = await ratingsOf(shard.state);
    expect(await remove({ voter: voterOf(777) })).toBe(1);
    expect(await remove({ voter: voterOf(5000) })).toBe(1);
    expect(shard.has(`"${voterOf(5000)}"`)).toBe(false);
    expect(shard.has(`"${voterOf(777)}"`)).toBe(false);
    const old = before.filter(({ at }) => at < 1000 + count - 50).map(({ voter }) => voter);
    expect(await remove({ before: 1000 + count - 50 })).toBe(old.length - 1);
    const left = await ratingsOf(shard.state);
    expect(left).toHaveLength(before.length - old.length - 1);
    expect(sumTallies([shard.head])).toMatchObject([{ count: left.length }]);
    expect(shard.has('"voter 100"')).toBe(false);
    const named = await shard.named();
    expect([...shard.items.keys()].sort()).toEqual(named.toSorted());
    const { state } = shard;
    expect(await findDelivered(state, sidOf(100))).toMatchObject({ score: 1 });
  }, 60_000);
});

test('takes a Document over that an older version has filled with a long list of partitions', async () => {
  const shard = new Shard();
  const count = 1500;
  for (let index = 0; index < count; index += 1)
    await shard.change((state) => recordRating(state, rating({ voter: `voter ${index}` }), 'aaaa'), 1e6);
  await listAsBefore(shard, 7);
  expect(shard.head).toMatchObject({ version: 1, ratings: [], messages: [] });
  expect(sizeOf(shard.head.partitions)).toBeGreaterThan(2000);
  expect(await ratingsOf(shard.state)).toHaveLength(count);
  shard.largest = 0;
  for (let index = 0; index < 100; index += 1) await shard.record(`newer ${index}`, 'S', null);
  expect(shard.head.version).toBe(2);
  expect(sizeOf(shard.head)).toBeLessThan(4500);
  const named = [...(await shard.named()), ...shard.head.garbage];
  expect([...shard.items.keys()].sort()).toEqual(named.toSorted());
  expect((await ratingsOf(shard.state)).map(({ voter }) => voter).slice(0, count)).toEqual(
    Array.from({ length: count }, (_, index) => `voter ${index}`),
  );
});

/** Moves all rows to partitions of so many bits, as versions did that knew no indexes, without filters. */
async function listAsBefore({ head, items, state }: Shard, depth: number): Promise<void> {
  const { ratings, messages } = head;
  const prefixOf = (key: string) => Buffer.from(key, 'base64url').readUInt32BE() >>> (32 - depth);
  head.partitions = Array.from({ length: 2 ** depth }, (_, prefix) => {
    const key = `old ${prefix}`;
    const rows = {
      ratings: ratings.filter((row) => prefixOf(state.ratingKey(row)) === prefix),
      messages: messages.filter(([digest]) => prefixOf(digest) === prefix),
    };
    items.set(key, JSON.stringify(rows));
    return [depth, key, Math.min(...rows.ratings.map(([, , , at]) => at)), ''];
  });
  head.ratings = [];
  head.messages = [];
}
