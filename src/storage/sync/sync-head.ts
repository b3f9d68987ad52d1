import type { Score } from '../../rating/rating-event';
import { ConfigFault } from '../config-fault';
import type { CommentState, SessionTally } from '../rating-store';

/**
 * `[voter, session, score, at, comment, tag, commentAt]`: the session by its place in `sessions`, the comment by its id, or
 * ''. The tag is random and puts ratings of one moment in an order; `commentAt` is there when the comment is older.
 */
export type RatingRow = [
  voter: string,
  session: number,
  score: Score,
  at: number,
  comment: string,
  tag: string,
  commentAt?: number,
];
/**
 * `[digest, answer, attempt, session, score]`: 0 for a first rating, else the former score; the session by its place. Older versions
 * wrote two or three of them, and '' for the attempt once it was put away.
 */
export type MessageRow = [
  digest: string,
  answer: 0 | Score,
  attempt?: string,
  session?: number,
  score?: Score,
];
/** `[id, voter, session, score, state, at, text]`: the id is the rating's and stays when the text is another one. */
export type CommentRow = [
  id: string,
  voter: string,
  session: number,
  score: Score,
  state: CommentState,
  at: number,
  text: string,
];
export type TextRow = [voter: string, messageSid: string, reason: string, at: number, text: string];

/**
 * Where rows are put away whose digest begins with the same `depth` bits; in the order of these bits. `key` '': nowhere yet.
 * The filter knows the digests of its rows; '': it may have any. `isIndex`: its item has partitions of its own.
 */
export type Partition = [depth: number, key: string, oldest: number, filter: string, isIndex?: 1];
/** A batch of rows in order of time; the newest batch is the last. `states` is what its comments may be in: 1, 2 and 4. */
export type Batch = [
  key: string,
  count: number,
  bytes: number,
  oldest: number,
  newest: number,
  states: number,
];

/**
 * The Document of one shard: what its voters did last, exact tallies of all they did, and the way to what was put away in
 * items of the shard's Map. Whatever happens to a shard happens by replacing this Document, if nobody else did meanwhile
 * (If-Match). Items are never changed, only replaced by new ones under new keys, so that a writer who dies between two
 * calls leaves items that nothing names, and nothing else.
 * A rating that stands here wins over one that was put away; of a comment there is only one, here or in a batch.
 *
 * Every reading of the results reads all heads whole. So when the list of partitions has become long it moves, with the
 * ratings and messages that are here, to an item of its own, an index, and the head has that one for its only partition.
 * What is put away then waits in the index until it is enough for one of the partitions beneath. Indexes become too large
 * as all items do, and their list too long as the head's does: it is a tree.
 */
export interface Head extends RatingIndex {
  /** 2: a partition is an index, which older builds do not know. They refuse it. */
  version: 1 | 2;
  /** One more with each replacement. */
  serial: number;
  sessions: string[];
  tallies: SessionTally['histogram'][];
  comments: CommentRow[];
  texts: TextRow[];
  commentBatches: Batch[];
  textBatches: Batch[];
  /** Items that nothing names any more. */
  garbage: string[];
  /** The last calls that took ratings away, and how many: an answer may get lost. Older versions wrote none. */
  removals?: [attempt: string, removed: number][];
}

/** Ratings and messages, and where older ones of them are: a rating here wins over one there. */
export interface RatingIndex {
  ratings: RatingRow[];
  messages: MessageRow[];
  partitions: Partition[];
}

/** What a partition's item holds; the list if it is an index. */
export type PartitionItem = Omit<RatingIndex, 'partitions'> & Partial<RatingIndex>;

/** What a batch's item holds. */
export interface BatchItem<Row> {
  rows: Row[];
}

export function emptyHead(): Head {
  return {
    version: 1,
    serial: 0,
    sessions: [],
    tallies: [],
    ratings: [],
    messages: [],
    comments: [],
    texts: [],
    partitions: [[0, '', 0, '']],
    commentBatches: [],
    textBatches: [],
    garbage: [],
  };
}

/** @throws ConfigFault when a newer version of this program wrote it */
export function readHead(data: unknown): Head {
  const head = data as Head;
  if (head.version !== 1 && head.version !== 2) {
    throw new ConfigFault(
      'SYNC_SERVICE_SID, or the Sync service made for this event, holds ratings of a newer version of ringtrue: update.',
    );
  }
  return head;
}

/** Bytes of JSON, which is what Sync's limits count. */
export function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/** Bytes of what can be put away. */
export function looseBytes({ ratings, messages, comments, texts }: Head): number {
  return sizeOf([ratings, messages, comments, texts]);
}

export const stateBits: Record<CommentState, number> = { approved: 1, held: 2, hidden: 4 };

/** The items that a head names, and those that its indexes name. @param read an index, by its key */
export async function itemsOf(
  { partitions, commentBatches, textBatches }: Head,
  read: (key: string) => Promise<PartitionItem>,
): Promise<string[]> {
  const batches = [...commentBatches, ...textBatches].map(([key]) => key);
  return [...(await itemsOfPartitions(partitions, read)), ...batches];
}

async function itemsOfPartitions(
  partitions: readonly Partition[],
  read: (key: string) => Promise<PartitionItem>,
): Promise<string[]> {
  const found = partitions.map(async ([, key, , , isIndex]) => {
    if (key === '') return [];
    return isIndex ? [key, ...(await itemsOfPartitions((await read(key)).partitions ?? [], read))] : [key];
  });
  return (await Promise.all(found)).flat();
}

/** When the oldest of what a purge may take was made, or earlier. */
export function oldestOf(head: Head): number {
  return Math.min(
    ...head.ratings.map(([, , , at]) => at),
    ...head.comments.map(([, , , , , at]) => at),
    ...head.texts.map(([, , , at]) => at),
    ...head.partitions.filter(([, key]) => key !== '').map(([, , oldest]) => oldest),
    ...[...head.commentBatches, ...head.textBatches].map(([, , , oldest]) => oldest),
  );
}
