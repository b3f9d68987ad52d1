import fc from 'fast-check';
import { type RatingStore, type StoredRating, UnknownCursor } from '../../src/storage/rating-store';
import { shardCount, shardOf } from '../../src/storage/sync/sync-names';
import { fillSync } from '../stand-in/fill-sync';
import { type StartedSync, startSync } from '../stand-in/start-sync';
import { rating } from './contract';

// Thousands of calls through two ends of TLS in one process.
jest.setTimeout(60_000);

/** How many Documents may be read ahead. */
const ahead = 8;

const given = Array.from({ length: 12_000 }, (_, index) =>
  rating({
    voter: `phone ${index}`,
    comment: index % 10 === 0 ? { text: `comment ${index}`, state: 'approved' } : null,
  }),
);

let sync: StartedSync;
let store: RatingStore;
let filled: StartedSync['services'];

beforeAll(async () => {
  sync = await startSync();
  sync.limits.enforced = false;
  await fillSync(sync, sync.open(), given);
  filled = structuredClone(sync.services);
});
beforeEach(() => {
  sync.services.clear();
  for (const [sid, service] of structuredClone(filled)) sync.services.set(sid, service);
  // A process that knows nothing yet.
  store = sync.open();
  sync.calls.length = 0;
});
afterAll(() => sync.close());

async function collect(ratings: AsyncIterable<StoredRating>): Promise<StoredRating[]> {
  const found = [];
  for await (const one of ratings) found.push(one);
  return found;
}

/** The Documents of which something that was put away was read. */
function shardsRead(): number[] {
  const numbers = sync.calls.map((call) => /\.(\d+)\.cold\/Items\//.exec(call)?.[1]);
  return [...new Set(numbers.filter((number) => number !== undefined))].map(Number);
}

test('an export gives its first rating when few Documents were read, and reads on as it is asked', async () => {
  const ratings = store.ratings('event')[Symbol.asyncIterator]();
  const first = await ratings.next();
  expect(shardsRead().length).toBeGreaterThan(0);
  expect(shardsRead().length).toBeLessThanOrEqual(ahead);
  const rest = await collect({ [Symbol.asyncIterator]: () => ratings });
  expect([first.value, ...rest].map(({ voter }) => voter).sort()).toEqual(
    given.map(({ voter }) => voter).sort(),
  );
  expect([first.value, ...rest].filter(({ comment }) => comment !== null)).toHaveLength(1200);
  expect(shardsRead().length).toBe(shardCount);
});

test('an export goes from Document to Document, each oldest first', async () => {
  const ratings = await collect(store.ratings('event'));
  const places = ratings.map(({ voter, at }) => shardOf(voter) * 1e9 + at);
  expect(places).toEqual([...places].sort((one, other) => one - other));
});

test('a part reads nothing that was put away in Documents before its own, and goes on where the last one ended', async () => {
  const ratings = await collect(store.ratings('event'));
  const last = ratings[7_000];
  const fresh = sync.open();
  sync.calls.length = 0;
  expect(await collect(fresh.ratings('event', last?.cursor))).toEqual(ratings.slice(7_001));
  expect(Math.min(...shardsRead())).toBe(shardOf(last?.voter ?? ''));
});

test('a Document that was written anew since the export began is read as it is then', async () => {
  const late = shardCount - 1;
  const isRemoval = (call: string) => call.startsWith('DELETE') && call.includes(`.${late}.cold/Items/`);
  const ratings = store.ratings('event')[Symbol.asyncIterator]();
  const first = await ratings.next();
  const other = sync.open();
  const more: string[] = [];
  for (let index = 0; !sync.calls.some(isRemoval); index += 1) {
    const voter = `late ${index}`;
    if (shardOf(voter) !== late) continue;
    await other.record(rating({ voter }));
    more.push(voter);
  }
  sync.calls.length = 0;
  const rest = await collect({ [Symbol.asyncIterator]: () => ratings });
  expect([first.value, ...rest].map(({ voter }) => voter).sort()).toEqual(
    [...given.map(({ voter }) => voter), ...more].sort(),
  );
  expect(sync.calls.filter((call) => call.endsWith(`/Documents/ringtrue.event.${late}`))).toHaveLength(1);
});

test('the ratings of one voter take the Document and what it put away, and of no other', async () => {
  const voter = 'phone 7';
  expect(await store.ratingsOf('event', voter)).toMatchObject([{ voter, session: 'KEYNOTE' }]);
  expect(shardsRead()).toEqual([shardOf(voter)]);
});

test('a cursor as older builds gave it, or of a Document that cannot be, is refused', async () => {
  for (const cursor of ['1764160000000-abcd', '192-1764160000000-abcd', '7-1764160000000-ab']) {
    await expect(collect(store.ratings('event', cursor))).rejects.toThrow(UnknownCursor);
  }
  expect(sync.calls).toEqual([]);
});

const voters = Array.from({ length: 24 }, (_, index) => `voter ${index}`);
const change = fc.record({
  kind: fc.constantFrom('record' as const, 'erase' as const),
  voter: fc.constantFrom(...voters),
});

test('whoever is there all the time is in some part of an export, whatever happens between its parts', async () => {
  let run = 0;
  const parts = fc.array(
    fc.record({ size: fc.integer({ min: 1, max: 8 }), changes: fc.array(change, { maxLength: 4 }) }),
    { minLength: 3, maxLength: 12 },
  );
  await fc.assert(
    fc.asyncProperty(parts, async (given) => {
      run += 1;
      const event = `export-${run}`;
      const staying = new Set(voters);
      const gone = new Set<string>();
      for (const voter of voters) await store.record(rating({ event, voter }));
      const found: string[] = [];
      let cursor: string | undefined;
      for (const { size, changes } of [...given, { size: Infinity, changes: [] }]) {
        const unread = new Set(gone);
        let left = size;
        for await (const one of store.ratings(event, cursor)) {
          expect(unread).not.toContain(one.voter);
          found.push(one.voter);
          cursor = one.cursor;
          left -= 1;
          if (left === 0) break;
        }
        for (const { kind, voter } of changes) {
          if (kind === 'erase') {
            await store.erase(event, voter);
            staying.delete(voter);
            gone.add(voter);
          } else {
            await store.record(rating({ event, voter, score: 1 }));
            gone.delete(voter);
          }
        }
      }
      expect([...staying].filter((voter) => !found.includes(voter))).toEqual([]);
    }),
    { numRuns: 12 },
  );
});
