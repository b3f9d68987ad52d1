import type { RatingEvent, SessionSetting, SettingChange } from './rating-event';

export type ReadSessionChange = { ok: true; change: SettingChange } | { ok: false; fault: string };

const states = ['open', 'paused', 'closed', 'auto'];
const visibilities = ['shown', 'hidden', 'auto'];

/**
 * Reads what an organiser wants of a session: `keyword`, and any of `state` (`open`, `paused`, `closed`, or `auto` for the
 * times to decide), `opensAt` and `closesAt` (ISO 8601 with a zone; `null` or empty for none), `results` (`shown`, `hidden`, or
 * `auto` for what the event says). What is not named
 * stays.
 * @param fields untrusted
 * @param settings what was set before
 */
export function readSessionChange(
  fields: Record<string, unknown>,
  event: RatingEvent,
  settings: readonly SessionSetting[],
): ReadSessionChange {
  const session = event.sessions.find(({ keyword }) => keyword === fields.keyword);
  if (!session) return { ok: false, fault: 'keyword is not one of the event' };
  const change: SettingChange = { keyword: session.keyword };
  if (fields.state !== undefined) {
    if (!states.includes(fields.state as string))
      return { ok: false, fault: `state is none of ${states.join(', ')}` };
    change.state = fields.state === 'auto' ? null : (fields.state as SessionSetting['state']);
  }
  if (fields.results !== undefined) {
    if (!visibilities.includes(fields.results as string))
      return { ok: false, fault: `results is none of ${visibilities.join(', ')}` };
    change.results = fields.results === 'auto' ? undefined : (fields.results as SessionSetting['results']);
  }
  for (const name of ['opensAt', 'closesAt'] as const) {
    const value = fields[name];
    if (value === undefined) continue;
    const time = readTime(value);
    if (time === undefined)
      return { ok: false, fault: `${name} is not a time with a zone, like 2026-05-04T09:30+02:00` };
    change[name] = time;
  }
  const { opensAt = session.opensAt, closesAt = session.closesAt } = {
    ...settings.find(({ keyword }) => keyword === session.keyword),
    ...change,
  };
  if (opensAt !== null && closesAt !== null && closesAt <= opensAt)
    return { ok: false, fault: 'closesAt is not after opensAt' };
  return { ok: true, change };
}

function readTime(value: unknown): number | null | undefined {
  if (value === null || value === '') return null;
  const zoned = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)$/;
  if (typeof value !== 'string' || !zoned.test(value)) return undefined;
  const time = Date.parse(value);
  return Number.isNaN(time) ? undefined : time;
}
