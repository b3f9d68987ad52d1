import { setTimeout as wait } from 'node:timers/promises';
import fc from 'fast-check';
import type { Score } from '../../src/rating/rating-event';
import {
  type CommentState,
  type RatingStore,
  type StoredComment,
  StoreUnavailable,
} from '../../src/storage/rating-store';
import { type Observed, type Operation, perform, StoreModel, showObserved, tallyOf } from './store-model';
import { Killed } from './store-process';

/** A store as a process of an application has it; without `kill` its crashes are left out. */
export type OpenedStore = RatingStore & { kill?: () => Promise<void> };

/** An operation before it is known which comments and what time there are. */
type Intent =
  | { kind: 'record'; voter: string; session: string; score: Score; sid: number; comment: boolean }
  | { kind: 'erase'; voter: string }
  | { kind: 'purge'; age: number }
  | { kind: 'moderate'; which: number }
  | { kind: 'change'; session: string }
  | { kind: 'note'; voter: string; sid: number }
  | { kind: 'ask'; voter: string; sid: number };

interface Burst {
  intents: Intent[];
  /** Milliseconds after which the first of two processes is killed; `null`: it is not. */
  killAfter: number | null;
}

// The first two lie in one Document of Twilio Sync, and the last in another.
const voter = fc.constantFrom('ada', 'ada52', 'eve');
const session = fc.constantFrom('KEYNOTE', 'WORKSHOP');
// Few of them for each voter, as a message has one sender, so that many are redelivered.
const sid = fc.integer({ min: 1, max: 4 });
const intent: fc.Arbitrary<Intent> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('record' as const),
      voter,
      session,
      score: fc.constantFrom<Score>(1, 2, 3, 4, 5),
      sid,
      comment: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('erase' as const), voter }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('purge' as const), age: fc.nat({ max: 20 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('moderate' as const), which: fc.nat({ max: 5 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('change' as const), session }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('note' as const), voter, sid }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('ask' as const), voter, sid }) },
);
const burst: fc.Arbitrary<Burst> = fc.record({
  intents: fc.array(intent, { minLength: 3, maxLength: 6 }),
  killAfter: fc.option(fc.nat({ max: 12 }), { freq: 2 }),
});

/**
 * Plays bursts of calls at once, in two processes, against any engine: redeliveries, changes, erasures, moderation, and kills
 * in the middle of it. After each burst there must be an order of its calls, one after the other, that explains every
 * answer and all that can be seen then; a call that got no answer may have happened or not.
 *
 * @param open opens the same data in a further process
 */
export function describeInterleavings(engine: string, open: () => Promise<OpenedStore>): void {
  test(`${engine} does what one call after the other would do, whatever happens at once and whoever is killed`, async () => {
    let events = 0;
    const stores = [await open(), await open()] as [OpenedStore, OpenedStore];
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(burst, { minLength: 3, maxLength: 6 }), async (bursts) => {
          events += 1;
          const run = new Run(`interleaved-${events}`, stores, open);
          for (const { intents, killAfter } of bursts) await run.play({ intents, killAfter });
        }),
        // What happens at once happens otherwise the next time: there is nothing to shrink to.
        { numRuns: 12, endOnFailure: true },
      );
    } finally {
      await Promise.all(stores.map((store) => store.close()));
    }
  }, 120_000);
}

class Run {
  private clock = 1_000;
  private possible = [StoreModel.empty()];

  constructor(
    private readonly event: string,
    private readonly stores: [OpenedStore, OpenedStore],
    private readonly open: () => Promise<OpenedStore>,
  ) {}

  async play({ intents, killAfter }: Burst): Promise<void> {
    const operations = await this.decide(intents);
    const kill = killAfter === null ? undefined : this.killAndReopen(killAfter);
    const outcomes = await Promise.all(
      operations.map((operation, index) =>
        outcomeOf(perform(this.stores[index % 2] as OpenedStore, this.event, operation)),
      ),
    );
    await kill;
    const seen = await this.observe();
    const steps = operations.map((operation, index) => ({ operation, outcome: outcomes[index] as Outcome }));
    this.possible = explain(this.possible, steps, showObserved(seen));
    if (this.possible.length === 0)
      throw new Error(`no order explains this: ${JSON.stringify({ steps, seen }, null, 1)}`);
  }

  private async decide(intents: readonly Intent[]): Promise<Operation[]> {
    const query = { states: ['approved', 'held', 'hidden'] satisfies CommentState[], limit: 100 };
    const comments = await this.stores[1].comments(this.event, query);
    return intents.map((one) => this.decideOne(one, comments)).filter((one) => one !== null);
  }

  private decideOne(one: Intent, comments: readonly StoredComment[]): Operation | null {
    this.clock += 1;
    const at = this.clock;
    switch (one.kind) {
      case 'record': {
        const comment = one.comment ? { text: `comment ${at}`, state: 'held' as const } : null;
        const { voter, session, score } = one;
        const messageSid = `SM-${voter}-${one.sid}`;
        return {
          kind: 'record',
          rating: { event: this.event, voter, session, score, messageSid, comment, at },
        };
      }
      case 'erase':
        return one;
      case 'purge':
        return { kind: 'purge', before: at - one.age };
      case 'moderate': {
        const comment = comments[one.which];
        return comment ? { kind: 'moderate', id: comment.id, text: comment.text, state: 'approved' } : null;
      }
      case 'change':
        return { kind: 'change', setting: { keyword: one.session, state: null, closesAt: at } };
      case 'note': {
        const text = {
          voter: one.voter,
          messageSid: `SM-${one.voter}-${one.sid}`,
          text: 'hm',
          reason: 'no-score',
          at,
        };
        return { kind: 'note', text };
      }
      case 'ask':
        return { kind: 'ask', voter: one.voter, messageSid: `SM-${one.voter}-${one.sid}` };
    }
  }

  private async killAndReopen(after: number): Promise<void> {
    const [victim] = this.stores;
    if (!victim.kill) return;
    await wait(after);
    await victim.kill();
    this.stores[0] = await this.open();
  }

  private async observe(): Promise<Observed> {
    const [store, other] = this.stores;
    const ratings: Observed['ratings'] = [];
    for await (const { cursor: _, ...rating } of other.ratings(this.event)) ratings.push(rating);
    expect(await store.tally(this.event)).toEqual(tallyOf(ratings));
    return {
      ratings,
      settings: await store.settings(this.event, { newest: true }),
      uncounted: await other.uncounted(this.event, 500),
    };
  }
}

/** `null`: nobody knows, the process was killed or the store did not answer. */
type Outcome = { answer: unknown } | null;

async function outcomeOf(call: Promise<unknown>): Promise<Outcome> {
  try {
    return { answer: await call };
  } catch (error) {
    if (error instanceof Killed || error instanceof StoreUnavailable) return null;
    throw error;
  }
}

/** Every state that some order of the steps leads to from one of `states`, with those answers and that to be seen at the end. */
function explain(
  states: readonly StoreModel[],
  steps: readonly { operation: Operation; outcome: Outcome }[],
  seen: string,
): StoreModel[] {
  const found = new Map<string, StoreModel>();
  const visited = new Set<string>();
  const search = (state: StoreModel, left: readonly number[]): void => {
    const mark = `${left.join()} ${state.showAll()}`;
    if (visited.has(mark)) return;
    visited.add(mark);
    // What got no answer may not have happened.
    if (left.every((index) => steps[index]?.outcome === null) && state.show() === seen)
      found.set(state.showAll(), state);
    for (const index of left) {
      const step = steps[index];
      if (!step) continue;
      const next = state.copy();
      const answer = next.apply(step.operation);
      if (step.outcome && showAnswer(answer) !== showAnswer(step.outcome.answer)) continue;
      search(
        next,
        left.filter((one) => one !== index),
      );
    }
  };
  for (const state of states)
    search(
      state,
      steps.map((_, index) => index),
    );
  return [...found.values()];
}

// What came from another process has other prototypes.
function showAnswer(answer: unknown): string | undefined {
  return JSON.stringify(
    typeof answer === 'object' && answer !== null ? Object.entries(answer).sort() : answer,
  );
}
