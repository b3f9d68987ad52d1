import { setTimeout as wait } from 'node:timers/promises';
import type { Score } from '../../src/rating/rating-event';
import { type NewRating, StoreUnavailable } from '../../src/storage/rating-store';
import { rating } from './contract';
import { tallyOf } from './store-model';
import { Killed, type StoreProcess } from './store-process';

const event = 'crashes';
const rounds = 3;

/**
 * Lets processes record as fast as they can, kills them (and the server, where there is one) at a moment nobody chose, and
 * delivers again what got no answer, as Twilio does at the fallback URL. What was sent is there once then, and nothing else.
 *
 * @param open starts a process on the same data
 * @param crashServer ends the server without warning and starts it again
 */
export function describeCrashes(
  engine: string,
  open: () => Promise<StoreProcess>,
  crashServer: () => Promise<void> = async () => {},
): void {
  test(`${engine} has every acknowledged rating once after ${rounds} crashes at random moments`, async () => {
    const acknowledged: NewRating[] = [];
    let unanswered: NewRating[] = [];
    let sent = 0;
    for (let round = 0; round < rounds; round += 1) {
      const processes = await Promise.all([open(), open(), open()]);
      const again = unanswered;
      unanswered = [];
      const next = (): NewRating => {
        sent += 1;
        return (
          again.pop() ??
          rating({ event, voter: `voter-${sent}`, score: ((sent % 5) + 1) as Score, messageSid: `SM${sent}` })
        );
      };
      const writers = processes.map(async (process) => {
        for (;;) {
          const one = next();
          try {
            await process.record(one);
            acknowledged.push(one);
          } catch (error) {
            unanswered.push(one);
            if (error instanceof StoreUnavailable) continue;
            if (error instanceof Killed) return;
            throw error;
          }
        }
      });
      await wait(20 + Math.random() * 150);
      await Promise.all([crashServer(), ...processes.map((process) => process.kill())]);
      await Promise.all(writers);
      unanswered.push(...again);
    }
    const survivor = await open();
    try {
      for (const one of unanswered) {
        await survivor.record(one);
        acknowledged.push(one);
      }
      const kept = [];
      for await (const one of survivor.ratings(event)) kept.push(one);
      const show = (one: { voter: string; score: number }) => `${one.voter} ${one.score}`;
      expect(kept.map(show).sort()).toEqual(acknowledged.map(show).sort());
      expect(await survivor.tally(event)).toEqual(tallyOf(kept));
      // Otherwise nothing was tried.
      expect(kept.length).toBeGreaterThan(rounds);
    } finally {
      await survivor.close();
    }
  }, 120_000);
}
