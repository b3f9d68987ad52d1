import { addToBatches, commentRows, mergeNeighbours, textRows } from './sync-batches';
import { type Batch, type Head, looseBytes, sizeOf } from './sync-head';
import { moveOn, withLargerFilters, writeIndex } from './sync-partitions';
import type { ShardState } from './sync-state';

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
const mostFilters = 1100;
/**
 * Bytes of a head's list of partitions; a longer one moves to an index. A rating has to read that, so a list stays as long as
 * its filters are good: up to some 800 ratings in a shard.
 */
const longestList = 1350;

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
  const { ratings, messages, partitions } = head;
  if (sizeOf(partitions) > longestList) {
    const index = { ratings, messages, partitions: await withLargerFilters(state, partitions) };
    const written = await writeIndex(state, index, 0);
    Object.assign(head, {
      version: 2,
      ratings: [],
      messages: [],
      partitions: written,
    } satisfies Partial<Head>);
    return;
  }
  const bytes = sizeOf([ratings, messages]) / 2;
  const room = roomForFilters(head);
  Object.assign(head, await moveOn(state, head, { depth: 0, bytes, room }));
}

/** Characters that the filter of each of a head's partitions may have. */
export function roomForFilters({ partitions }: Head): number {
  return mostFilters / partitions.length;
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
