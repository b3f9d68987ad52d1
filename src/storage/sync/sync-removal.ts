import { commentRows, filterBatches, textRows } from './sync-batches';
import {
  type CommentRow,
  itemsOf,
  type Partition,
  type RatingIndex,
  type RatingRow,
  type TextRow,
} from './sync-head';
import { readPartition, replacePartition } from './sync-partitions';
import { roomForFilters } from './sync-put-away';
import { count, type ShardState } from './sync-state';

/** How many removals a head remembers: those of one moment. */
const keptRemovals = 4;

/** What is to go: all of a voter, or all from before a moment (milliseconds since 1970). */
export type Gone = { voter: string } | { before: number };

/**
 * Takes ratings with their comments, and uncounted texts, out of a shard, wherever they are. Digests of messages stay, so
 * that a redelivery brings nothing back.
 * @param attempt tells that this very call has removed something before, although the answer got lost
 * @returns how many ratings went, and the items that may be deleted once the head is replaced
 */
export async function removeRows(
  state: ShardState,
  gone: Gone,
  attempt: string,
): Promise<{ removed: number; leftovers: string[] }> {
  const { head } = state;
  const before = JSON.stringify(head);
  // Listed before the head is replaced: what nothing names afterwards is of a writer that died, or that must begin anew.
  const present = await state.items.keys(state.shard, state.deadline);
  const [, done] = head.removals?.find(([one]) => one === attempt) ?? [];
  const removed = done ?? (await takeOut(state, gone));
  if (done === undefined && removed > 0)
    head.removals = [...(head.removals ?? []), [attempt, removed] as [string, number]].slice(-keptRemovals);
  const named = new Set(await itemsOf(head, (key) => state.item(key)));
  const leftovers = present.filter((key) => !named.has(key));
  head.garbage = [];
  // With leftovers the head is replaced in any case: whoever wrote one and still lives must begin anew. What shares this state
  // may have changed it before.
  state.changed ||= leftovers.length > 0 || JSON.stringify(head) !== before;
  return { removed, leftovers };
}

async function takeOut(state: ShardState, gone: Gone): Promise<number> {
  const { head } = state;
  const isGone = (voter: string, at: number) => ('voter' in gone ? voter === gone.voter : at < gone.before);
  const comments = new Set<string>();
  let removed = 0;
  const leave = (rows: RatingRow[]) =>
    rows.flatMap((row) => {
      const [voter, session, score, at, comment, tag, commentAt = at] = row;
      if (!isGone(voter, at)) {
        const losesComment = comment !== '' && isGone(voter, commentAt);
        return [losesComment ? ([voter, session, score, at, '', tag] satisfies RatingRow) : row];
      }
      removed += 1;
      comments.add(comment);
      count(head, session, score, -1);
      return [];
    });
  const partitions = await leavePartitions(state, head, {
    leave,
    newer: new Set(),
    room: roomForFilters(head),
  });
  head.ratings = leave(head.ratings);
  head.partitions = partitions;
  // A comment goes with its rating, with its voter, and when it is too old itself.
  const staysComment = ([id, voter, , , , at]: CommentRow) => !comments.has(id) && !isGone(voter, at);
  const staysText = ([voter, , , at]: TextRow) => !isGone(voter, at);
  head.comments = head.comments.filter(staysComment);
  head.texts = head.texts.filter(staysText);
  await filterBatches(state, head.commentBatches, staysComment, commentRows);
  await filterBatches(state, head.textBatches, staysText, textRows);
  return removed;
}

interface Leaving {
  leave: (rows: RatingRow[]) => RatingRow[];
  /** Ratings that stand nearer to the head. */
  newer: ReadonlySet<string>;
  room: number;
}

/** @returns the partitions of a head or an index without what goes */
async function leavePartitions(
  state: ShardState,
  { ratings, partitions }: RatingIndex,
  { leave, newer, room }: Leaving,
): Promise<Partition[]> {
  const known = new Set([...newer, ...ratings.map(nameOf)]);
  const items = await Promise.all(partitions.map((partition) => readPartition(state, partition)));
  const left: Partition[] = [];
  for (const [place, partition] of partitions.entries()) {
    const item = items[place] ?? { ratings: [], messages: [] };
    const staying = { ...item, ratings: leave(item.ratings.filter((row) => !known.has(nameOf(row)))) };
    const { partitions: beneath } = item;
    if (beneath)
      staying.partitions = await leavePartitions(
        state,
        { ...item, partitions: beneath },
        { leave, newer: known, room: Infinity },
      );
    const isUnchanged =
      isSame(staying.ratings, item.ratings) && isSame(staying.partitions ?? [], beneath ?? []);
    left.push(...(isUnchanged ? [partition] : await replacePartition(state, partition, staying, room)));
  }
  return left;
}

function nameOf([voter, session]: RatingRow): string {
  return `${session} ${voter}`;
}

function isSame<T>(some: readonly T[], others: readonly T[]): boolean {
  return some.length === others.length && some.every((one, index) => one === others[index]);
}
