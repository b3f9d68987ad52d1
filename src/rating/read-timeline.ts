import type { StoredRating } from '../storage/rating-store';

/** How many ratings came when, a bar for each step of time. */
export interface Timeline {
  /** Beginning of the first bar, in milliseconds since 1970. */
  from: number;
  /** Width of a bar, in milliseconds. */
  step: number;
  bars: { session: string; counts: number[] }[];
  /** `false`: there was no time to read all ratings: the newest are missing or, in Twilio Sync, those of some voters. */
  complete: boolean;
}

const steps = [1, 5, 15, 60, 360, 1440, 10_080].map((minutes) => minutes * 60_000);
const mostBars = 96;

/**
 * Counts ratings by the time they were given last. `null`: there are none.
 * @param isOver whether the time for reading is over
 */
export async function readTimeline(
  ratings: AsyncIterable<StoredRating>,
  isOver: () => boolean = () => false,
): Promise<Timeline | null> {
  const minutes = new Map<string, Map<number, number>>();
  let first = Number.POSITIVE_INFINITY;
  let last = 0;
  let complete = true;
  for await (const { session, at } of ratings) {
    const minute = Math.floor(at / 60_000) * 60_000;
    const counts = minutes.get(session) ?? new Map<number, number>();
    minutes.set(session, counts.set(minute, (counts.get(minute) ?? 0) + 1));
    first = Math.min(first, minute);
    last = Math.max(last, minute);
    if (isOver()) {
      complete = false;
      break;
    }
  }
  if (minutes.size === 0) return null;
  const step = steps.find((one) => (last - first) / one < mostBars) ?? Math.ceil((last - first) / mostBars);
  const from = Math.floor(first / step) * step;
  const bars = [...minutes].map(([session, counts]) => {
    const bar = Array.from({ length: Math.floor((last - from) / step) + 1 }, () => 0);
    for (const [minute, count] of counts) {
      const index = Math.floor((minute - from) / step);
      bar[index] = (bar[index] ?? 0) + count;
    }
    return { session, counts: bar };
  });
  return { from, step, bars, complete };
}
