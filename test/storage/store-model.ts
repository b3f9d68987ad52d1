import type { SessionSetting } from '../../src/rating/rating-event';
import type {
  CommentState,
  Delivered,
  NewRating,
  RatingStore,
  SessionTally,
  StoredRating,
  UncountedText,
} from '../../src/storage/rating-store';

/** One call of a store, and what the contract says that it does. */
export type Operation =
  | { kind: 'record'; rating: NewRating }
  | { kind: 'erase'; voter: string }
  | { kind: 'purge'; before: number }
  /** Comments have texts of their own here, so that the model needs no ids. */
  | { kind: 'moderate'; id: string; text: string; state: CommentState }
  | { kind: 'change'; setting: SessionSetting }
  | { kind: 'note'; text: UncountedText }
  /** What a message of the voter did. */
  | { kind: 'ask'; voter: string; messageSid: string };

/** All that can be seen of an event. */
export interface Observed {
  ratings: Omit<StoredRating, 'cursor'>[];
  settings: SessionSetting[];
  uncounted: UncountedText[];
}

interface Kept extends Omit<StoredRating, 'cursor'> {
  /** When the comment was given, which cannot be seen. */
  commentAt: number;
}

/** A store that is obviously right: it keeps everything in memory and does one thing after the other. */
export class StoreModel {
  private constructor(
    private readonly ratings: Map<string, Kept>,
    private readonly messages: Map<string, Delivered>,
    private readonly settings: Map<string, SessionSetting>,
    private readonly uncounted: Map<string, UncountedText>,
  ) {}

  static empty(): StoreModel {
    return new StoreModel(new Map(), new Map(), new Map(), new Map());
  }

  copy(): StoreModel {
    return new StoreModel(
      new Map(this.ratings),
      new Map(this.messages),
      new Map(this.settings),
      new Map(this.uncounted),
    );
  }

  /** Does the operation and returns what a store has to answer. */
  apply(operation: Operation): unknown {
    switch (operation.kind) {
      case 'record':
        return this.record(operation.rating);
      case 'erase':
        return this.remove((one) => one.voter === operation.voter);
      case 'purge':
        return this.purge(operation.before);
      case 'moderate': {
        const found = [...this.ratings].find(([, { comment }]) => comment === operation.text);
        if (found) this.ratings.set(found[0], { ...found[1], commentState: operation.state });
        return found !== undefined;
      }
      case 'change':
        this.settings.set(operation.setting.keyword, operation.setting);
        return undefined;
      case 'note': {
        const { text } = operation;
        if (!this.uncounted.has(text.messageSid) && !this.messages.has(text.messageSid))
          this.uncounted.set(text.messageSid, text);
        return undefined;
      }
      case 'ask':
        return this.messages.get(operation.messageSid) ?? null;
    }
  }

  /** The same text for the same state. */
  show(): string {
    return showObserved({
      ratings: [...this.ratings.values()].map(({ commentAt: _, ...seen }) => seen),
      settings: [...this.settings.values()],
      uncounted: [...this.uncounted.values()],
    });
  }

  /** As `show`, with what cannot be seen of it. */
  showAll(): string {
    const times = [...this.ratings].map(([key, { commentAt }]) => `${key} ${commentAt}`);
    return this.show() + JSON.stringify([[...this.messages].sort(), times.sort()]);
  }

  private record({ session, voter, messageSid, score, comment, at }: NewRating): unknown {
    const seen = this.messages.get(messageSid);
    if (seen) return { ...seen, duplicate: true };
    const key = `${session} ${voter}`;
    const old = this.ratings.get(key);
    const did = { kind: old ? ('changed' as const) : ('recorded' as const), former: old?.score ?? null };
    this.messages.set(messageSid, { ...did, session, score });
    this.uncounted.delete(messageSid);
    const kept = comment
      ? { comment: comment.text, commentState: comment.state, commentAt: at }
      : {
          comment: old?.comment ?? null,
          commentState: old?.commentState ?? null,
          commentAt: old?.commentAt ?? at,
        };
    this.ratings.set(key, { session, voter, score, at, ...kept });
    return { ...did, duplicate: false };
  }

  private purge(before: number): number {
    const removed = this.remove(({ at }) => at < before);
    for (const [key, one] of this.ratings) {
      if (one.commentAt < before) this.ratings.set(key, { ...one, comment: null, commentState: null });
    }
    return removed;
  }

  private remove(goes: (one: { voter: string; at: number }) => boolean): number {
    for (const [sid, text] of this.uncounted) if (goes(text)) this.uncounted.delete(sid);
    const gone = [...this.ratings].filter(([, rating]) => goes(rating));
    for (const [key] of gone) this.ratings.delete(key);
    return gone.length;
  }
}

export function showObserved({ ratings, settings, uncounted }: Observed): string {
  const sorted = (list: readonly object[]) =>
    list.map((one) => JSON.stringify(Object.entries(one).sort())).sort();
  return JSON.stringify([sorted(ratings), sorted(settings), sorted(uncounted)]);
}

/** Does with a store what `apply` does with the model. */
export function perform(store: RatingStore, event: string, operation: Operation): Promise<unknown> {
  switch (operation.kind) {
    case 'record':
      return store.record(operation.rating);
    case 'erase':
      return store.erase(event, operation.voter);
    case 'purge':
      return store.purge(event, operation.before);
    case 'moderate':
      return store.moderate(event, operation.id, operation.state);
    case 'change':
      return store.changeSetting(event, operation.setting);
    case 'note':
      return store.noteUncounted(event, operation.text);
    case 'ask':
      return store.delivered(event, operation);
  }
}

/** What the tally has to be for these ratings. */
export function tallyOf(ratings: readonly { session: string; score: number }[]): SessionTally[] {
  const sessions = [...new Set(ratings.map(({ session }) => session))].sort();
  return sessions.map((session) => {
    const scores = ratings.filter((one) => one.session === session).map(({ score }) => score);
    const histogram = [1, 2, 3, 4, 5].map((score) => scores.filter((one) => one === score).length);
    return {
      session,
      count: scores.length,
      sum: scores.reduce((sum, score) => sum + score, 0),
      histogram: histogram as SessionTally['histogram'],
    };
  });
}
