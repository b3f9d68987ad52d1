import { UnknownCursor } from './rating-store';

/** The place of a rating in the order of `ratings`, in the stores that number their rows. */
export interface RatingPlace {
  /** Milliseconds since 1970. */
  at: number;
  id: number;
}

export function writeCursor({ at, id }: RatingPlace): string {
  return `${at}-${id}`;
}

/**
 * @param cursor what `writeCursor` made; `undefined`: the place before the first
 * @throws UnknownCursor for anything else
 */
export function readCursor(cursor: string | undefined): RatingPlace {
  if (cursor === undefined) return { at: -1, id: -1 };
  const [, at, id] = /^(\d{1,15})-(\d{1,15})$/.exec(cursor) ?? [];
  if (at === undefined || id === undefined) throw new UnknownCursor('this is no cursor of the store');
  return { at: Number(at), id: Number(id) };
}
