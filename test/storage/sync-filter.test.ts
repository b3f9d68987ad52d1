import { makeFilter, mayHave } from '../../src/storage/sync/sync-filter';
import { digest } from '../../src/storage/sync/sync-names';

const keys = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => digest('message', `SM ${from + index}`));

test.each([1, 2, 4, 6, 8])('never denies a key that it was made of, with %i bits for each', (bitsPerKey) => {
  for (const count of [1, 2, 7, 300]) {
    const filter = makeFilter(keys(0, count), bitsPerKey);
    expect(keys(0, count).filter((key) => !mayHave(filter, key))).toEqual([]);
  }
});

test.each([
  [8, 0.03],
  [6, 0.08],
  [4, 0.18],
  [2, 0.45],
])('with %i bits for each key wrongly affirms at most %d of others', (bitsPerKey, share) => {
  const filter = makeFilter(keys(0, 250), bitsPerKey);
  const wrong = keys(1000, 5000).filter((key) => mayHave(filter, key)).length;
  expect(wrong / 5000).toBeLessThan(share);
});

test('affirms everything without bits', () => {
  expect(mayHave(makeFilter(keys(0, 10), 0), digest('message', 'another'))).toBe(true);
});
