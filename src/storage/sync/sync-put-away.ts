import { addToBatches, commentRows, largestItem, mergeNeighbours, textRows } from './sync-batches';
import { makeFilter } from './sync-filter';
import { type Batch, type Head, looseBytes, type Partition, type PartitionItem, sizeOf } from './sync-head';
import { bitsOf, type ShardState } from './sync-state';

/** How many uncounted texts of a shard are kept: all that an event keeps may come from one voter. */
const keptTexts = 500;
/** And in how many batches: 300 KiB, which is less than 500 of the longest texts. */
const mostTextBatches = 28;
/**
 * Bytes of a head besides rows that can be put away; Sync takes 16 KiB for both. Where the ways to ratings and comments take
 * more, those to the oldest comments go: a rating is never refused for a comment's sake.
 */
const mostPutAway = 11_000;
/** Characters of all filters of a head together. */
const mostFilters = 2700;
const never = 8.64e15;

/**
 * Moves rows from the head to items of the shard's Map until at most `most` bytes of them are left. The new items are
 * written here; the head names them once it is replaced, and until then nothing has happened.
 */
export async function putAway(state: ShardState, most: number): Promise<void> {
  const { head } = state;
  // Named by nothing since an earlier replacement, which readers have had the time to notice.
  await state.removeGarbage();
  state.changed = true;
  // Enough for 30 of the longest texts at once, of which half count.
  for (let step = 0; step < 8 && looseBytes(head) > most; step += 1) {
    const ratings = sizeOf([head.ratings, head.messages]);
    const comments = sizeOf(head.comments);
    const texts = sizeOf(head.texts);
    if (ratings >= comments && ratings >= texts) await putAwayRatings(state);
    else if (comments >= texts) await putAwayComments(state);
    else await putAwayTexts(state);
  }
  await makeRoom(state);
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
    messages: messages.get(place) ?? [],
  };
  head.ratings = head.ratings.filter((row) => !moved.ratings.includes(row));
  const gone = new Set(moved.messages.map(([key]) => key));
  head.messages = head.messages.filter(([key]) => !gone.has(key));
  await replacePartition(state, place, merge(await state.partition(place), moved));
}

/** Writes a partition anew, in two or more when it has become too large for one item. */
export async function replacePartition(state: ShardState, place: number, item: PartitionItem): Promise<void> {
  const { head } = state;
  const [depth = 0, oldKey = ''] = head.partitions[place] ?? [];
  const parts = split(state, item, depth);
  const room = mostFilters / (head.partitions.length + parts.length - 1);
  const written = await Promise.all(
    parts.map(async ({ depth: deep, item: part }): Promise<Partition> => {
      const keys = [...part.ratings.map((row) => state.ratingKey(row)), ...part.messages.map(([key]) => key)];
      if (keys.length === 0) return [deep, '', never, ''];
      const oldest = Math.min(never, ...part.ratings.map(([, , , at]) => at));
      return [deep, await state.write(part), oldest, makeFilter(keys, bitsFor(keys.length, room))];
    }),
  );
  head.partitions.splice(place, 1, ...written);
  if (oldKey !== '') head.garbage.push(oldKey);
}

// A character of base64 holds six bits.
function bitsFor(keys: number, room: number): number {
  return Math.min(8, Math.floor((room * 6) / keys));
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
  const { kept, moved } = oldestHalf(head.comments, commentRows.at);
  head.comments = kept;
  await addToBatches(state, head.commentBatches, moved, commentRows);
}

// One merge in any case, so that what was taken out of batches does not leave ever more of them.
async function makeRoom(state: ShardState): Promise<void> {
  const { head } = state;
  const { commentBatches: batches } = head;
  const isFull = () => sizeOf(head) - looseBytes(head) > mostPutAway;
  let merged = await mergeNeighbours(state, batches, commentRows);
  while (merged && isFull()) merged = await mergeNeighbours(state, batches, commentRows);
  while (batches.length > 0 && isFull()) dropOldest(head, batches);
}

async function putAwayTexts(state: ShardState): Promise<void> {
  const { head } = state;
  const { textBatches: batches } = head;
  const { kept, moved } = oldestHalf(head.texts, textRows.at);
  head.texts = kept;
  await addToBatches(state, batches, moved, textRows);
  const newer = () => head.texts.length + batches.slice(1).reduce((sum, [, rows]) => sum + rows, 0);
  while (batches.length > 0 && (newer() >= keptTexts || batches.length > mostTextBatches))
    dropOldest(head, batches);
}

function dropOldest(head: Head, batches: Batch[]): void {
  head.garbage.push(...batches.splice(0, 1).map(([key]) => key));
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
