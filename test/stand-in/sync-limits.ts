/**
 * What Twilio Sync takes: https://www.twilio.com/docs/sync/limits. 20 writes and 20 reads a second for each object, counted
 * over 10 s; any write of an item counts for its Map; less for objects above 1 KiB, 2 a second from 10 KiB on. In between
 * the page gives no numbers: here a write of n KiB counts n times, which leads through both points. New objects: below 20
 * a second, https://www.twilio.com/docs/api/errors/54009. That a page of a list counts like a read of one object, and that
 * new objects are counted over 10 s too, is assumed.
 */
import { ApiError } from './api-answers';

const perSecond = 20;
const window = 10;

export class SyncLimits {
  private readonly buckets = new Map<string, { left: number; at: number }>();
  /** Off for tests that bring much into one place quickly and are about something else. */
  enforced = true;
  /** Requests that were refused. */
  refused = 0;
  /** Milliseconds. A test of the limits stops it, so that no time gives back what was used up. */
  clock = () => performance.now();

  write(objectSid: string, bytes: number): void {
    this.take(`write ${objectSid}`, Math.min(10, Math.max(1, bytes / 1024)));
  }

  read(sid: string): void {
    this.take(`read ${sid}`, 1);
  }

  create(serviceSid: string): void {
    this.take(`create ${serviceSid}`, 1);
  }

  private take(name: string, cost: number): void {
    if (!this.enforced) return;
    const now = this.clock() / 1000;
    const bucket = this.buckets.get(name) ?? { left: perSecond * window, at: now };
    bucket.left = Math.min(perSecond * window, bucket.left + (now - bucket.at) * perSecond);
    bucket.at = now;
    this.buckets.set(name, bucket);
    if (bucket.left < cost) {
      this.refused += 1;
      throw new ApiError(429, 54009, 'Rate limit exceeded');
    }
    bucket.left -= cost;
  }
}
