import type { Score, SessionSetting, SettingChange } from '../rating/rating-event';

/**
 * Where ratings live. One contract for every engine, held by `test/storage/contract.ts`.
 *
 * What every engine promises:
 * - A rating is keyed by event, session and voter; the last one wins, each `MessageSid` counts once, for ever, whichever
 *   session it named and however deliveries interleave. When `record` resolves, the rating survives a crash.
 * - A failed call throws `StoreUnavailable` (try again) and has either happened wholly or not at all.
 * - `event` is the event's id; every method sees and touches that event only.
 * - Times are milliseconds since 1970. Texts come back as they went in, but for NUL and half surrogate pairs, which may come
 *   back as U+FFFD.
 */
export interface RatingStore {
  /** Writes a rating down, atomically. See `Recorded`. */
  record(rating: NewRating): Promise<Recorded>;

  /**
   * What a message did, if a delivery of it counted; `null`: none did. For the reply to another delivery, which may find sessions
   * changed. Stays the same after later changes of the rating, and, as the MessageSid does, after `erase` and `purge`.
   */
  delivered(event: string, message: Pick<NewRating, 'voter' | 'messageSid'>): Promise<Delivered | null>;

  /** Exact at every read: one entry for each session that has ratings. Does not read every rating. */
  tally(event: string): Promise<SessionTally[]>;

  /** Comments, newest first. */
  comments(event: string, query: CommentQuery): Promise<StoredComment[]>;

  /** Shows or hides a comment. `false`: there is no such comment (any more); another text in its place is another one. */
  moderate(event: string, commentId: string, state: CommentState): Promise<boolean>;

  /**
   * What organisers changed about sessions.
   * @param options.newest for whoever changes them: not what this process read a moment ago, as Twilio Sync gives it otherwise
   */
  settings(event: string, options?: { newest?: boolean }): Promise<SessionSetting[]>;

  /** Replaces what is kept about the session `setting.keyword`. */
  changeSetting(event: string, setting: SessionSetting): Promise<void>;

  /**
   * Changes what `change` names of the session `change.keyword`, and nothing else: of two changes at once neither undoes the other.
   * @param messageSid of the text that wants it. One of the last 20 that changed this session changes nothing; in Twilio Sync of
   *   fewer, where texts changed more than some 40 sessions.
   */
  mergeSetting(event: string, change: SettingChange, messageSid?: string): Promise<void>;

  /**
   * Remembers a text that was not counted, for the organiser's question why; keeps the newest 500 of an event. Not one whose
   * MessageSid counted, and one that counts later is forgotten here (in Twilio Sync while it is among the voter's newest).
   */
  noteUncounted(event: string, text: UncountedText): Promise<void>;

  /** Texts that were not counted, newest first. */
  uncounted(event: string, limit: number): Promise<UncountedText[]>;

  /**
   * Every rating, in parts, so that an export never holds the whole event in memory: oldest first in SQLite and PostgreSQL, where
   * one that is changed meanwhile comes again at the end; in Twilio Sync, which keeps ratings by voter, Document by Document,
   * the ratings of each oldest first, and one that is changed meanwhile comes as it was or as it is. None is left out.
   * @param after begin behind the rating with this `cursor`, which need not exist any more
   * @throws UnknownCursor when this store never gave such a cursor
   */
  ratings(event: string, after?: string): AsyncIterable<StoredRating>;

  /** All ratings of one voter, oldest first. Reads no others, or in Twilio Sync those of the same Document. */
  ratingsOf(event: string, voter: string): Promise<StoredRating[]>;

  /**
   * Deletes all that is known of a voter: ratings, comments, uncounted texts. Answers how many ratings went; where an answer got
   * lost on its way and the call was made again, PostgreSQL may name fewer, as it may for `purge`.
   */
  erase(event: string, voter: string): Promise<number>;

  /**
   * Deletes ratings, comments and uncounted texts older than `before`, each by its own time: a rating that was changed since loses
   * an older comment and stays. Answers how many ratings went.
   */
  purge(event: string, before: number): Promise<number>;

  /** Gives back files and connections. The store is not used afterwards. */
  close(): Promise<void>;
}

export interface NewRating {
  event: string;
  /** The session's keyword. */
  session: string;
  /** A pseudonym, never a phone number. */
  voter: string;
  /** Twilio's MessageSid (or CallSid), which makes the rating happen exactly once. It is one voter's: no two share one. */
  messageSid: string;
  score: Score;
  /** `null`: the text had none; a comment given earlier stays. */
  comment: { text: string; state: CommentState } | null;
  at: number;
}

/**
 * What `record` did: a first rating, or a changed one with the former score. A delivery that was seen before changes
 * nothing and answers what the first delivery did, as `delivered` does, so that its reply can be given again (the first may
 * never have reached the phone).
 */
export type Recorded =
  | { kind: Delivered['kind']; former: Score | null; duplicate: false }
  | (Delivered & { duplicate: true });

/** What the delivery of a message that counted did. `session` and `score` are `null` where an older version counted it. */
export interface Delivered {
  kind: 'recorded' | 'changed';
  former: Score | null;
  session: string | null;
  score: Score | null;
}

export interface SessionTally {
  session: string;
  count: number;
  sum: number;
  /** How many of each score, worst first. */
  histogram: [number, number, number, number, number];
}

export type CommentState = 'approved' | 'held' | 'hidden';

export interface CommentQuery {
  states: CommentState[];
  session?: string;
  /** At most this many, 1 to 1,000. */
  limit: number;
  /** Besides these, so many of the newest of each of these sessions: those that comments on others have pushed out. */
  ofEach?: { sessions: string[]; limit: number };
}

export interface StoredComment {
  /** Opaque; names the comment in `moderate`. Not derived from the voter. */
  id: string;
  session: string;
  text: string;
  score: Score;
  state: CommentState;
  at: number;
}

export interface UncountedText {
  voter: string;
  messageSid: string;
  text: string;
  /** A reason code of `rating`. */
  reason: string;
  at: number;
}

export interface StoredRating {
  session: string;
  voter: string;
  score: Score;
  comment: string | null;
  commentState: CommentState | null;
  at: number;
  /** Opaque: the rating's place in the order of `ratings`. Not derived from the voter. */
  cursor: string;
}

/** How far an engine's tables are: the number of steps that were taken before, and now. 0: there are none (yet). */
export interface SchemaState {
  from: number;
  to: number;
}

/** The store did not answer, or answered that it cannot. The message names no secret and no address; `cause` may. */
export class StoreUnavailable extends Error {
  override name = 'StoreUnavailable';
}

/** What `ratings` was asked to begin behind is no cursor of this store. */
export class UnknownCursor extends Error {
  override name = 'UnknownCursor';
}
