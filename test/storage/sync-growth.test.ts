import type { Score } from '../../src/rating/rating-event';
import { emptyHead, type Head, itemsOf, looseBytes, sizeOf } from '../../src/storage/sync/sync-head';
import { putAway } from '../../src/storage/sync/sync-put-away';
import { allRatings, newestComments, newestTexts, sumTallies } from '../../src/storage/sync/sync-reading';
import { noteText, recordRating, ShardState } from '../../src/storage/sync/sync-state';
import { memoryItems } from '../stand-in/memory-items';
import { rating } from './contract';

/** What Sync lets a Document or an item have, in bytes. */
const most = 16_384;
const long = 'あ'.repeat(1590);

/** One shard as the store keeps it, each change in a state of its own. */
class Shard {
  readonly items = new Map<string, string>();
  readonly head: Head = emptyHead();
  private readonly memory = memoryItems(this.items);
  largest = 0;

  // As `SyncShard` does it.
  async change(work: (state: ShardState) => Promise<unknown>): Promise<void> {
    const { state } = this;
    await work(state);
    if (sizeOf(this.head) > 15_000) await putAway(state, 1024);
    this.largest = Math.max(this.largest, sizeOf(this.head));
    if (looseBytes(this.head) > 3072) await putAway(this.state, 1024);
    this.largest = Math.max(this.largest, sizeOf(this.head));
  }

  record(voter: string, session: string, text: string | null, score: Score = 5): Promise<void> {
    const comment = text === null ? null : { text, state: 'approved' as const };
    return this.change((state) => recordRating(state, rating({ voter, session, comment, score }), 'aaaa'));
  }

  /** Whether anything that is stored holds the text. */
  has(text: string): boolean {
    return [JSON.stringify(this.head), ...this.items.values()].some((data) => data.includes(text));
  }

  get state(): ShardState {
    return new ShardState(0, this.head, this.memory, Number.POSITIVE_INFINITY);
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
  const named = itemsOf(shard.head).map((key) => shard.items.get(key));
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
  for (const { comment } of await allRatings([shard.state])) kept.add(comment?.split(';')[0] ?? null);
  expect(kept.size).toBe(41);
});

test('counts every rating of a crowd whose comments are too long for the shard, and keeps the newest of them', async () => {
  const shard = new Shard();
  for (let index = 0; index < 700; index += 1)
    await shard.record(`voter ${index}`, 'S', `text ${index};${long}`, ((index % 5) + 1) as Score);
  expect(shard.largest).toBeLessThan(15_000);
  expect(sumTallies([shard.head])).toMatchObject([{ count: 700, sum: 2100 }]);
  const ratings = await allRatings([shard.state]);
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

test('10,000 texts of one voter take an eighth of the room', async () => {
  const shard = new Shard();
  for (let index = 0; index < 10_000; index += 1) await shard.record('one phone', 'S', null);
  const { partitions } = shard.head;
  expect(sizeOf(partitions.map(([depth, key, oldest]) => [depth, key, oldest]))).toBeLessThan(most / 8);
  expect(shard.largest).toBeLessThan(8000);
});
