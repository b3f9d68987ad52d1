import {
  type CommentQuery,
  type SessionTally,
  type StoredComment,
  type StoredRating,
  type UncountedText,
  UnknownCursor,
} from '../rating-store';
import { type Batch, type BatchItem, type CommentRow, type Head, stateBits, type TextRow } from './sync-head';
import { commentId, type ShardState } from './sync-state';

/** How many shards are read at a time. */
const lanes = 8;
/** How many batches are read before looking whether they were enough. */
const atOnce = 16;

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
    atOf: ([, , , , , at]) => at,
    isWanted: ([, , place, , state], head) =>
      states.includes(state) && (session === undefined || head.sessions[place] === session),
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

interface Rows<Row> {
  limit: number;
  batchesOf: (head: Head) => Batch[];
  rowsOf: (head: Head) => Row[];
  nameOf: (row: Row) => string;
  atOf: (row: Row) => number;
  isWanted: (row: Row, head: Head) => boolean;
  mayHold: (batch: Batch) => boolean;
}

async function newestRows<Row>(
  shards: ShardState[],
  { limit, batchesOf, rowsOf, nameOf, atOf, isWanted, mayHold }: Rows<Row>,
): Promise<{ head: Head; row: Row }[]> {
  // How many batches of each shard were read, from the newest on: an older one may hold what a newer one replaces.
  const depths = new Map<ShardState, number>();
  const known = new Map<ShardState, { head: Head; row: Row }[]>();
  const collect = async (state: ShardState) => {
    const { head } = state;
    const depth = depths.get(state) ?? 0;
    const batches = depth === 0 ? [] : batchesOf(head).slice(-depth);
    const items = await Promise.all(batches.map(([key]) => state.item<BatchItem<Row>>(key)));
    const rows = new Map(
      [...items.flatMap((item) => item.rows), ...rowsOf(head)].map((row) => [nameOf(row), row]),
    );
    const wanted = [...rows.values()].filter((row) => isWanted(row, head));
    known.set(state, wanted.map((row) => ({ head, row })).reverse());
  };
  let unread = shards;
  for (;;) {
    await inTurn(unread, collect);
    const found = [...known.values()]
      .flat()
      .sort((a, b) => atOf(b.row) - atOf(a.row))
      .slice(0, limit);
    const last = found.at(limit - 1);
    const bound = last ? atOf(last.row) : Number.NEGATIVE_INFINITY;
    const next = shards
      .flatMap((state) =>
        batchesOf(state.head)
          .toReversed()
          .map((batch, index) => ({ state, batch, depth: index + 1 })),
      )
      .filter(
        ({ state, batch, depth }) => depth > (depths.get(state) ?? 0) && mayHold(batch) && batch[4] >= bound,
      )
      .sort((a, b) => b.batch[4] - a.batch[4])
      .slice(0, atOnce);
    if (next.length === 0) return found;
    for (const { state, depth } of next) depths.set(state, Math.max(depth, depths.get(state) ?? 0));
    unread = [...new Set(next.map(({ state }) => state))];
  }
}

/** A place between two ratings. */
interface Cursor {
  /** Milliseconds since 1970. */
  at: number;
  tag: string;
}

/** @throws UnknownCursor */
export function readCursor(cursor: string): Cursor {
  const [, at, tag] = /^(\d{1,15})-([\w-]{4})$/.exec(cursor) ?? [];
  if (at === undefined || tag === undefined) throw new UnknownCursor('this is no cursor of the store');
  return { at: Number(at), tag };
}

/** Ratings, oldest first. Voters are not kept in order of time, so all are read before the first is given. */
export async function allRatings(shards: ShardState[], after?: Cursor): Promise<StoredRating[]> {
  const found = (await inTurn(shards, ratingsOf)).flat();
  return found
    .filter(({ place }) => after === undefined || compare(place, after) > 0)
    .sort((a, b) => compare(a.place, b.place))
    .map(({ place, rating }) => ({ ...rating, cursor: `${place.at}-${place.tag}` }));
}

async function ratingsOf(
  state: ShardState,
): Promise<{ place: Cursor; rating: Omit<StoredRating, 'cursor'> }[]> {
  const { head } = state;
  const [partitions, batches] = await Promise.all([
    Promise.all(head.partitions.map((_, place) => state.partition(place))),
    Promise.all(head.commentBatches.map(([key]) => state.item<BatchItem<CommentRow>>(key))),
  ]);
  const comments = new Map(
    [...batches.flatMap(({ rows }) => rows), ...head.comments].map((row) => [row[0], row]),
  );
  const ratings = new Map(
    [...partitions.flatMap((item) => item.ratings), ...head.ratings].map((row) => [
      `${row[1]} ${row[0]}`,
      row,
    ]),
  );
  return [...ratings.values()].map(([voter, session, score, at, id, tag]) => {
    const [, , , , commentState = null, , comment = null] = comments.get(id) ?? [];
    return {
      place: { at, tag },
      rating: { session: head.sessions[session] ?? '', voter, score, comment, commentState, at },
    };
  });
}

/** Does something for each shard, for a few at a time: each may take several calls at once. */
export async function inTurn<T>(shards: ShardState[], work: (shard: ShardState) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  const waiting = shards.entries();
  const lane = async () => {
    for (const [index, shard] of waiting) results[index] = await work(shard);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}

function compare(a: Cursor, b: Cursor): number {
  if (a.at !== b.at) return a.at - b.at;
  return a.tag < b.tag ? -1 : Number(a.tag > b.tag);
}
