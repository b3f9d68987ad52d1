import { makeFilter } from './sync-filter';
import {
  type MessageRow,
  type Partition,
  type PartitionItem,
  type RatingIndex,
  type RatingRow,
  sizeOf,
} from './sync-head';
import type { ShardState } from './sync-state';

/** Bytes of an item of rows, which may have 16 KiB: what is larger is split. */
export const largestItem = 12_000;
/** Bytes of an index, which has to be written more often than read: the more rows it takes, the fewer of its partitions change. */
const largestIndex = 15_000;
/** Bytes of the list in an index; of a longer one each half gets an index. */
const longestList = 9000;
/** Bytes by which the list grows when partitions get some of the rows. */
const growth = 500;
/** Items that may be read for nothing but better filters: older versions left longer lists. */
const mostRead = 32;
const never = 8.64e15;

type Rows = Pick<PartitionItem, 'ratings' | 'messages'>;

/**
 * Moves rows on to the partitions that they belong to, those first that get most.
 * @param depth bits that all keys have in common
 * @param bytes to be moved at least
 * @param room characters that the filter of each partition may have
 */
export async function moveOn(
  state: ShardState,
  index: RatingIndex,
  { depth, bytes, room }: { depth: number; bytes: number; room: number },
): Promise<RatingIndex> {
  let left = bytes;
  const moved = group(state, index, depth).filter((one) => {
    const isMore = left > 0;
    left -= one.bytes;
    return isMore;
  });
  const grown = new Map(
    await Promise.all(
      moved.map(async ({ place, partition, rows }) => {
        const more = merge(await readPartition(state, partition), rows);
        return [place, await replacePartition(state, partition, more, room)] as const;
      }),
    ),
  );
  const gone = new Set<RatingRow | MessageRow>(
    moved.flatMap(({ rows }) => [...rows.ratings, ...rows.messages]),
  );
  return {
    ratings: index.ratings.filter((row) => !gone.has(row)),
    messages: index.messages.filter((row) => !gone.has(row)),
    partitions: index.partitions.flatMap((partition, place) => grown.get(place) ?? [partition]),
  };
}

/** Writes a partition anew. @returns it, or what it was divided into as it had become too large for one item */
export async function replacePartition(
  state: ShardState,
  [depth, oldKey]: Partition,
  { ratings, messages, partitions }: PartitionItem,
  room: number,
): Promise<Partition[]> {
  if (oldKey !== '') state.head.garbage.push(oldKey);
  if (partitions) return writeIndex(state, { ratings, messages, partitions }, depth);
  const parts = split(state, { ratings, messages }, depth);
  return Promise.all(parts.map((part) => writeRows(state, part, room / parts.length)));
}

/** The same partitions for an index, in which filters have more room than in a head. */
export async function withLargerFilters(state: ShardState, partitions: Partition[]): Promise<Partition[]> {
  if (partitions.length > mostRead) return partitions;
  const larger = partitions.map(async (partition): Promise<Partition> => {
    const [depth, key, oldest, , isIndex] = partition;
    if (key === '' || isIndex) return partition;
    const keys = keysOf(state, await readPartition(state, partition));
    return [depth, key, oldest, filterOf(keys, Infinity)];
  });
  return Promise.all(larger);
}

/** Writes rows and the list of partitions beneath them. @returns what names them all, in a few bytes */
export async function writeIndex(state: ShardState, index: RatingIndex, depth: number): Promise<Partition[]> {
  if (sizeOf(index.partitions) > longestList) {
    const halves = ([0, 1] as const).map((half) => ({
      ...rowsOfHalf(state, index, { depth, half }),
      partitions: partitionsOfHalf(index.partitions, { depth, half }),
    }));
    return (await Promise.all(halves.map((half) => writeIndex(state, half, depth + 1)))).flat();
  }
  const excess = sizeOf(index) - largestIndex;
  if (excess > 0) {
    const bytes = excess + growth;
    return writeIndex(state, await moveOn(state, index, { depth, bytes, room: Infinity }), depth);
  }
  const oldest = Math.min(oldestRow(index), ...index.partitions.map(([, , at]) => at));
  return [[depth, await state.write(index), oldest, '', 1]];
}

export async function readPartition(state: ShardState, [, key]: Partition): Promise<PartitionItem> {
  return key === '' ? { ratings: [], messages: [] } : state.item<PartitionItem>(key);
}

/** The place of the partition for a key whose first `depth` bits all of them have in common. */
export function placeIn(partitions: readonly Partition[], key: string, depth: number): number {
  const bits = bitsOf(key) % 2 ** (32 - depth);
  let end = 0;
  return partitions.findIndex(([deep]) => {
    end += 2 ** (32 - deep);
    return bits < end;
  });
}

async function writeRows(
  state: ShardState,
  { depth, rows }: { depth: number; rows: Rows },
  room: number,
): Promise<Partition> {
  const keys = keysOf(state, rows);
  if (keys.length === 0) return [depth, '', never, ''];
  return [depth, await state.write(rows), oldestRow(rows), filterOf(keys, room)];
}

function filterOf(keys: string[], room: number): string {
  // A character of base64 holds six bits.
  const bits = Math.min(8, (room * 6) / keys.length);
  return makeFilter(keys, bits < 1 ? 0 : bits);
}

function keysOf(state: ShardState, { ratings, messages }: Rows): string[] {
  return [...ratings.map((row) => state.ratingKey(row)), ...messages.map(([key]) => key)];
}

function oldestRow({ ratings }: Rows): number {
  return Math.min(never, ...ratings.map(([, , , at]) => at));
}

function merge(before: PartitionItem, moved: Rows): PartitionItem {
  const replaced = new Set(moved.ratings.map(([voter, session]) => `${session} ${voter}`));
  return {
    ...before,
    ratings: [
      ...before.ratings.filter(([voter, session]) => !replaced.has(`${session} ${voter}`)),
      ...moved.ratings,
    ],
    messages: [...before.messages, ...moved.messages],
  };
}

function split(state: ShardState, rows: Rows, depth: number): { depth: number; rows: Rows }[] {
  if (sizeOf(rows) <= largestItem || depth > 30) return [{ depth, rows }];
  return ([0, 1] as const).flatMap((half) =>
    split(state, rowsOfHalf(state, rows, { depth, half }), depth + 1),
  );
}

interface Half {
  depth: number;
  /** The bit after the first `depth` bits. */
  half: 0 | 1;
}

function rowsOfHalf(state: ShardState, { ratings, messages }: Rows, { depth, half }: Half): Rows {
  const isIn = (key: string) => ((bitsOf(key) >>> (31 - depth)) & 1) === half;
  return {
    ratings: ratings.filter((row) => isIn(state.ratingKey(row))),
    messages: messages.filter(([key]) => isIn(key)),
  };
}

function partitionsOfHalf(partitions: readonly Partition[], { depth, half }: Half): Partition[] {
  let end = 0;
  return partitions.filter(([deep]) => {
    end += 2 ** (32 - deep);
    return end > 2 ** (31 - depth) === (half === 1);
  });
}

interface Group {
  place: number;
  partition: Partition;
  rows: Rows;
  bytes: number;
}

/** Rows by the partition that they belong to, the largest group first. */
function group(state: ShardState, { ratings, messages, partitions }: RatingIndex, depth: number): Group[] {
  const groups = partitions.map((partition, place) => ({
    place,
    partition,
    rows: { ratings: [], messages: [] } as Rows,
    bytes: 0,
  }));
  for (const row of ratings) groups[placeIn(partitions, state.ratingKey(row), depth)]?.rows.ratings.push(row);
  for (const row of messages) groups[placeIn(partitions, row[0], depth)]?.rows.messages.push(row);
  for (const one of groups) one.bytes = sizeOf([...one.rows.ratings, ...one.rows.messages]);
  return groups
    .filter(({ rows }) => rows.ratings.length + rows.messages.length > 0)
    .sort((a, b) => b.bytes - a.bytes);
}

/** The bits of a key that choose its partition. */
function bitsOf(key: string): number {
  return Buffer.from(key, 'base64url').readUInt32BE();
}
