/** What came of letting calls run side by side. */
export interface Rate {
  /** Calls that ended, in a second. */
  perSecond: number;
  /** Milliseconds of each call, shortest first. */
  latencies: number[];
}

/** Keeps `atOnce` calls under way for so many seconds. @param call gets a number that no other call gets */
export async function measureRate(
  call: (index: number) => Promise<unknown>,
  { atOnce, seconds }: { atOnce: number; seconds: number },
): Promise<Rate> {
  const latencies: number[] = [];
  const begin = performance.now();
  const end = begin + seconds * 1_000;
  let last = 0;
  const caller = async (): Promise<void> => {
    while (performance.now() < end) {
      last += 1;
      const start = performance.now();
      await call(last);
      latencies.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, caller));
  const perSecond = (latencies.length * 1_000) / (performance.now() - begin);
  return { perSecond, latencies: latencies.sort((one, other) => one - other) };
}

/** @param share from 0 to 1 @param sorted smallest first */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
