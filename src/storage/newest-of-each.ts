import type { CommentQuery, StoredComment } from './rating-store';

/**
 * Answers `CommentQuery.ofEach` with questions for one list: the newest of all and, where there may be more than were asked for,
 * the newest of each session.
 */
export async function newestOfEach(
  { ofEach, ...query }: CommentQuery,
  ask: (query: CommentQuery) => Promise<StoredComment[]>,
): Promise<StoredComment[]> {
  const newest = await ask(query);
  if (!ofEach || newest.length < query.limit) return newest;
  const { sessions, limit } = ofEach;
  const each = await Promise.all(sessions.map((session) => ask({ ...query, session, limit })));
  const once = new Map([...newest, ...each.flat()].map((comment) => [comment.id, comment]));
  return [...once.values()].sort((one, other) => other.at - one.at);
}
