/** How many are read at a time: each may take several calls at once. */
const mostAtOnce = 8;

/**
 * Reads one after the other, in order, and a few ahead of the one that is asked for.
 * @throws what a reading threw, when its turn comes
 */
export async function* readAhead<S, T>(all: Iterable<S>, read: (one: S) => Promise<T>): AsyncIterable<T> {
  const begun: Promise<T>[] = [];
  for (const one of all) {
    const reading = read(one);
    // Nobody may wait for it, where the one before it failed.
    reading.catch(() => {});
    begun.push(reading);
    if (begun.length === mostAtOnce) yield (await begun.shift()) as T;
  }
  yield* begun;
}
