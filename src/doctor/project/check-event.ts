import type { Problem } from './problem';
import type { Project } from './project';

/** The event file, as a function will read it. */
export function checkEvent({ event, now }: Project): Problem[] {
  const { file, missing, faults, longReplies, closesAt } = event;
  if (file === null) return [];
  if (missing) return [{ code: 'event-missing', file }];
  if (faults.length > 0) return faults.map((fault) => ({ code: 'event-fault', file, fault }));
  const long = longReplies.map((reply): Problem => ({ code: 'reply-long', file, ...reply }));
  if (closesAt === null || closesAt > now) return long;
  return [...long, { code: 'event-over', file, closed: new Date(closesAt).toISOString() }];
}
