/** How many are at work at a time. */
const lanes = 8;

/** Does something for each of many, for a few at a time: each may take several calls at once. @returns the answers, in order */
export async function inTurn<S, T>(all: S[], work: (one: S) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  const waiting = all.entries();
  const lane = async () => {
    for (const [index, one] of waiting) results[index] = await work(one);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}
