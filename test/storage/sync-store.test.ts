import { setImmediate } from 'node:timers/promises';
import { ConfigFault } from '../../src/storage/config-fault';
import { type RatingStore, StoreUnavailable } from '../../src/storage/rating-store';
import { type Head, itemsOf, type MessageRow, type PartitionItem } from '../../src/storage/sync/sync-head';
import { shardOf } from '../../src/storage/sync/sync-names';
import { inspectSync, openSyncStore } from '../../src/storage/sync/sync-store';
import { fillSync } from '../stand-in/fill-sync';
import { type StartedSync, startSync } from '../stand-in/start-sync';
import type { SyncFault } from '../stand-in/sync-api';
import { describeRatingStore, rating } from './contract';

// Thousands of calls through two ends of TLS in one process.
jest.setTimeout(60_000);

let sync: StartedSync;
beforeAll(async () => {
  sync = await startSync();
});
beforeEach(() => {
  sync.services.clear();
  sync.calls.length = 0;
  sync.fault = () => undefined;
  sync.limits.enforced = true;
});
afterAll(() => sync.close());

describeRatingStore('Twilio Sync', async () => sync.open(), { sidsByVoter: true, byTime: false });

/** So many voters whose ratings lie in the same Document. */
function neighbours(count: number): string[] {
  const voters: string[] = [];
  for (let index = 0; voters.length < count; index += 1)
    if (shardOf(`phone ${index}`) === 7) voters.push(`phone ${index}`);
  return voters;
}

const tallyOf = async (store: RatingStore) => (await store.tally('event'))[0];
const isWrite = (call: string) => /^POST .*\/Documents\/ringtrue\.event\.\d+$/.test(call);

/** Something goes wrong with the first request that matches. */
function failOnce(wanted: (call: string) => boolean, fault: SyncFault): void {
  sync.fault = (call) => {
    if (!wanted(call)) return undefined;
    sync.fault = () => undefined;
    return fault;
  };
}

describe('calls', () => {
  test('takes two for a rating of a new voter, and of one who rates another session', async () => {
    const store = sync.open();
    const [first = '', second = ''] = neighbours(2);
    await store.record(rating({ voter: first }));
    for (const session of ['KEYNOTE', 'WORKSHOP']) {
      sync.calls.length = 0;
      await store.record(rating({ voter: second, session }));
      expect(sync.calls.length).toBeLessThanOrEqual(2);
    }
  });

  test('takes two and a quarter at most for each of 200 ratings of one Document, and two to read the results', async () => {
    sync.limits.enforced = false;
    const store = sync.open();
    const voters = neighbours(200);
    for (const voter of voters) await store.record(rating({ voter }));
    expect(sync.calls.length / voters.length).toBeLessThanOrEqual(2.25);
    await store.record(rating({ voter: 'somebody else' }));
    sync.calls.length = 0;
    expect(await tallyOf(store)).toMatchObject({ count: 201 });
    expect(sync.calls.length).toBeLessThanOrEqual(2);
  });

  test('takes two for the results, also when one session has pushed the comments of another out', async () => {
    sync.limits.enforced = false;
    const store = sync.open();
    const comment = { text: 'good', state: 'approved' as const };
    await store.record(rating({ session: 'WORKSHOP', comment }));
    await Promise.all(
      neighbours(30).map((voter) => store.record(rating({ voter, session: 'KEYNOTE', comment }))),
    );
    await store.settings('event');
    sync.calls.length = 0;
    const ofEach = { sessions: ['KEYNOTE', 'WORKSHOP'], limit: 3 };
    const read = () => store.comments('event', { states: ['approved'], limit: 5, ofEach });
    const [comments] = await Promise.all([read(), store.tally('event')]);
    expect(comments.map(({ session }) => session).sort()).toEqual([...Array(5).fill('KEYNOTE'), 'WORKSHOP']);
    expect(sync.calls.filter((call) => call.endsWith('/Documents')).length).toBeLessThanOrEqual(2);
  });

  test('reads settings once for many texts', async () => {
    const store = sync.open();
    await store.settings('event');
    sync.calls.length = 0;
    for (let index = 0; index < 50; index += 1) await store.settings('event');
    expect(sync.calls.length).toBeLessThanOrEqual(1);
  });

  test('shares one reading of the results among those who ask at once', async () => {
    const store = sync.open();
    await store.record(rating());
    sync.calls.length = 0;
    await Promise.all(Array.from({ length: 20 }, () => store.tally('event')));
    expect(sync.calls.length).toBeLessThanOrEqual(2);
    sync.calls.length = 0;
    const comments = store.comments('event', { states: ['approved'], limit: 20 });
    await Promise.all([store.tally('event'), store.settings('event'), comments]);
    expect(sync.calls.filter((call) => call.endsWith('/Documents')).length).toBeLessThanOrEqual(2);
  });
});

test('ratings that share a Document with an erasure and a purge of nothing are there once they are acknowledged', async () => {
  const store = sync.open();
  const [first = '', second = '', third = '', stranger = ''] = neighbours(4);
  await store.record(rating({ voter: first }));
  for (const remove of [() => store.erase('event', stranger), () => store.purge('event', 0)]) {
    const again = [second, third].map((voter) => rating({ voter, score: 2 }));
    await Promise.all([
      store.record(rating({ voter: first, score: 1 })),
      ...again.map((one) => store.record(one)),
      remove(),
    ]);
    const other = sync.open();
    expect(await tallyOf(other)).toMatchObject({ count: 3, sum: 5 });
    for (const one of again) expect(await other.record(one)).toMatchObject({ duplicate: true });
    await other.close();
    await store.erase('event', second);
    await store.erase('event', third);
  }
});

describe('what was put away', () => {
  const many = neighbours(300);
  const given = many.map((voter, index) =>
    rating({
      voter,
      score: ((index % 5) + 1) as 1,
      comment: index % 3 === 0 ? { text: `comment ${index} ${'ä'.repeat(40)}`, state: 'approved' } : null,
    }),
  );
  let filled: StartedSync['services'];
  let store: RatingStore;
  beforeAll(async () => {
    sync.services.clear();
    sync.limits.enforced = false;
    const filling = sync.open();
    for (let from = 0; from < given.length; from += 10)
      await Promise.all(given.slice(from, from + 10).map((one) => filling.record(one)));
    filled = structuredClone(sync.services);
  });
  beforeEach(() => {
    for (const [sid, service] of structuredClone(filled)) sync.services.set(sid, service);
    sync.limits.enforced = false;
    // A process that knows nothing yet.
    store = sync.open();
  });

  test('is still one rating for each voter, changed by the next text', async () => {
    const [oldest] = given;
    expect(await store.record({ ...rating({ score: 4 }), voter: oldest?.voter ?? '' })).toEqual({
      kind: 'changed',
      former: oldest?.score,
      duplicate: false,
    });
    expect(await tallyOf(store)).toMatchObject({ count: 300 });
    const comments = await store.comments('event', { states: ['approved'], limit: 1000 });
    expect(comments.find(({ text }) => text.startsWith('comment 0 '))).toMatchObject({ score: 4 });
  });

  test('still knows every message, whatever session a redelivery names', async () => {
    for (const one of given.slice(0, 40)) {
      expect(await store.record({ ...one, session: 'OTHER' })).toEqual({
        kind: 'recorded',
        former: null,
        session: 'KEYNOTE',
        score: one.score,
        duplicate: true,
      });
    }
    expect(await store.tally('event')).toHaveLength(1);
  });

  test('still knows what every message did, with one call or two, and changes nothing to tell', async () => {
    for (const { voter, messageSid, score } of given) {
      sync.calls.length = 0;
      expect(await store.delivered('event', { voter, messageSid })).toEqual({
        kind: 'recorded',
        former: null,
        session: 'KEYNOTE',
        score,
      });
      // The very first finds the service, too.
      expect(sync.calls.length).toBeLessThanOrEqual(messageSid === given[0]?.messageSid ? 3 : 2);
      expect(sync.calls.filter((call) => !call.startsWith('GET'))).toEqual([]);
    }
    const stranger = { voter: many[0] ?? '', messageSid: 'SM of nobody' };
    expect(await store.delivered('event', stranger)).toBeNull();
  });

  test('still knows messages that an older version counted, and not of which session', async () => {
    for (const data of storedData())
      if ('messages' in data)
        data.messages = (data.messages as MessageRow[]).map(([key, answer]) => [key, answer]);
    const [oldest = rating(), newest = rating()] = [given[0], given.at(-1)];
    for (const one of [oldest, newest]) {
      const did = { kind: 'recorded', former: null, session: null, score: null };
      expect(await store.delivered('event', one)).toEqual(did);
      expect(await store.record(one)).toEqual({ ...did, duplicate: true });
    }
  });

  test('is exported whole, with its comments', async () => {
    const found = [];
    for await (const one of store.ratings('event')) found.push(one);
    expect(found.map(({ voter }) => voter)).toEqual(many);
    expect(found.filter(({ comment }) => comment !== null)).toHaveLength(100);
  });

  test('shows comments newest first, and moderates the oldest', async () => {
    const comments = await store.comments('event', { states: ['approved'], limit: 1000 });
    expect(comments.map(({ text }) => text.split(' ')[1])).toEqual(
      Array.from({ length: 100 }, (_, index) => String(297 - 3 * index)),
    );
    expect(await store.moderate('event', comments.at(-1)?.id ?? '', 'hidden')).toBe(true);
    expect(await store.comments('event', { states: ['approved'], limit: 1000 })).toHaveLength(99);
    expect(await store.comments('event', { states: ['hidden'], limit: 10 })).toMatchObject([
      { id: comments.at(-1)?.id, text: comments.at(-1)?.text },
    ]);
  });

  test('leaves little behind when a comment is shown and hidden again and again', async () => {
    const { id = '' } = (await store.comments('event', { states: ['approved'], limit: 1000 })).at(-1) ?? {};
    const before = (await itemsKept()).kept.length;
    for (let times = 0; times < 50; times += 1)
      await store.moderate('event', id, times % 2 === 0 ? 'hidden' : 'approved');
    const { kept, named } = await itemsKept();
    expect(kept.length - before).toBeLessThan(40);
    expect(kept.filter((key) => !named.includes(key))).toEqual([]);
  });

  test('is gone when another comment has been given in its place, or has been shown and hidden before', async () => {
    const [first, , , second] = given;
    const { id = '' } = (await store.comments('event', { states: ['approved'], limit: 1000 })).at(-2) ?? {};
    expect(await store.moderate('event', id, 'hidden')).toBe(true);
    for (const one of [first, second])
      await store.record(
        rating({ voter: one?.voter ?? '', comment: { text: 'on second thought', state: 'approved' } }),
      );
    expect(everythingStored()).not.toMatch(/"comment [03] /);
    const comments = await store.comments('event', { states: ['approved', 'hidden'], limit: 1000 });
    expect(comments).toHaveLength(100);
    expect(comments.slice(0, 2).map(({ text }) => text)).toEqual(['on second thought', 'on second thought']);
  });

  test('takes one call more than a new one to be changed, and three with a comment', async () => {
    const oldest = (index: number) => ({ ...rating({ score: 4 }), voter: given[index]?.voter ?? '' });
    // Finds the service and reads the head.
    await store.erase('event', 'nobody');
    for (const [index, most] of [
      [1, 3],
      [3, 5],
    ] as const) {
      sync.calls.length = 0;
      await store.record(oldest(index));
      expect(sync.calls.length).toBeLessThanOrEqual(most);
    }
  });

  test('makes room for thirty of the longest texts at once, of which half count', async () => {
    const text = '\u0001'.repeat(1600);
    await Promise.all(
      Array.from({ length: 30 }, (_, index) => {
        const { messageSid, voter, at } = rating({ voter: many[0] ?? '' });
        return index % 2 === 0
          ? store.noteUncounted('event', { messageSid, voter, text, reason: 'no-score', at })
          : store.record(
              rating({ voter, session: `S${index}`, comment: { text: `${text}${index}`, state: 'held' } }),
            );
      }),
    );
    const held = await store.comments('event', { states: ['held'], limit: 1000 });
    expect(held).toHaveLength(15);
    expect(await store.uncounted('event', 500)).toHaveLength(15);
  });

  test('goes for good when its voter is erased, and stays a duplicate', async () => {
    const [oldest] = given;
    expect(await store.erase('event', oldest?.voter ?? '')).toBe(1);
    expect(await tallyOf(store)).toMatchObject({ count: 299 });
    if (oldest) expect(await store.record(oldest)).toMatchObject({ duplicate: true });
    expect(everythingStored()).not.toContain(`"${oldest?.voter}"`);
    expect(everythingStored()).not.toContain('comment 0 ');
    const { kept, named } = await itemsKept();
    expect(kept.sort()).toEqual(named.sort());
  });

  test('stays untouched when somebody is erased who never texted', async () => {
    expect(await store.erase('event', 'nobody')).toBe(0);
    expect(sync.calls.filter((call) => !call.startsWith('GET'))).toEqual([]);
  });

  test('goes for good when it is too old, and leaves nothing behind', async () => {
    expect(await store.purge('event', given[290]?.at ?? 0)).toBe(290);
    expect(await tallyOf(store)).toMatchObject({ count: 10 });
    for (const { voter } of given.slice(0, 290)) expect(everythingStored()).not.toContain(`"${voter}"`);
    expect(await store.purge('event', given[290]?.at ?? 0)).toBe(0);
  });

  test('goes with everything, although its Document was deleted by hand', async () => {
    for (const { documents } of sync.services.values())
      for (const [sid, { uniqueName }] of documents)
        if (uniqueName === 'ringtrue.event.7') documents.delete(sid);
    expect(everythingStored()).toContain('"comment 0 ');
    expect(await store.purge('event', Date.now() + 1)).toBe(0);
    expect(everythingStored().includes('"comment ')).toBe(false);
    for (const { voter } of given) expect(everythingStored()).not.toContain(`"${voter}"`);
    expect((await itemsKept()).kept).toEqual([]);
  });

  test('loses a comment that is too old, although the rating was changed since', async () => {
    const [first, second] = given;
    await store.record(rating({ voter: first?.voter ?? '', score: 4 }));
    const before = second?.at ?? 0;
    expect(await store.purge('event', before)).toBe(0);
    expect(everythingStored()).not.toContain('comment 0 ');
    expect(await tallyOf(store)).toMatchObject({ count: 300 });
    sync.calls.length = 0;
    expect(await store.purge('event', before)).toBe(0);
    expect(sync.calls.filter((call) => !call.endsWith('/Documents'))).toEqual([]);
  });

  test('keeps the newest 500 uncounted texts of one voter', async () => {
    const texts = Array.from({ length: 560 }, (_, at) => ({
      voter: many[0] ?? '',
      messageSid: `SM ${at}`,
      text: 'what is this?',
      reason: 'no-score',
      at,
    }));
    for (let from = 0; from < texts.length; from += 20)
      await Promise.all(texts.slice(from, from + 20).map((text) => store.noteUncounted('event', text)));
    expect(await store.uncounted('event', 1000)).toEqual(texts.slice(60).reverse());
    for (const text of texts.slice(540, 545)) await store.noteUncounted('event', { ...text, at: 600 });
    for (const text of texts.slice(60, 65)) await store.noteUncounted('event', { ...text, at: 600 });
    expect(await store.uncounted('event', 1000)).toEqual(texts.slice(60).reverse());
  });
});

describe('a Document whose partitions stand in an index', () => {
  const many = neighbours(1600);
  const given = many.slice(0, 1500).map((voter, index) =>
    rating({
      voter,
      score: ((index % 5) + 1) as 1,
      comment: index % 3 === 0 ? { text: `comment ${index};`, state: 'approved' } : null,
    }),
  );
  const newcomers = many.slice(1500);
  let filled: StartedSync['services'];
  let store: RatingStore;
  beforeAll(async () => {
    sync.services.clear();
    sync.limits.enforced = false;
    await fillSync(sync, sync.open(), given);
    filled = structuredClone(sync.services);
  });
  beforeEach(() => {
    for (const [sid, service] of structuredClone(filled)) sync.services.set(sid, service);
    sync.limits.enforced = false;
    store = sync.open();
  });
  const head = () => heads().find(({ sessions }) => sessions.length > 0);
  const isItem = (call: string) => /\/Maps\/.*\/Items\b/.test(call);

  /** What the store has, against what it was given. */
  async function expectAll(more: { voter: string }[]): Promise<void> {
    const fresh = sync.open();
    const found = [];
    for await (const { voter } of fresh.ratings('event')) found.push(voter);
    expect(found).toEqual([...given, ...more].map(({ voter }) => voter));
    expect(await tallyOf(fresh)).toMatchObject({ count: given.length + more.length });
  }

  test('is of version 2, which older versions refuse, and one without an index is of version 1', async () => {
    expect(head()).toMatchObject({
      version: 2,
      partitions: [[0, expect.any(String), expect.any(Number), '', 1]],
    });
    const other = rating({ event: 'another', voter: 'ada' });
    await store.record(other);
    expect(heads().filter(({ version }) => version === 1)).not.toEqual([]);
  });

  test('takes three calls for a rating of a new voter, and two when the process has read the index', async () => {
    const taken: number[][] = [];
    for (let index = 0; index < 10; index += 2) {
      const process = sync.open();
      await process.delivered('event', { voter: 'of another Document', messageSid: 'SM' });
      const calls: number[] = [];
      for (const voter of newcomers.slice(index, index + 2)) {
        sync.calls.length = 0;
        await process.record(rating({ voter }));
        calls.push(sync.calls.length);
        // Who comes in the same turn shares what the one before has written.
        await setImmediate();
      }
      taken.push(calls);
    }
    // One of 50 looks like one that is there.
    expect(taken).toContainEqual([3, 2]);
    expect(Math.max(...taken.flat())).toBeLessThanOrEqual(5);
  });

  test('knows every message, and changes a rating and its comment where they are', async () => {
    for (const one of given.filter((_, index) => index % 50 === 0))
      expect(await store.record(one)).toMatchObject({
        session: 'KEYNOTE',
        score: one.score,
        duplicate: true,
      });
    const [oldest] = given;
    const again = rating({
      voter: oldest?.voter ?? '',
      score: 3,
      comment: { text: 'anew;', state: 'approved' },
    });
    expect(await store.record(again)).toEqual({ kind: 'changed', former: 1, duplicate: false });
    expect(everythingStored()).not.toContain('comment 0;');
    expect(await tallyOf(sync.open())).toMatchObject({ count: 1500, sum: 4502 });
  });

  test('is exported whole, and keeps all of it when a crowd of four processes texts', async () => {
    await expectAll([]);
    const stores = [1, 2, 3, 4].map(() => sync.open());
    const crowd = newcomers.map((voter) => rating({ voter, comment: { text: 'good', state: 'approved' } }));
    await Promise.all(
      stores.map(async (one, first) => {
        for (const each of crowd.filter((_, index) => index % stores.length === first))
          await one.record(each);
      }),
    );
    await expectAll(crowd);
    const { kept, named } = await itemsKept();
    expect(kept.sort()).toEqual(named.sort());
  });

  test('loses for good who is erased, and what is too old, and leaves nothing behind', async () => {
    const [oldest, , , , , sixth] = given;
    expect(await store.erase('event', sixth?.voter ?? '')).toBe(1);
    expect(everythingStored()).not.toContain(`"${sixth?.voter}"`);
    expect(await store.purge('event', given[1400]?.at ?? 0)).toBe(1399);
    expect(await tallyOf(store)).toMatchObject({ count: 100 });
    expect(everythingStored()).not.toContain('comment 0;');
    for (const { voter } of given.slice(0, 1400)) expect(everythingStored()).not.toContain(`"${voter}"`);
    const { kept, named } = await itemsKept();
    expect(kept.sort()).toEqual(named.sort());
    if (oldest) expect(await store.record(oldest)).toMatchObject({ duplicate: true });
  }, 120_000);

  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])(
    'counts every rating once when each first process dies after call %i',
    async (lastCall) => {
      const crowd = newcomers.map((voter) => rating({ voter }));
      // Enough for an index to be written, and its forerunner to be deleted, before anybody dies and after.
      for (const one of crowd.slice(0, 25)) await store.record(one);
      const before = head()?.partitions[0]?.[1];
      for (const one of crowd.slice(25, 65)) {
        const dying = sync.openDying(lastCall);
        await Promise.race([dying.store.record(one), dying.dead]);
        expect(await sync.open().record(one)).toMatchObject({ kind: 'recorded', former: null });
      }
      for (const one of crowd.slice(65)) await store.record(one);
      expect(head()?.partitions[0]?.[1]).not.toBe(before);
      await expectAll(crowd);
      expect(await sync.open().erase('event', newcomers[0] ?? '')).toBe(1);
      const { kept, named } = await itemsKept();
      expect(kept.sort()).toEqual(named.sort());
    },
    60_000,
  );

  test.each<[string, SyncFault]>([
    ['is lost', 'reset-after'],
    ['says that Sync failed', { status: 500, code: 20500 }],
  ])(
    'counts every rating once, and names all that is there, when every third answer %s',
    async (_, fault) => {
      let calls = 0;
      sync.fault = (call) => {
        if (!isItem(call) && !isWrite(call)) return undefined;
        calls += 1;
        return calls % 3 === 0 ? fault : undefined;
      };
      const crowd = newcomers.slice(0, 60).map((voter) => rating({ voter }));
      for (const one of crowd)
        expect(await store.record(one)).toEqual({ kind: 'recorded', former: null, duplicate: false });
      sync.fault = () => undefined;
      await expectAll(crowd);
      expect(await sync.open().erase('event', newcomers[0] ?? '')).toBe(1);
      const { kept, named } = await itemsKept();
      expect(kept.sort()).toEqual(named.sort());
    },
    60_000,
  );
});

function heads(): Head[] {
  return [...sync.services.values()]
    .flatMap(({ documents }) => [...documents.values()].map(({ data }) => data))
    .filter((data): data is Head => 'partitions' in data);
}

/** Items in Maps, and those that a head names or its indexes name. */
async function itemsKept(): Promise<{ kept: string[]; named: string[] }> {
  const services = [...sync.services.values()];
  const items = new Map(
    services.flatMap(({ maps }) => [...maps.values()].flatMap((map) => [...map.items.entries()])),
  );
  const named = heads().map(async (head) => [
    ...(await itemsOf(head, async (key) => items.get(key)?.data as PartitionItem)),
    ...head.garbage,
  ]);
  return { kept: [...items.keys()], named: (await Promise.all(named)).flat() };
}

function everythingStored(): string {
  return JSON.stringify(storedData());
}

/** The data of every Document and item. */
function storedData(): Record<string, unknown>[] {
  return [...sync.services.values()].flatMap(({ documents, maps }) =>
    [...documents.values(), ...[...maps.values()].flatMap(({ items }) => [...items.values()])].map(
      ({ data }) => data as Record<string, unknown>,
    ),
  );
}

describe('faults', () => {
  const faults: [name: string, fault: SyncFault][] = [
    ['an error of the server', { status: 500, code: 20500 }],
    ['an error of the service', { status: 503, code: 20503 }],
    ['too many requests', { status: 429, code: 54009 }],
    ['a broken connection', 'reset'],
    ['a broken connection after the write was done', 'reset-after'],
    ['silence', 'no-answer'],
    ['silence after the write was done', 'answer-lost'],
  ];
  test.each(faults)('counts a rating once, as a new one, after %s', async (_, fault) => {
    const store = sync.open();
    const [first = '', second = ''] = neighbours(2);
    await store.record(rating({ voter: first }));
    failOnce(isWrite, fault);
    expect(await store.record(rating({ voter: second }))).toEqual({
      kind: 'recorded',
      former: null,
      duplicate: false,
    });
    expect(await tallyOf(store)).toMatchObject({ count: 2 });
  });

  test.each(faults.slice(0, 5))('says how many ratings were erased and purged after %s', async (_, fault) => {
    const store = sync.open();
    const [first = '', second = ''] = neighbours(2);
    for (const session of ['KEYNOTE', 'WORKSHOP']) await store.record(rating({ voter: first, session }));
    const { at } = rating();
    await store.record(rating({ voter: second, at }));
    failOnce(isWrite, fault);
    expect(await store.erase('event', first)).toBe(2);
    failOnce(isWrite, fault);
    expect(await store.purge('event', at + 1)).toBe(1);
    expect(await store.tally('event')).toEqual([]);
  });

  test('erases no rating that came after an erasure whose answer got lost', async () => {
    const [store, other] = [sync.open(), sync.open()];
    const [voter = ''] = neighbours(1);
    await store.record(rating({ voter }));
    let again: Promise<unknown> = Promise.resolve();
    let writes = 0;
    sync.fault = (call) => {
      if (!isWrite(call)) return undefined;
      writes += 1;
      if (writes > 1) return undefined;
      again = other.record(rating({ voter, score: 2 }));
      return 'reset-after';
    };
    const erased = await store.erase('event', voter);
    const kept = (await again) as { kind: string };
    expect(erased).toBe(1);
    expect(await tallyOf(other)).toEqual(
      kept.kind === 'recorded' ? expect.objectContaining({ count: 1, sum: 2 }) : undefined,
    );
  });

  test('counts one message once that thirty processes are given at once, beside one of each', async () => {
    const [shared = '', ...voters] = neighbours(31);
    const one = rating({ voter: shared });
    const answers = await Promise.all(
      voters.map(async (voter) => {
        const store = sync.open();
        await store.record(rating({ voter }));
        return store.record(one);
      }),
    );
    expect(answers.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
    expect(await tallyOf(sync.open())).toMatchObject({ count: 31, sum: 155 });
  });

  test('leaves nothing behind that nothing names, when four processes put away what they wrote to one Document', async () => {
    sync.limits.enforced = false;
    const stores = [1, 2, 3, 4].map(() => sync.open());
    const voters = neighbours(120);
    await Promise.all(
      stores.map(async (store, first) => {
        for (let index = first; index < voters.length; index += stores.length)
          await store.record(
            rating({ voter: voters[index] ?? '', comment: { text: 'good', state: 'approved' } }),
          );
      }),
    );
    expect(await tallyOf(sync.open())).toMatchObject({ count: 120 });
    const { kept, named } = await itemsKept();
    expect(kept.length).toBeGreaterThan(1);
    expect(kept.filter((key) => !named.includes(key))).toEqual([]);
  });

  test('counts a rating once, as a new one, when it is put away before its writer knows that it was written', async () => {
    const [first = '', second = '', ...voters] = neighbours(60);
    const other = sync.open();
    await other.record(rating({ voter: second }));
    let crowd: Promise<unknown> = Promise.resolve();
    const { accountSid, authToken } = sync;
    const store = openSyncStore({ deployed: true, accountSid, authToken }, (credentials) => {
      const client = sync.connect(credentials);
      return { request: (options) => crowd.then(() => client.request(options)) };
    });
    failOnce(isWrite, 'reset-after');
    const fail = sync.fault;
    sync.fault = (call) => {
      const fault = fail(call);
      if (fault) {
        sync.fault = () => undefined;
        crowd = Promise.all(voters.map((voter) => other.record(rating({ voter }))));
      }
      return fault;
    };
    const one = rating({ voter: first });
    expect(await store.record(one)).toEqual({ kind: 'recorded', former: null, duplicate: false });
    expect((await itemsKept()).named.length).toBeGreaterThan(0);
    expect(await other.record(one)).toMatchObject({ session: 'KEYNOTE', score: 5, duplicate: true });
    expect(await tallyOf(sync.open())).toMatchObject({ count: 60 });
  });

  test('counts each of 120 messages once, delivered twice to four processes, when every fifth call fails', async () => {
    const stores = [1, 2, 3, 4].map(() => sync.open());
    const kinds = faults.slice(0, 5).map(([, fault]) => fault);
    let calls = 0;
    sync.fault = () => {
      calls += 1;
      return calls % 5 === 0 ? kinds[(calls / 5) % kinds.length] : undefined;
    };
    const voters = neighbours(40);
    const messages = Array.from({ length: 120 }, (_, index) =>
      rating({ voter: voters[index % voters.length] ?? '', score: ((index % 5) + 1) as 1 }),
    );
    const deliveries = [...messages, ...messages];
    const answers: boolean[] = [];
    for (let from = 0; from < deliveries.length; from += 30) {
      const some = deliveries.slice(from, from + 30).map((one, index) => stores[index % 4]?.record(one));
      answers.push(...(await Promise.all(some)).map((answer) => answer?.duplicate === true));
    }
    sync.fault = () => undefined;
    expect(answers.filter((duplicate) => !duplicate)).toHaveLength(120);
    const store = sync.open();
    expect(await tallyOf(store)).toMatchObject({ count: 40 });
    let sum = 0;
    for await (const { score } of store.ratings('event')) sum += score;
    expect((await tallyOf(store))?.sum).toBe(sum);
  }, 60_000);

  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'counts every rating once when each first process dies after call %i',
    async (lastCall) => {
      const voters = neighbours(30);
      const filling = sync.open();
      await filling.record(rating({ voter: 'somebody else' }));
      await Promise.all(voters.slice(0, 10).map((voter) => filling.record(rating({ voter }))));
      // Enough for one of them to put older ones away.
      for (const voter of voters.slice(10)) {
        const last = rating({ voter, comment: { text: 'good', state: 'approved' } });
        const { store, dead } = sync.openDying(lastCall);
        await Promise.race([store.record(last), dead]);
        // It has found the service with the first call, read with the second and written with the third.
        expect(await sync.open().record(last)).toMatchObject({
          kind: 'recorded',
          former: null,
          duplicate: lastCall >= 3,
        });
      }
      const store = sync.open();
      expect(await tallyOf(store)).toMatchObject({ count: 31, sum: 155 });
      const found = [];
      for await (const { voter, comment } of store.ratings('event')) if (comment) found.push(voter);
      expect(found).toEqual(voters.slice(10));
    },
  );

  test('is unavailable when Sync refuses a request of ours, and the log says where', async () => {
    const store = sync.open();
    const [first = '', second = ''] = neighbours(2);
    await store.record(rating({ voter: first }));
    const log = jest.spyOn(console, 'error').mockImplementation();
    failOnce(isWrite, { status: 413, code: 54006 });
    await expect(store.record(rating({ voter: second }))).rejects.toMatchObject({
      name: 'StoreUnavailable',
      message: 'Twilio Sync refused a request of ours (HTTP 413, error 54006)',
    });
    expect(log.mock.calls).toEqual([[expect.stringMatching(/\(HTTP 413, error 54006\): .*\n +at /)]]);
    log.mockRestore();
    expect(await tallyOf(store)).toMatchObject({ count: 1 });
  });

  test('is unavailable, and has stored nothing, while Sync answers nothing but errors', async () => {
    const store = sync.open();
    await store.record(rating());
    sync.fault = () => ({ status: 503, code: 20503 });
    await expect(store.record(rating({ voter: 'bob' }))).rejects.toThrow(StoreUnavailable);
    sync.fault = () => undefined;
    expect(await tallyOf(store)).toMatchObject({ count: 1 });
  });
});

describe('what organisers text', () => {
  const sid = (number: number) => `SM${number.toString(16).padStart(32, '0')}`;

  test('has room for 150 sessions, and the last text of each is known again', async () => {
    sync.limits.enforced = false;
    const store = sync.open();
    const text = (session: number, { state, round }: { state: 'open' | 'closed'; round: number }) =>
      store.mergeSetting('event', { keyword: `SESSION${session}`, state }, sid(1000 * round + session));
    for (let round = 1; round <= 6; round += 1)
      for (let session = 0; session < 150; session += 1) await text(session, { state: 'open', round });
    for (let session = 0; session < 150; session += 1) await text(session, { state: 'closed', round: 6 });
    await store.mergeSetting('event', { keyword: 'SESSION0', results: 'hidden' });
    const settings = await sync.open().settings('event', { newest: true });
    expect(settings).toHaveLength(150);
    expect(settings.filter(({ state }) => state !== 'open')).toEqual([]);
    expect(settings.filter(({ results }) => results === 'hidden')).toHaveLength(1);
  });

  test('is known again where an older version wrote it down', async () => {
    const store = sync.open();
    await store.changeSetting('event', { keyword: 'KEYNOTE', state: 'open', messages: [sid(1), sid(2)] });
    sync.calls.length = 0;
    await store.mergeSetting('event', { keyword: 'KEYNOTE', state: 'closed' }, sid(1));
    expect(sync.calls.filter((call) => !call.startsWith('GET'))).toEqual([]);
    await store.mergeSetting('event', { keyword: 'KEYNOTE', state: 'paused' }, sid(3));
    for (const one of [1, 2, 3])
      await store.mergeSetting('event', { keyword: 'KEYNOTE', state: 'closed' }, sid(one));
    expect(await store.settings('event', { newest: true })).toMatchObject([{ state: 'paused' }]);
  });
});

describe('the Sync service', () => {
  test('is one for each event, also when ten processes need it at once', async () => {
    const stores = Array.from({ length: 10 }, () => sync.open());
    await Promise.all(stores.map((store) => store.record(rating({ voter: 'ada' }))));
    const made = [...sync.services.values()].filter(({ uniqueName }) => uniqueName !== 'default');
    expect(made).toMatchObject([{ friendlyName: 'ringtrue.event', aclEnabled: true }]);
    expect(await tallyOf(sync.open())).toMatchObject({ count: 1 });
  });

  test('may be one of the organiser', async () => {
    await sync.open().record(rating());
    const [, own] = [...sync.services.values()];
    const store = sync.open({ syncServiceSid: own?.sid });
    await store.record(rating({ voter: 'bob', score: 1 }));
    expect(await tallyOf(store)).toMatchObject({ count: 2 });
  });
});

describe('a wrong configuration is one sentence that names the variable', () => {
  const unknown = `IS${'0'.repeat(32)}`;

  test('when a credential is missing', () => {
    expect(() => sync.open({ authToken: undefined })).toThrow(/^AUTH_TOKEN is missing/);
    expect(() => sync.open({ accountSid: undefined })).toThrow(/^ACCOUNT_SID is missing/);
    expect(() => sync.open({ authToken: undefined })).toThrow(ConfigFault);
  });

  test('when Twilio refuses the token', async () => {
    const store = sync.open({ authToken: 'f'.repeat(32) });
    for (const call of [
      () => store.record(rating()),
      () => store.tally('event'),
      () => store.settings('event'),
    ]) {
      await expect(call()).rejects.toThrow(ConfigFault);
      await expect(call()).rejects.toThrow(/^AUTH_TOKEN does not open Twilio Sync .*\(error 20003\)/);
    }
    expect(sync.services.size).toBe(0);
  });

  test('when the service is not there', async () => {
    const store = sync.open({ syncServiceSid: unknown });
    for (const call of [
      () => store.record(rating()),
      () => store.tally('event'),
      () => store.changeSetting('event', { keyword: 'KEYNOTE', state: 'open' }),
    ]) {
      await expect(call()).rejects.toThrow(/^SYNC_SERVICE_SID names no Sync service/);
    }
  });

  test('when the service that was made is gone', async () => {
    const store = sync.open();
    await store.record(rating());
    for (const { sid, uniqueName } of sync.services.values())
      if (uniqueName !== 'default') sync.services.delete(sid);
    await expect(store.record(rating())).rejects.toThrow(/^The Sync service of event event was deleted/);
    await expect(store.tally('event')).rejects.toThrow(ConfigFault);
  });

  test('until what that sentence asks for is done, for processes that ran before, too', async () => {
    const warm = sync.open();
    await warm.record(rating());
    for (const { sid, uniqueName } of sync.services.values())
      if (uniqueName !== 'default') sync.services.delete(sid);
    for (const call of [() => warm.record(rating()), () => warm.tally('event')])
      await expect(call()).rejects.toThrow(/delete the Document ringtrue\.event of the account's default/);
    for (const { documents } of sync.services.values()) documents.clear();
    await Promise.all(
      [sync.open(), warm].map((store, index) => store.record(rating({ voter: `v${index}` }))),
    );
    for (const store of [sync.open(), warm]) expect(await tallyOf(store)).toMatchObject({ count: 2 });
  });

  test('when a newer version wrote the ratings', async () => {
    const store = sync.open();
    await store.record(rating());
    for (const { documents } of sync.services.values())
      for (const document of documents.values()) document.data = { ...document.data, version: 3 };
    await expect(sync.open().record(rating())).rejects.toThrow(
      /holds ratings of a newer version of ringtrue: update/,
    );
  });

  test('and the doctor finds it without changing anything', async () => {
    const look = (change: object) =>
      inspectSync(
        { deployed: true, accountSid: sync.accountSid, authToken: sync.authToken, ...change },
        'event',
        sync.connect,
      );
    expect(await look({})).toEqual({ from: 1, to: 1 });
    await expect(look({ authToken: 'f'.repeat(32) })).rejects.toThrow(/^AUTH_TOKEN/);
    await expect(look({ syncServiceSid: unknown })).rejects.toThrow(/^SYNC_SERVICE_SID/);
    expect(sync.calls.filter((call) => !call.startsWith('GET'))).toEqual([]);
    await sync.open().record(rating());
    sync.calls.length = 0;
    expect(await look({})).toEqual({ from: 1, to: 1 });
    for (const { documents } of sync.services.values())
      for (const document of documents.values()) document.data = { ...document.data, version: 3 };
    await expect(look({})).rejects.toThrow(/holds ratings of a newer version of ringtrue/);
    const [own] = [...sync.services.values()].filter(({ uniqueName }) => uniqueName !== 'default');
    await expect(look({ syncServiceSid: own?.sid })).rejects.toThrow(/holds ratings of a newer version/);
    sync.services.delete(own?.sid ?? '');
    await expect(look({})).rejects.toThrow(/^The Sync service of event event was deleted/);
    expect(sync.calls.filter((call) => !call.startsWith('GET'))).toEqual([]);
  });
});
