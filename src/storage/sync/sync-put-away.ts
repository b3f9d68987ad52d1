import { makeFilter } from './sync-filter';
import {
  type Batch,
  type BatchItem,
  type CommentRow,
  looseBytes,
  type MessageRow,
  type Partition,
  type PartitionItem,
  sizeOf,
  stateBits,
  type TextRow,
} from './sync-head';
import { bitsOf, type ShardState } from './sync-state';

/** Bytes of an item, which may have 16 KiB: what is larger is split. */
const largestItem = 12_000;
/** How many uncounted texts of a shard are kept: all that an event keeps may come from one voter. */
const keptTexts = 500;
const never = 8.64e15;

/**
 * Moves rows from the head to items of the shard's Map until at most `most` bytes of them are left. The new items are
 * written here; the head names them once it is replaced, and until then nothing has happened.
 */
export async function putAway(state: ShardState, most: number): Promise<void> {
  const { head } = state;
  // Named by nothing since an earlier replacement, which readers have had the time to notice.
  await Promise.all(head.garbage.map((key) => state.items.remove(state.shard, key, state.deadline)));
  head.garbage = [];
  state.changed = true;
  for (let rounds = 0; rounds < 8 && looseBytes(head) > most; rounds += 1) {
    const ratings = sizeOf([head.ratings, head.messages]);
    const comments = sizeOf(head.comments);
    const texts = sizeOf(head.texts);
    if (ratings >= comments && ratings >= texts) await putAwayRatings(state);
    else if (comments >= texts) await putAwayComments(state);
    else await putAwayTexts(state);
  }
}

async function putAwayRatings(state: ShardState): Promise<void> {
  const { head } = state;
  const ratings = group(head.ratings, (row) => state.partitionOf(state.ratingKey(row)));
  const messages = group(head.messages, ([key]) => state.partitionOf(key));
  const bytes = head.partitions.map((_, at) =>
    sizeOf([...(ratings.get(at) ?? []), ...(messages.get(at) ?? [])]),
  );
  const place = bytes.indexOf(Math.max(...bytes));
  const moved: PartitionItem = {
    ratings: ratings.get(place) ?? [],
    messages: (messages.get(place) ?? []).map(withoutAttempt),
  };
  head.ratings = head.ratings.filter((row) => !moved.ratings.includes(row));
  const gone = new Set(moved.messages.map(([key]) => key));
  head.messages = head.messages.filter(([key]) => !gone.has(key));
  await replacePartition(state, place, merge(await state.partition(place), moved));
}

function withoutAttempt([key, answer, , session, score]: MessageRow): MessageRow {
  return session === undefined || score === undefined ? [key, answer] : [key, answer, '', session, score];
}

/** Writes a partition anew, in two or more when it has become too large for one item. */
export async function replacePartition(state: ShardState, place: number, item: PartitionItem): Promise<void> {
  const { head } = state;
  const [depth = 0, oldKey = ''] = head.partitions[place] ?? [];
  const parts = split(state, item, depth);
  const bitsPerKey = bitsFor(head.partitions.length + parts.length - 1);
  const written = await Promise.all(
    parts.map(async ({ depth: deep, item: part }): Promise<Partition> => {
      const keys = [...part.ratings.map((row) => state.ratingKey(row)), ...part.messages.map(([key]) => key)];
      if (keys.length === 0) return [deep, '', never, ''];
      const oldest = Math.min(never, ...part.ratings.map(([, , , at]) => at));
      return [deep, await state.write(part), oldest, makeFilter(keys, bitsPerKey)];
    }),
  );
  head.partitions.splice(place, 1, ...written);
  if (oldKey !== '') head.garbage.push(oldKey);
}

// All filters of a head together stay below 2.5 KiB: some 250 keys in a partition.
function bitsFor(partitions: number): number {
  if (partitions <= 4) return 8;
  if (partitions <= 8) return 6;
  if (partitions <= 16) return 4;
  return partitions <= 32 ? 2 : 0;
}

function merge(before: PartitionItem, moved: PartitionItem): PartitionItem {
  const replaced = new Set(moved.ratings.map(([voter, session]) => `${session} ${voter}`));
  return {
    ratings: [
      ...before.ratings.filter(([voter, session]) => !replaced.has(`${session} ${voter}`)),
      ...moved.ratings,
    ],
    messages: [...before.messages, ...moved.messages],
  };
}

function split(
  state: ShardState,
  item: PartitionItem,
  depth: number,
): { depth: number; item: PartitionItem }[] {
  if (sizeOf(item) <= largestItem || depth > 30) return [{ depth, item }];
  const half = (wanted: 0 | 1) => {
    const isIn = (key: string) => ((bitsOf(key) >>> (31 - depth)) & 1) === wanted;
    return {
      ratings: item.ratings.filter((row) => isIn(state.ratingKey(row))),
      messages: item.messages.filter(([key]) => isIn(key)),
    };
  };
  return [...split(state, half(0), depth + 1), ...split(state, half(1), depth + 1)];
}

async function putAwayComments(state: ShardState): Promise<void> {
  const { head } = state;
  const { kept, moved } = oldestHalf(head.comments, ([, , , , , at]) => at);
  head.comments = kept;
  await addToBatches(state, head.commentBatches, moved, {
    nameOf: ([id]) => id,
    describe: describeComments,
  });
}

async function putAwayTexts(state: ShardState): Promise<void> {
  const { head } = state;
  const { kept, moved } = oldestHalf(head.texts, ([, , , at]) => at);
  head.texts = kept;
  await addToBatches(state, head.textBatches, moved, { nameOf: ([, sid]) => sid, describe: describeTexts });
  let newer = head.texts.length + head.textBatches.reduce((sum, [, rows]) => sum + rows, 0);
  for (;;) {
    const [oldest] = head.textBatches;
    if (!oldest || newer - oldest[1] < keptTexts) return;
    newer -= oldest[1];
    head.garbage.push(oldest[0]);
    head.textBatches.shift();
  }
}

interface RowKind<Row> {
  nameOf: (row: Row) => string;
  describe: (key: string, rows: Row[]) => Batch;
}

async function addToBatches<Row>(
  state: ShardState,
  batches: Batch[],
  moved: Row[],
  { nameOf, describe }: RowKind<Row>,
): Promise<void> {
  const last = batches.at(-1);
  let rows: Row[] = [];
  if (last && last[2] + sizeOf(moved) <= largestItem) {
    const names = new Set(moved.map(nameOf));
    rows = (await state.item<BatchItem<Row>>(last[0])).rows.filter((row) => !names.has(nameOf(row)));
    state.head.garbage.push(last[0]);
    batches.pop();
  }
  for (const part of parts([...rows, ...moved])) {
    const key = await state.write({ rows: part });
    batches.push(describe(key, part));
  }
}

export function describeComments(key: string, rows: CommentRow[]): Batch {
  const states = rows.reduce((bits, row) => bits | stateBits[row[4]], 0);
  return describeRows(key, rows, { at: (row) => row[5], states });
}

export function describeTexts(key: string, rows: TextRow[]): Batch {
  return describeRows(key, rows, { at: (row) => row[3], states: 0 });
}

function describeRows<Row>(
  key: string,
  rows: Row[],
  { at, states }: { at: (row: Row) => number; states: number },
): Batch {
  const times = rows.map(at);
  return [key, rows.length, sizeOf(rows), Math.min(...times), Math.max(...times), states];
}

function parts<Row>(rows: Row[]): Row[][] {
  const found: Row[][] = [];
  let bytes = 0;
  for (const row of rows) {
    bytes += sizeOf(row) + 1;
    const current = found.at(-1);
    if (current && bytes <= largestItem) current.push(row);
    else {
      found.push([row]);
      bytes = sizeOf(row);
    }
  }
  return found;
}

/** The oldest rows that make up half of the bytes, at least one. */
function oldestHalf<Row>(rows: Row[], at: (row: Row) => number): { kept: Row[]; moved: Row[] } {
  const sorted = rows.toSorted((a, b) => at(a) - at(b));
  const half = sizeOf(rows) / 2;
  let bytes = 0;
  const end = sorted.findIndex((row) => {
    bytes += sizeOf(row);
    return bytes >= half;
  });
  return { kept: sorted.slice(end + 1), moved: sorted.slice(0, end + 1) };
}

function group<Row>(rows: Row[], placeOf: (row: Row) => number): Map<number, Row[]> {
  const groups = new Map<number, Row[]>();
  for (const row of rows) {
    const place = placeOf(row);
    const rows = groups.get(place);
    if (rows) rows.push(row);
    else groups.set(place, [row]);
  }
  return groups;
}
