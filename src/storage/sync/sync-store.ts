import { randomBytes } from 'node:crypto';
import type { SessionSetting, SettingChange } from '../../rating/rating-event';
import { ConfigFault } from '../config-fault';
import { newestOfEach } from '../newest-of-each';
import type {
  CommentQuery,
  CommentState,
  Delivered,
  NewRating,
  RatingStore,
  Recorded,
  SchemaState,
  SessionTally,
  StoredComment,
  StoredRating,
  UncountedText,
} from '../rating-store';
import type { StoreSettings } from '../store-settings';
import { inTurn } from './in-turn';
import { SyncClient, type SyncRequests } from './sync-client';
import { SyncEvent } from './sync-event';
import { oldestOf } from './sync-head';
import { shardCount, shardOf } from './sync-names';
import { newestComments, newestTexts, ratingsOf, readCursor, sumTallies } from './sync-reading';
import { type Gone, removeRows } from './sync-removal';
import { unknownService } from './sync-service';
import { findDelivered, moderateComment, noteText, recordRating, shardOfComment } from './sync-state';

/** How long a change or a reading may take, in milliseconds; a handler answers after 8.5 s in any case. */
const patience = 8000;
const keptUncounted = 500;
const connections = 40;
/** A purge up to a moment that is past for less than this, in milliseconds, is one of everything. */
const hardlyAgo = 60_000;
const allShards = Array.from({ length: shardCount }, (_, shard) => shard);

/**
 * Ratings in Twilio Sync, with the account's own credentials. Nothing is asked of Twilio before it is needed.
 * @param connect makes the client that requests go through
 * @throws ConfigFault naming the variable
 */
export function openSyncStore(settings: StoreSettings, connect = connectToTwilio): RatingStore {
  return new SyncStore(clientFor(settings, connect), settings.syncServiceSid);
}

/**
 * Asks Twilio whether there is a Sync service to use; objects in it are made when they are needed.
 * @param event whose Documents are looked at, too, where there are any; `undefined`: only the service
 * @throws ConfigFault naming what is wrong; StoreUnavailable when Twilio cannot be reached now
 */
export async function inspectSync(
  settings: StoreSettings,
  event: string | undefined,
  connect = connectToTwilio,
): Promise<SchemaState> {
  const { syncServiceSid: sid = 'default' } = settings;
  const client = clientFor(settings, connect);
  const answer = await client.call({ method: 'get', path: `/${sid}`, deadline: inTime() });
  if (answer.kind !== 'done') throw unknownService(settings.syncServiceSid);
  if (event !== undefined) await new SyncEvent(client, event, settings.syncServiceSid).inspect(inTime());
  return { from: 1, to: 1 };
}

/**
 * Makes an event's service and Documents before the first text does: a crowd then need not wait for them.
 * @param onShard called 192 times
 * @returns how many Documents were made
 * @throws ConfigFault, StoreUnavailable
 */
export function prepareSync(
  settings: StoreSettings,
  event: string,
  onShard: () => void,
  connect = connectToTwilio,
): Promise<number> {
  return new SyncEvent(clientFor(settings, connect), event, settings.syncServiceSid).prepare(onShard);
}

function clientFor({ accountSid, authToken }: StoreSettings, connect: typeof connectToTwilio): SyncClient {
  if (!accountSid || !authToken) {
    throw new ConfigFault(
      `${accountSid ? 'AUTH_TOKEN' : 'ACCOUNT_SID'} is missing: ratings go to Twilio Sync, so set it, or switch on "Add my Twilio Credentials to ENV" for the service, or set DATABASE_URL.`,
    );
  }
  return new SyncClient(() => connect({ accountSid, authToken }));
}

function connectToTwilio({ accountSid, authToken }: { accountSid: string; authToken: string }): SyncRequests {
  // 120 ms to load, so not before the first request.
  const twilio: typeof import('twilio') = require('twilio');
  // Calls of an export that wait for a connection must not time out there.
  const httpClient = new twilio.RequestClient({ maxSockets: connections });
  return twilio(accountSid, authToken, { httpClient }) as unknown as SyncRequests;
}

class SyncStore implements RatingStore {
  private readonly events = new Map<string, SyncEvent>();

  constructor(
    private readonly client: SyncClient,
    private readonly serviceSid: string | undefined,
  ) {}

  record(rating: NewRating): Promise<Recorded> {
    const attempt = newAttempt();
    return this.event(rating.event)
      .shard(shardOf(rating.voter))
      .change((state) => recordRating(state, rating, attempt), inTime());
  }

  // What changes nothing writes nothing.
  delivered(
    event: string,
    { voter, messageSid }: Pick<NewRating, 'voter' | 'messageSid'>,
  ): Promise<Delivered | null> {
    return this.event(event)
      .shard(shardOf(voter))
      .change((state) => findDelivered(state, messageSid), inTime());
  }

  async tally(event: string): Promise<SessionTally[]> {
    return this.event(event).read((shards) => sumTallies(shards.map(({ head }) => head)), inTime());
  }

  comments(event: string, query: CommentQuery): Promise<StoredComment[]> {
    return this.event(event).read(
      (shards) => newestOfEach(query, (one) => newestComments(shards, one)),
      inTime(),
    );
  }

  async moderate(event: string, commentId: string, state: CommentState): Promise<boolean> {
    const shard = shardOfComment(commentId);
    if (shard === undefined) return false;
    return this.event(event)
      .shard(shard)
      .change((found) => moderateComment(found, commentId, state), inTime());
  }

  settings(event: string, { newest = false } = {}): Promise<SessionSetting[]> {
    return this.event(event).settings.read(inTime(), { newest });
  }

  changeSetting(event: string, setting: SessionSetting): Promise<void> {
    return this.event(event).settings.change(setting.keyword, () => setting, inTime());
  }

  mergeSetting(event: string, change: SettingChange, messageSid?: string): Promise<void> {
    return this.event(event).settings.merge(change, messageSid, inTime());
  }

  noteUncounted(event: string, text: UncountedText): Promise<void> {
    return this.event(event)
      .shard(shardOf(text.voter))
      .change((state) => noteText(state, text), inTime());
  }

  uncounted(event: string, limit: number): Promise<UncountedText[]> {
    return this.event(event).read((shards) => newestTexts(shards, Math.min(limit, keptUncounted)), inTime());
  }

  async *ratings(event: string, after?: string): AsyncIterable<StoredRating> {
    const last = after === undefined ? undefined : readCursor(after);
    const shards = this.event(event).each((state) => ratingsOf(state, last), last?.shard ?? 0, inTime);
    for await (const ratings of shards) yield* ratings;
  }

  async ratingsOf(event: string, voter: string): Promise<StoredRating[]> {
    const neighbours = await this.event(event)
      .shard(shardOf(voter))
      .change((state) => ratingsOf(state), inTime());
    return neighbours.filter((one) => one.voter === voter);
  }

  erase(event: string, voter: string): Promise<number> {
    return this.remove(event, shardOf(voter), { voter });
  }

  async purge(event: string, before: number): Promise<number> {
    const old = await this.event(event).read(
      (shards) => shards.filter(({ head }) => oldestOf(head) < before).map(({ shard }) => shard),
      inTime(),
    );
    // When everything is to go, so is what no head names, as where somebody deleted a head by hand.
    const others = before > Date.now() - hardlyAgo ? allShards.filter((shard) => !old.includes(shard)) : [];
    const removed = await inTurn([...old, ...others], (shard) => this.remove(event, shard, { before }));
    return removed.reduce((sum, n) => sum + n, 0);
  }

  async close(): Promise<void> {}

  private async remove(event: string, shard: number, gone: Gone): Promise<number> {
    const found = this.event(event);
    const attempt = newAttempt();
    const { removed, leftovers } = await found
      .shard(shard)
      .change((state) => removeRows(state, gone, attempt), inTime());
    await found.forget(shard, leftovers, inTime());
    return removed;
  }

  private event(id: string): SyncEvent {
    const known = this.events.get(id) ?? new SyncEvent(this.client, id, this.serviceSid);
    this.events.set(id, known);
    return known;
  }
}

function inTime(): number {
  return Date.now() + patience;
}

function newAttempt(): string {
  return randomBytes(3).toString('base64url');
}
