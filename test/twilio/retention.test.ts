import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseEvent } from '../../src/rating/parse-event';
import type { RatingEvent } from '../../src/rating/rating-event';
import { type RatingStore, StoreUnavailable } from '../../src/storage/rating-store';
import { openSqliteStore } from '../../src/storage/sqlite/sqlite-store';
import { forgetOld } from '../../src/twilio/retention';
import { rating } from '../storage/contract';

const day = 86_400_000;
const now = Date.parse('2026-05-04T09:30Z');

let dir: string;
let store: RatingStore;
let log: jest.SpyInstance;
let error: jest.SpyInstance;
beforeEach(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'ringtrue-test-'));
  store = await openSqliteStore(path.join(dir, 'ratings.db'));
  log = jest.spyOn(console, 'log').mockImplementation();
  error = jest.spyOn(console, 'error').mockImplementation();
});
afterEach(async () => {
  log.mockRestore();
  error.mockRestore();
  await store.close();
  rmSync(dir, { recursive: true });
});

// Each of its own, because what was done in the last hour is remembered by event.
let last = 0;
function event(): RatingEvent {
  last += 1;
  const sessions = [{ keyword: 'KEYNOTE', title: 'Opening' }];
  const parsed = parseEvent(JSON.stringify({ id: `event-${last}`, title: 'Demo', keepDays: 30, sessions }));
  if (!parsed.ok) throw new Error('the event is broken');
  return parsed.event;
}

test('deletes what is older than the event keeps, and nothing else', async () => {
  const one = event();
  await store.record(rating({ event: one.id, at: now - 31 * day }));
  await store.record(rating({ event: one.id, voter: 'bob', at: now - 29 * day }));
  await forgetOld(one, store, now);
  expect(await store.tally(one.id)).toMatchObject([{ count: 1 }]);
  expect(log).toHaveBeenCalledWith('deleted 1 ratings that were too old to be kept');
});

test('costs nobody an answer when the store is away for it, takes long, or fails as nobody expected', async () => {
  const away = { ...store, purge: () => Promise.reject(new StoreUnavailable('it is away')) };
  await forgetOld(event(), away as never, now);
  expect(log).toHaveBeenCalledWith('old ratings could not be deleted: it is away');
  const fault = new TypeError('nobody expected this');
  const broken = { ...store, purge: () => Promise.reject(fault) };
  await forgetOld(event(), broken as never, now);
  expect(error).toHaveBeenLastCalledWith('old ratings could not be deleted:', fault);
  const slow = { ...store, purge: () => new Promise<number>(() => {}) };
  await forgetOld(event(), slow as never, now);
});
