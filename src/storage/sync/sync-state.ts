import { randomBytes } from 'node:crypto';
import type { Score } from '../../rating/rating-event';
import type { CommentState, Delivered, NewRating, Recorded, UncountedText } from '../rating-store';
import { storable } from '../storable';
import { commentRows, findRow, replaceBatch } from './sync-batches';
import { mayHave } from './sync-filter';
import type { CommentRow, Head, MessageRow, PartitionItem, RatingRow, TextRow } from './sync-head';
import type { SyncItems } from './sync-items';
import { digest, shardCount } from './sync-names';
import { placeIn } from './sync-partitions';

/** A shard as one reader saw it: its head, which may be changed, and what was put away, which is read when it is needed. */
export class ShardState {
  changed = false;
  /** Whether items that are named no more hold a text that was replaced, and are to go at once. */
  forgets = false;
  /** Items that were written for this state: garbage unless the head is replaced. */
  readonly written: string[] = [];
  /** Items that were named no more before this state was changed. */
  private dead: readonly string[];
  private readonly asked = new Map<string, Promise<unknown>>();

  constructor(
    readonly shard: number,
    readonly head: Head,
    readonly items: SyncItems,
    /** Milliseconds since 1970. */
    readonly deadline: number,
  ) {
    this.dead = [...head.garbage];
  }

  item<T>(key: string): Promise<T> {
    const asked = this.asked.get(key) ?? this.items.read<T>(this.shard, key, this.deadline);
    this.asked.set(key, asked);
    return asked as Promise<T>;
  }

  /** @returns the key of a new item */
  async write(data: object): Promise<string> {
    const key = await this.items.write(this.shard, data, this.deadline);
    this.written.push(key);
    return key;
  }

  /** Deletes what nothing named before this state was changed; what it made so itself is named until it is written. */
  async removeGarbage(): Promise<void> {
    const { dead } = this;
    this.dead = [];
    await Promise.all(dead.map((key) => this.items.remove(this.shard, key, this.deadline)));
    this.head.garbage = this.head.garbage.filter((key) => !dead.includes(key));
  }

  ratingKey([voter, session]: readonly [voter: string, session: number, ...rest: unknown[]]): string {
    return digest('rating', voter, this.head.sessions[session] ?? '');
  }

  async message(key: string): Promise<MessageRow | undefined> {
    const isIt = (row: MessageRow) => row[0] === key;
    return this.find(key, ({ messages }) => messages.find(isIt));
  }

  async rating(voter: string, session: number): Promise<RatingRow | undefined> {
    const isIt = (row: RatingRow) => row[0] === voter && row[1] === session;
    return this.find(this.ratingKey([voter, session]), ({ ratings }) => ratings.find(isIt));
  }

  /**
   * Changes a comment where it is, as there is never more than one of it: a text that was replaced must not stay behind.
   * @param change answers the row itself when nothing is to change, and `null` when it is to go
   * @param at when the comment was made, if that is known
   * @returns whether there is such a comment
   */
  async changeComment(
    id: string,
    change: (row: CommentRow) => CommentRow | null,
    at?: number,
  ): Promise<boolean> {
    const { comments, commentBatches } = this.head;
    const isIt = (row: CommentRow) => row[0] === id;
    const index = comments.findIndex(isIt);
    const here = comments[index];
    const found = here ? undefined : await findRow(this, commentBatches, isIt, at);
    const old = here ?? found?.row;
    if (!old) return false;
    const changed = change(old);
    if (changed === old) return true;
    const by = changed ? [changed] : [];
    this.changed = true;
    if (found) {
      const rows = found.rows.flatMap((row) => (row === old ? by : [row]));
      await replaceBatch(this, commentBatches, { place: found.place, rows, kind: commentRows });
      this.forgets ||= changed === null;
    } else comments.splice(index, 1, ...by);
    return true;
  }

  /** Looks where the rows of a key may be, the newest first. */
  private async find<Row>(
    key: string,
    pick: (rows: PartitionItem) => Row | undefined,
  ): Promise<Row | undefined> {
    let rows: PartitionItem = this.head;
    let depth = 0;
    for (;;) {
      const row = pick(rows);
      if (row !== undefined || !rows.partitions) return row;
      const [deep = 0, item = '', , filter = ''] =
        rows.partitions[placeIn(rows.partitions, key, depth)] ?? [];
      if (item === '' || !mayHave(filter, key)) return undefined;
      rows = await this.item<PartitionItem>(item);
      depth = deep;
    }
  }
}

/** @param attempt tells a message that this very call has written before, although the answer got lost, from a redelivery */
export async function recordRating(
  state: ShardState,
  { session, voter, messageSid, score, comment, at }: NewRating,
  attempt: string,
): Promise<Recorded> {
  const { head } = state;
  const key = digest('message', messageSid);
  const place = placeOf(head, session);
  const [seen, old] = await Promise.all([state.message(key), state.rating(voter, place)]);
  if (seen?.[2] === attempt) return { ...whatItDid(seen), duplicate: false };
  if (seen) return { ...deliveredOf(head, seen), duplicate: true };
  const former = old?.[2] ?? null;
  let id = old?.[4] ?? '';
  let commentAt = old?.[6] ?? old?.[3] ?? at;
  if (id !== '') {
    const change = (row: CommentRow) => (comment ? null : withScore(row, score));
    if (!(await state.changeComment(id, change, commentAt))) id = '';
  }
  if (comment) {
    id ||= newCommentId(state.shard);
    commentAt = at;
    head.comments.push([id, voter, place, score, comment.state, at, fitting(comment.text)]);
  }
  head.ratings = head.ratings.filter((row) => row[0] !== voter || row[1] !== place);
  const row: RatingRow = [voter, place, score, at, id, attempt];
  if (id !== '' && commentAt !== at) row.push(commentAt);
  head.ratings.push(row);
  head.messages.push([key, former ?? 0, attempt, place, score]);
  head.texts = head.texts.filter(([, sid]) => sid !== messageSid);
  count(head, place, former, -1);
  count(head, place, score, 1);
  state.changed = true;
  return { kind: former === null ? 'recorded' : 'changed', former, duplicate: false };
}

/** What the message did when it counted; `null`: it did not. */
export async function findDelivered(state: ShardState, messageSid: string): Promise<Delivered | null> {
  const seen = await state.message(digest('message', messageSid));
  return seen ? deliveredOf(state.head, seen) : null;
}

function deliveredOf({ sessions }: Head, seen: MessageRow): Delivered {
  const [, , , session = -1, score = null] = seen;
  return { ...whatItDid(seen), session: sessions[session] ?? null, score };
}

function whatItDid([, answer]: MessageRow): Pick<Delivered, 'kind' | 'former'> {
  return answer === 0 ? { kind: 'recorded', former: null } : { kind: 'changed', former: answer };
}

export async function moderateComment(state: ShardState, id: string, to: CommentState): Promise<boolean> {
  let isThere = false;
  await state.changeComment(id.slice(0, rowIdLength), (row) => {
    isThere = commentId(row) === id;
    return isThere && row[4] !== to ? (row.with(4, to) as CommentRow) : row;
  });
  return isThere;
}

function withScore(row: CommentRow, score: Score): CommentRow {
  return row[3] === score ? row : (row.with(3, score) as CommentRow);
}

export async function noteText(state: ShardState, text: UncountedText): Promise<void> {
  const { head } = state;
  const isIt = (row: TextRow) => row[1] === text.messageSid;
  if (head.texts.some(isIt) || (await state.message(digest('message', text.messageSid)))) return;
  if (await findRow(state, head.textBatches, isIt)) return;
  head.texts.push([text.voter, text.messageSid, text.reason, text.at, fitting(text.text)]);
  state.changed = true;
}

/** Counts ratings of a session up or down. */
export function count(head: Head, session: number, score: number | null, by: 1 | -1): void {
  const tally = head.tallies[session];
  if (score !== null && tally) tally[score - 1] = (tally[score - 1] ?? 0) + by;
}

/** What names a comment outside: with another text it is another comment. */
export function commentId([id, , , , , at, text]: CommentRow): string {
  return id + digest('comment', id, String(at), text).slice(0, 6);
}

/** The shard of a comment, or `undefined` for what is no comment's id. */
export function shardOfComment(id: string): number | undefined {
  const shard = /^[0-9a-z]{2}[\w-]{14}$/.test(id) ? Number.parseInt(id.slice(0, 2), 36) : shardCount;
  return shard < shardCount ? shard : undefined;
}

const rowIdLength = 10;

// The shard, one of 192, is all that an id tells of its voter.
function newCommentId(shard: number): string {
  return shard.toString(36).padStart(2, '0') + randomBytes(6).toString('base64url');
}

function placeOf(head: Head, session: string): number {
  const known = head.sessions.indexOf(session);
  if (known >= 0) return known;
  head.tallies.push([0, 0, 0, 0, 0]);
  return head.sessions.push(session) - 1;
}

/** An item holds 16 KiB, more than the 4,096 characters of WhatsApp's longest text; what is longer is cut. */
const longestText = 14_000;

function fitting(text: string): string {
  let kept = storable(text);
  if (kept.length * 6 <= longestText) return kept;
  while (Buffer.byteLength(JSON.stringify(kept)) > longestText)
    kept = kept.slice(0, Math.floor(kept.length * 0.9));
  return kept;
}
