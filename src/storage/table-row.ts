import type { Score } from '../rating/rating-event';
import { writeCursor } from './rating-cursor';
import type {
  CommentState,
  Delivered,
  SessionTally,
  StoredComment,
  StoredRating,
  UncountedText,
} from './rating-store';

/** A row of one of the tables, which SQLite and PostgreSQL name alike. Whole numbers may come as text or bigint. */
export type TableRow = Record<string, unknown>;

/** Rows with `session` and `n1` to `n5`; a session without ratings any more is left out. */
export function tallies(rows: readonly TableRow[]): SessionTally[] {
  return rows.map(tallyOf).filter(({ count }) => count > 0);
}

function tallyOf({ session, n1, n2, n3, n4, n5 }: TableRow): SessionTally {
  const histogram = [n1, n2, n3, n4, n5].map(Number) as SessionTally['histogram'];
  return {
    session: String(session),
    count: histogram.reduce((sum, n) => sum + n, 0),
    sum: histogram.reduce((sum, n, index) => sum + n * (index + 1), 0),
    histogram,
  };
}

/** A row of `messages`. */
export function deliveredOf({ kind, former, session, score }: TableRow): Delivered {
  return {
    kind: kind as Delivered['kind'],
    former: former as Score | null,
    session: session as string | null,
    score: score as Score | null,
  };
}

export function commentOf(row: TableRow): StoredComment {
  return {
    id: `${row.id}-${row.comment_at}`,
    session: String(row.session),
    text: String(row.comment),
    score: row.score as Score,
    state: row.comment_state as CommentState,
    at: Number(row.comment_at),
  };
}

/** The row and the moment that the `id` of a `StoredComment` names; `null`: it names none. */
export function readCommentId(commentId: string): { id: number; at: number } | null {
  const [, id, at] = /^(\d{1,15})-(\d{1,15})$/.exec(commentId) ?? [];
  return id === undefined || at === undefined ? null : { id: Number(id), at: Number(at) };
}

export function uncountedOf(row: TableRow): UncountedText {
  return {
    voter: String(row.voter),
    messageSid: String(row.message_sid),
    text: String(row.text),
    reason: String(row.reason),
    at: Number(row.at),
  };
}

export function ratingOf(row: TableRow): StoredRating {
  return {
    session: String(row.session),
    voter: String(row.voter),
    score: row.score as Score,
    comment: row.comment as string | null,
    commentState: row.comment_state as CommentState | null,
    at: Number(row.at),
    cursor: writeCursor({ at: Number(row.at), id: Number(row.id) }),
  };
}
