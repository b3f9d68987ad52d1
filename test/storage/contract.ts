import fc from 'fast-check';
import type { Score } from '../../src/rating/rating-event';
import { type NewRating, type RatingStore, UnknownCursor } from '../../src/storage/rating-store';

let lastSid = 0;

/** A rating with a MessageSid of its own; what matters to a test is given. */
export function rating(change: Partial<NewRating> = {}): NewRating {
  lastSid += 1;
  return {
    event: 'event',
    session: 'KEYNOTE',
    voter: 'ada',
    messageSid: `SM${lastSid.toString(16).padStart(32, '0')}`,
    score: 5,
    comment: null,
    at: 1_000 + lastSid,
    ...change,
  };
}

/**
 * What every engine must do. `open` gives an empty store; the tests close it. `sidsByVoter`: the engine keeps MessageSids with
 * their voters, and would not know one again that came from another. `byTime`: an export is in the order of time.
 */
export function describeRatingStore(
  engine: string,
  open: () => Promise<RatingStore>,
  { sidsByVoter = false, byTime = true } = {},
): void {
  describe(`${engine} as a rating store`, () => {
    let store: RatingStore;
    // A database that is compiled for the first time takes its time on a busy machine.
    beforeEach(async () => {
      store = await open();
    }, 60_000);
    afterEach(() => store.close());

    const recordAll = async (all: NewRating[]) => {
      for (let from = 0; from < all.length; from += 25)
        await Promise.all(all.slice(from, from + 25).map((one) => store.record(one)));
    };
    const keynote = async () => (await store.tally('event')).find(({ session }) => session === 'KEYNOTE');

    test('has no tallies at first', async () => {
      expect(await store.tally('event')).toEqual([]);
    });

    test('records a first rating', async () => {
      expect(await store.record(rating())).toEqual({ kind: 'recorded', former: null, duplicate: false });
      expect(await store.tally('event')).toEqual([
        { session: 'KEYNOTE', count: 1, sum: 5, histogram: [0, 0, 0, 0, 1] },
      ]);
    });

    test('changes a rating of the same voter and says what it was', async () => {
      await store.record(rating({ score: 3 }));
      expect(await store.record(rating({ score: 4 }))).toEqual({
        kind: 'changed',
        former: 3,
        duplicate: false,
      });
      expect(await keynote()).toEqual({ session: 'KEYNOTE', count: 1, sum: 4, histogram: [0, 0, 0, 1, 0] });
    });

    test('counts one MessageSid once and answers what the first delivery did', async () => {
      const first = rating({ score: 2 });
      await store.record(first);
      const second = rating({ score: 5 });
      await store.record(second);
      for (const [{ session, score, ...delivery }, kind, former] of [
        [first, 'recorded', null],
        [second, 'changed', 2],
        [first, 'recorded', null],
      ] as const) {
        const did = { kind, former, session, score };
        expect(await store.record({ ...delivery, session, score })).toEqual({ ...did, duplicate: true });
        expect(await store.record({ ...delivery, session: 'OTHER', score: 1 })).toEqual({
          ...did,
          duplicate: true,
        });
      }
      expect(await keynote()).toMatchObject({ count: 1, sum: 5 });
    });

    test('counts one MessageSid once whichever session a redelivery names', async () => {
      const first = rating();
      await store.record(first);
      expect(await store.record({ ...first, session: 'OTHER' })).toMatchObject({ duplicate: true });
      expect(await store.tally('event')).toHaveLength(1);
    });

    if (!sidsByVoter) {
      test('counts one MessageSid once whichever voter a redelivery names', async () => {
        const first = rating();
        await store.record(first);
        expect(await store.record({ ...first, voter: 'bob' })).toMatchObject({ duplicate: true });
        expect(await keynote()).toMatchObject({ count: 1 });
      });
    }

    test('knows what each message did, whatever became of its rating since', async () => {
      const first = rating({ score: 2, comment: { text: 'mine', state: 'approved' } });
      const second = rating({ score: 5 });
      const elsewhere = rating({ session: 'WORKSHOP', score: 3 });
      const all = [
        [first, { kind: 'recorded', former: null, session: 'KEYNOTE', score: 2 }],
        [second, { kind: 'changed', former: 2, session: 'KEYNOTE', score: 5 }],
        [elsewhere, { kind: 'recorded', former: null, session: 'WORKSHOP', score: 3 }],
      ] as const;
      const check = async () => {
        for (const [{ voter, messageSid }, did] of all)
          expect(await store.delivered('event', { voter, messageSid })).toEqual(did);
      };
      for (const [one] of all) await store.record(one);
      await check();
      await store.record({ ...first, session: 'OTHER', score: 4 });
      await check();
      await store.erase('event', 'ada');
      await check();
    });

    test('knows nothing of a message that never counted, or of another event’s', async () => {
      const one = rating();
      const never = { voter: 'ada', messageSid: `SM${'f'.repeat(32)}` };
      expect(await store.delivered('event', never)).toBeNull();
      await store.record(one);
      await store.noteUncounted('event', { ...never, text: 'hm', reason: 'not-a-rating', at: 1 });
      expect(await store.delivered('event', never)).toBeNull();
      expect(await store.delivered('another', one)).toBeNull();
    });

    test('counts one MessageSid once when it is delivered thirty times at once', async () => {
      const one = rating();
      const answers = await Promise.all(Array.from({ length: 30 }, () => store.record(one)));
      const did = { kind: 'recorded', former: null };
      expect(answers.filter(({ duplicate }) => !duplicate)).toEqual([{ ...did, duplicate: false }]);
      expect(answers.filter(({ duplicate }) => duplicate)).toEqual(
        Array(29).fill({ ...did, session: 'KEYNOTE', score: 5, duplicate: true }),
      );
      expect(await keynote()).toMatchObject({ count: 1, sum: 5 });
    });

    test('keeps sessions, voters and events apart', async () => {
      await store.record(rating());
      await store.record(rating({ voter: 'bob', score: 1 }));
      await store.record(rating({ session: 'WORKSHOP', score: 2 }));
      await store.record(rating({ event: 'another', score: 3 }));
      expect(await store.tally('event')).toEqual([
        { session: 'KEYNOTE', count: 2, sum: 6, histogram: [1, 0, 0, 0, 1] },
        { session: 'WORKSHOP', count: 1, sum: 2, histogram: [0, 1, 0, 0, 0] },
      ]);
      expect(await store.tally('another')).toMatchObject([{ sum: 3 }]);
    });

    test('shows comments by state and session, newest first, as they were written', async () => {
      const hostile = `<b>"'; DROP TABLE ratings; --\u202e😀\n=1+1`;
      await store.record(rating({ comment: { text: hostile, state: 'approved' } }));
      await store.record(rating({ voter: 'bob', comment: { text: 'held', state: 'held' } }));
      await store.record(
        rating({ voter: 'eve', session: 'WORKSHOP', score: 2, comment: { text: 'last', state: 'approved' } }),
      );
      const approved = await store.comments('event', { states: ['approved'], limit: 10 });
      expect(approved.map(({ text }) => text)).toEqual(['last', hostile]);
      expect(approved[0]).toMatchObject({
        session: 'WORKSHOP',
        score: 2,
        state: 'approved',
        at: expect.any(Number),
      });
      expect(
        await store.comments('event', { states: ['approved', 'held'], session: 'KEYNOTE', limit: 10 }),
      ).toHaveLength(2);
      expect(await store.comments('event', { states: ['approved', 'held'], limit: 1 })).toHaveLength(1);
    });

    test('gives the newest comments of each session beside the newest of all, each once', async () => {
      for (const [index, session] of ['A', 'B', 'B', 'A', 'C', 'C', 'C'].entries()) {
        const comment = { text: `${session}${index}`, state: 'approved' as const };
        await store.record(rating({ voter: `voter ${index}`, session, comment, at: 1000 + index }));
      }
      const textsOf = async (limit: number, ...sessions: string[]) => {
        const ofEach = { sessions, limit: 1 };
        const comments = await store.comments('event', { states: ['approved'], limit, ofEach });
        return comments.map(({ text }) => text);
      };
      expect(await textsOf(2, 'A', 'B', 'C', 'D')).toEqual(['C6', 'C5', 'A3', 'B2']);
      expect(await textsOf(2, 'C')).toEqual(['C6', 'C5']);
      expect(await textsOf(8, 'A', 'B')).toHaveLength(7);
    });

    test('keeps the comment when a changed rating has none', async () => {
      await store.record(rating({ comment: { text: 'good', state: 'approved' } }));
      await store.record(rating({ score: 1 }));
      expect(await store.comments('event', { states: ['approved'], limit: 10 })).toMatchObject([
        { text: 'good', score: 1 },
      ]);
    });

    test('moderates a comment, and only one that is there', async () => {
      await store.record(rating({ comment: { text: 'hm', state: 'held' } }));
      const [comment] = await store.comments('event', { states: ['held'], limit: 10 });
      expect(await store.moderate('event', comment?.id ?? '', 'approved')).toBe(true);
      expect(await store.comments('event', { states: ['approved'], limit: 10 })).toHaveLength(1);
      expect(await store.moderate('event', 'nothing', 'approved')).toBe(false);
      expect(await store.moderate('another', comment?.id ?? '', 'hidden')).toBe(false);
      expect(await store.comments('event', { states: ['approved'], limit: 10 })).toHaveLength(1);
    });

    test('moderates no comment that another has taken the place of since', async () => {
      await store.record(rating({ comment: { text: 'nice', state: 'held' } }));
      const [seen] = await store.comments('event', { states: ['held'], limit: 10 });
      await store.record(rating({ comment: { text: 'nasty', state: 'held' } }));
      expect(await store.moderate('event', seen?.id ?? '', 'approved')).toBe(false);
      expect(await store.comments('event', { states: ['approved'], limit: 10 })).toEqual([]);
      expect(await store.comments('event', { states: ['held'], limit: 10 })).toMatchObject([
        { text: 'nasty' },
      ]);
    });

    test('keeps a long text whole, and what stands behind a NUL or half a character', async () => {
      const long = '\u{1F600}\u00e9'.repeat(800);
      await store.record(rating({ comment: { text: long, state: 'approved' } }));
      await store.record(rating({ voter: 'bob', comment: { text: 'a\0b\ud800c', state: 'approved' } }));
      const note = { voter: 'ada', messageSid: 'SMnul', text: 'd\0e', reason: 'no-score', at: 1 };
      await store.noteUncounted('event', note);
      const [odd, whole] = await store.comments('event', { states: ['approved'], limit: 2 });
      expect(whole?.text).toBe(long);
      expect(odd?.text).toMatch(/^a[\0\ufffd]b\ufffdc$/);
      expect((await store.uncounted('event', 1))[0]?.text).toMatch(/^d[\0\ufffd]e$/);
    });

    test('keeps the latest setting of a session', async () => {
      await store.changeSetting('event', { keyword: 'KEYNOTE', state: 'paused' });
      const latest = { keyword: 'KEYNOTE', state: null, closesAt: 5, results: 'hidden' as const };
      await store.changeSetting('event', latest);
      expect(await store.settings('event')).toEqual([latest]);
      expect(await store.settings('another')).toEqual([]);
    });

    test('a change of a setting keeps what it does not name, and takes away what it names undefined', async () => {
      await store.mergeSetting('event', { keyword: 'KEYNOTE', results: 'hidden', opensAt: 5 });
      expect(await store.settings('event')).toEqual([
        { keyword: 'KEYNOTE', state: null, results: 'hidden', opensAt: 5 },
      ]);
      await store.mergeSetting('event', { keyword: 'KEYNOTE', state: 'closed', results: undefined });
      await store.mergeSetting('event', { keyword: 'KEYNOTE', opensAt: null });
      await store.mergeSetting('another', { keyword: 'KEYNOTE', state: 'paused' });
      expect(await store.settings('event')).toStrictEqual([
        { keyword: 'KEYNOTE', state: 'closed', opensAt: null },
      ]);
    });

    test('a message changes a setting once, however often and whenever it comes', async () => {
      const text = (sid: string, state: 'open' | 'closed') =>
        store.mergeSetting('event', { keyword: 'KEYNOTE', state }, sid);
      const state = async () => (await store.settings('event'))[0]?.state;
      await text('SM1', 'open');
      await text('SM2', 'closed');
      await text('SM1', 'open');
      expect(await state()).toBe('closed');
      await store.mergeSetting('event', { keyword: 'KEYNOTE', state: 'paused' });
      await Promise.all([text('SM2', 'closed'), text('SM1', 'open')]);
      expect(await state()).toBe('paused');
      for (let sid = 3; sid <= 22; sid += 1) await text(`SM${sid}`, 'open');
      for (let sid = 3; sid <= 22; sid += 1) await text(`SM${sid}`, 'closed');
      expect(await state()).toBe('open');
      const [{ messages } = { messages: [] }] = await store.settings('event');
      expect(messages).toHaveLength(20);
    });

    test('of changes of one setting at once none undoes another', async () => {
      for (let round = 1; round <= 10; round += 1) {
        const keyword = `TALK${round}`;
        const changes = [
          { state: 'closed' as const },
          { results: 'hidden' as const },
          { opensAt: null },
          { closesAt: 9 },
        ];
        await Promise.all(changes.map((change) => store.mergeSetting('event', { keyword, ...change })));
        const setting = (await store.settings('event')).find((one) => one.keyword === keyword);
        expect(setting).toEqual({ keyword, ...Object.assign({}, ...changes) });
      }
    });

    test('remembers uncounted texts, each message once, newest first', async () => {
      const text = { voter: 'ada', text: 'hello?', reason: 'not-a-rating', at: 1 };
      await store.noteUncounted('event', { ...text, messageSid: 'SM1' });
      await store.noteUncounted('event', { ...text, messageSid: 'SM1' });
      await store.noteUncounted('event', { ...text, messageSid: 'SM2', at: 2 });
      expect(await store.uncounted('event', 10)).toEqual([
        { ...text, messageSid: 'SM2', at: 2 },
        { ...text, messageSid: 'SM1' },
      ]);
    });

    test('keeps a message that counts out of the uncounted ones, whichever came first', async () => {
      const text = { voter: 'ada', text: '5', reason: 'paused', at: 1 };
      const [early, late] = [rating(), rating()];
      await store.noteUncounted('event', { ...text, messageSid: early.messageSid });
      await store.noteUncounted('event', { ...text, messageSid: 'SM1' });
      await store.record(early);
      await store.record(late);
      await store.noteUncounted('event', { ...text, messageSid: late.messageSid });
      expect(await store.uncounted('event', 10)).toEqual([{ ...text, messageSid: 'SM1' }]);
    });

    test(`exports every rating${byTime ? ', oldest first' : ''}, and from any of them on`, async () => {
      await recordAll(
        Array.from({ length: 1200 }, (_, index) =>
          rating({ voter: `voter-${index}`, score: ((index % 5) + 1) as Score }),
        ),
      );
      const exported = [];
      for await (const one of store.ratings('event')) exported.push(one);
      expect(exported).toHaveLength(1200);
      expect(new Set(exported.map(({ voter }) => voter)).size).toBe(1200);
      const times = exported.map(({ at }) => at);
      expect(byTime ? times : [...times].sort((a, b) => a - b)).toEqual([...times].sort((a, b) => a - b));
      const rest = [];
      for await (const one of store.ratings('event', exported[799]?.cursor)) rest.push(one);
      expect(rest).toEqual(exported.slice(800));
    });

    test('goes on behind a rating that was erased meanwhile, and refuses a cursor it never gave', async () => {
      const cursors = [];
      for (const voter of ['ada', 'bob', 'eve']) await store.record(rating({ voter }));
      for await (const one of store.ratings('event')) cursors.push(one);
      const [first, second, third] = cursors;
      await store.erase('event', second?.voter ?? '');
      const rest = [];
      for await (const one of store.ratings('event', second?.cursor)) rest.push(one.voter);
      expect(rest).toEqual([third?.voter]);
      expect(first?.cursor).not.toContain(first?.voter);
      for (const cursor of ['', 'x', '1', "1-1' OR 1"])
        await expect(store.ratings('event', cursor)[Symbol.asyncIterator]().next()).rejects.toThrow(
          UnknownCursor,
        );
    });

    test('gives all ratings of one voter, oldest first, as an export has them, and nobody else its own', async () => {
      const comment = { text: 'mine', state: 'held' as const };
      await store.record(rating({ session: 'WORKSHOP', score: 2, comment }));
      await store.record(rating({ voter: 'bob' }));
      await store.record(rating({ event: 'other' }));
      await store.record(rating({ score: 1 }));
      await store.record(rating({ session: 'WORKSHOP', score: 3 }));
      const exported = [];
      for await (const one of store.ratings('event')) if (one.voter === 'ada') exported.push(one);
      expect(await store.ratingsOf('event', 'ada')).toEqual(exported);
      expect(exported).toMatchObject([
        { session: 'KEYNOTE', score: 1, comment: null },
        { session: 'WORKSHOP', score: 3, comment: 'mine', commentState: 'held' },
      ]);
      await store.erase('event', 'ada');
      expect(await store.ratingsOf('event', 'ada')).toEqual([]);
      expect(await store.ratingsOf('event', 'bob')).toHaveLength(1);
    });

    test('erases all that is known of a voter and takes it out of the tally', async () => {
      const mine = rating({ comment: { text: 'mine', state: 'approved' } });
      await store.record(mine);
      await store.record(rating({ session: 'WORKSHOP' }));
      await store.record(rating({ voter: 'bob', score: 1 }));
      await store.noteUncounted('event', {
        voter: 'ada',
        messageSid: 'SMx',
        text: 'what',
        reason: 'not-a-rating',
        at: 1,
      });
      expect(await store.erase('event', 'ada')).toBe(2);
      expect(await store.tally('event')).toEqual([
        { session: 'KEYNOTE', count: 1, sum: 1, histogram: [1, 0, 0, 0, 0] },
      ]);
      expect(await store.comments('event', { states: ['approved'], limit: 10 })).toEqual([]);
      expect(await store.uncounted('event', 10)).toEqual([]);
      expect(await store.record(mine)).toMatchObject({ duplicate: true });
      expect(await keynote()).toMatchObject({ count: 1 });
    });

    test('purges what is older than a moment', async () => {
      await store.record(rating({ at: 10 }));
      await store.record(rating({ voter: 'bob', at: 20 }));
      expect(await store.purge('event', 20)).toBe(1);
      expect(await keynote()).toMatchObject({ count: 1 });
    });

    test('purges comments by their own time, and keeps the ratings that were changed since', async () => {
      const all = { states: ['approved' as const, 'held' as const], limit: 10 };
      await store.record(rating({ at: 10, comment: { text: 'too old', state: 'approved' } }));
      await store.record(rating({ voter: 'bob', at: 11, comment: { text: 'old, too', state: 'held' } }));
      await store.record(rating({ voter: 'eve', at: 12, comment: { text: 'replaced', state: 'held' } }));
      await store.record(rating({ voter: 'eve', at: 20, comment: { text: 'new', state: 'held' } }));
      for (const voter of ['ada', 'bob', 'eve']) await store.record(rating({ voter, at: 30, score: 4 }));
      const [, old] = (await store.comments('event', all)).reverse();
      expect(await store.purge('event', 20)).toBe(0);
      expect((await store.comments('event', all)).map(({ text }) => text)).toEqual(['new']);
      const exported = [];
      for await (const { voter, comment, commentState } of store.ratings('event'))
        exported.push({ voter, comment, commentState });
      expect(exported.filter(({ voter }) => voter !== 'eve').map(({ comment }) => comment)).toEqual([
        null,
        null,
      ]);
      expect(exported.filter(({ commentState }) => commentState !== null)).toHaveLength(1);
      expect(await keynote()).toMatchObject({ count: 3, sum: 12 });
      expect(await store.moderate('event', old?.id ?? '', 'approved')).toBe(false);
      await store.record(rating({ at: 40, comment: { text: 'again', state: 'approved' } }));
      expect((await store.comments('event', all)).map(({ text }) => text)).toEqual(['again', 'new']);
    });

    test('purges a thousand ratings, of one moment too, and no other', async () => {
      const before = Array.from({ length: 1100 }, (_, index) => rating({ voter: `voter-${index}`, at: 10 }));
      await recordAll(before);
      await store.record(rating({ voter: 'bob', score: 2, at: 20 }));
      expect(await store.purge('event', 20)).toBe(1100);
      expect(await keynote()).toEqual({ session: 'KEYNOTE', count: 1, sum: 2, histogram: [0, 1, 0, 0, 0] });
    });

    test('agrees with a model for any sequence of deliveries', async () => {
      // Twilio gives each message a sid of its own, so one sid is always of one voter.
      const voters = ['a', 'b', 'c'];
      const delivery = fc.record({
        session: fc.constantFrom('KEYNOTE', 'WORKSHOP'),
        score: fc.constantFrom<Score>(1, 2, 3, 4, 5),
        sid: fc.integer({ min: 1, max: 12 }),
      });
      let run = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(delivery, { maxLength: 25 }), async (deliveries) => {
          run += 1;
          const event = `run-${run}`;
          const seen = new Set<number>();
          const scores = new Map<string, number>();
          for (const { session, score, sid } of deliveries) {
            const voter = voters[sid % voters.length] ?? '';
            const key = `${session} ${voter}`;
            const answer = await store.record(
              rating({ event, voter, session, score, messageSid: `SM${sid}` }),
            );
            expect(answer.duplicate).toBe(seen.has(sid));
            if (seen.has(sid)) continue;
            expect(answer.former).toBe(scores.get(key) ?? null);
            seen.add(sid);
            scores.set(key, score);
          }
          const sum = [...scores.values()].reduce((total, score) => total + score, 0);
          const tallies = await store.tally(event);
          expect(tallies.reduce((total, tally) => total + tally.sum, 0)).toBe(sum);
          expect(tallies.reduce((total, tally) => total + tally.count, 0)).toBe(scores.size);
        }),
        { numRuns: 30 },
      );
    });
  });
}
