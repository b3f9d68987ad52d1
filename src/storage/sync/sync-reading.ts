import {
  type CommentQuery,
  type SessionTally,
  type StoredComment,
  type StoredRating,
  type UncountedText,
  UnknownCursor,
} from '../rating-store';
import { newestRows } from './newest-rows';
import {
  type BatchItem,
  type CommentRow,
  type Head,
  type PartitionItem,
  type RatingRow,
  stateBits,
  type TextRow,
} from './sync-head';
import { shardCount } from './sync-names';
import { readPartition } from './sync-partitions';
import { commentId, type ShardState } from './sync-state';

/** The tallies of all shards together. */
export function sumTallies(heads: Iterable<Head>): SessionTally[] {
  const sums = new Map<string, SessionTally['histogram']>();
  for (const { sessions, tallies } of heads) {
    sessions.forEach((session, place) => {
      const sum = sums.get(session) ?? [0, 0, 0, 0, 0];
      sums.set(session, sum);
      tallies[place]?.forEach((n, index) => {
        sum[index] = (sum[index] ?? 0) + n;
      });
    });
  }
  return [...sums]
    .map(([session, histogram]) => ({
      session,
      count: histogram.reduce((sum, n) => sum + n, 0),
      sum: histogram.reduce((sum, n, index) => sum + n * (index + 1), 0),
      histogram,
    }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => (a.session < b.session ? -1 : 1));
}

/** The newest comments; reads only batches that may hold some of them. */
export async function newestComments(
  shards: ShardState[],
  { states, session, limit }: CommentQuery,
): Promise<StoredComment[]> {
  const wanted = states.reduce((bits, state) => bits | stateBits[state], 0);
  const rows = await newestRows<CommentRow>(shards, {
    limit,
    batchesOf: ({ commentBatches }) => commentBatches,
    rowsOf: ({ comments }) => comments,
    nameOf: ([id]) => id,
    // By number: thousands of rows are looked at, and taking an array apart is slow.
    atOf: (row) => row[5],
    isWanted: (row, head) =>
      states.includes(row[4]) && (session === undefined || head.sessions[row[2]] === session),
    mayHold: ([, , , , , bits]) => (bits & wanted) !== 0,
  });
  return rows.map(({ head, row }) => {
    const [, , place, score, state, at, text] = row;
    return { id: commentId(row), session: head.sessions[place] ?? '', text, score, state, at };
  });
}

export async function newestTexts(shards: ShardState[], limit: number): Promise<UncountedText[]> {
  const rows = await newestRows<TextRow>(shards, {
    limit,
    batchesOf: ({ textBatches }) => textBatches,
    rowsOf: ({ texts }) => texts,
    nameOf: ([, messageSid]) => messageSid,
    atOf: ([, , , at]) => at,
    isWanted: () => true,
    mayHold: () => true,
  });
  return rows.map(({ row: [voter, messageSid, reason, at, text] }) => ({
    voter,
    messageSid,
    text,
    reason,
    at,
  }));
}

/** A place between two ratings of a shard. */
export interface Cursor {
  shard: number;
  /** Milliseconds since 1970. */
  at: number;
  tag: string;
}

/** @throws UnknownCursor */
export function readCursor(cursor: string): Cursor {
  const [, shard, at, tag] = /^(\d{1,3})-(\d{1,15})-([\w-]{4})$/.exec(cursor) ?? [];
  if (at === undefined || tag === undefined || Number(shard) >= shardCount)
    throw new UnknownCursor('this is no cursor of the store');
  return { shard: Number(shard), at: Number(at), tag };
}

function writeCursor({ shard, at, tag }: Cursor): string {
  return `${shard}-${at}-${tag}`;
}

/** Ratings of one shard, oldest first. @param after a place; one in another shard counts for nothing */
export async function ratingsOf(state: ShardState, after?: Cursor): Promise<StoredRating[]> {
  const { head, shard } = state;
  const [rows, batches] = await Promise.all([
    ratingRows(state, head),
    Promise.all(head.commentBatches.map(([key]) => state.item<BatchItem<CommentRow>>(key))),
  ]);
  const comments = new Map(
    [...batches.flatMap(({ rows }) => rows), ...head.comments].map((row) => [row[0], row]),
  );
  const ratings = new Map(rows.map((row) => [`${row[1]} ${row[0]}`, row]));
  return [...ratings.values()]
    .map((row) => ({ row, place: { shard, at: row[3], tag: row[5] } }))
    .filter(({ place }) => after?.shard !== shard || compare(place, after) > 0)
    .sort((a, b) => compare(a.place, b.place))
    .map(({ row: [voter, session, score, at, id], place }) => {
      const [, , , , commentState = null, , comment = null] = comments.get(id) ?? [];
      const cursor = writeCursor(place);
      return { session: head.sessions[session] ?? '', voter, score, comment, commentState, at, cursor };
    });
}

/** The newest of a rating is the last. */
async function ratingRows(
  state: ShardState,
  { partitions = [], ratings }: PartitionItem,
): Promise<RatingRow[]> {
  const older = await Promise.all(
    partitions.map(async (partition) => ratingRows(state, await readPartition(state, partition))),
  );
  return [...older.flat(), ...ratings];
}

function compare(a: Cursor, b: Cursor): number {
  if (a.at !== b.at) return a.at - b.at;
  return a.tag < b.tag ? -1 : Number(a.tag > b.tag);
}
