import { countSegments, type Segments } from './count-segments';
import type { Delivery } from './messaging';
import type { Channel } from './phone-numbers';

/** A message as a phone and the console show it. */
export interface LoggedMessage extends Segments {
  messageSid: string;
  /** Milliseconds since 1970. */
  at: number;
  /** `inbound`: from a phone to the number. */
  direction: 'inbound' | 'outbound';
  from: string;
  to: string;
  body: string;
  media: string[];
  channel: Channel;
  /** `blocked`: the webhook answered it, and the phone never shows it. */
  status: 'delivered' | 'failed' | 'blocked';
  /** Who wrote an outbound message; `null` for inbound ones. */
  by: 'webhook' | 'carrier' | null;
  /** What Twilio would write into its debugger, such as `11200: The answer has status 403 …`. */
  problems: { code: number; level: 'error' | 'warning'; detail: string }[];
}

/** The latest messages of all phones: bounded, the oldest go first. */
export class MessageLog {
  readonly #messages: LoggedMessage[] = [];
  readonly #listeners = new Set<(messages: LoggedMessage[]) => void>();
  readonly #capacity: number;

  constructor({ capacity = 2_000 } = {}) {
    this.#capacity = capacity;
  }

  /** Writes a delivery down: the text, then its replies. @param at milliseconds since 1970 */
  add({ message, problems, replies, delivered }: Delivery, at: number): void {
    const added: LoggedMessage[] = [
      {
        messageSid: message.messageSid,
        at,
        direction: 'inbound',
        from: message.from,
        to: message.to,
        body: message.body,
        media: message.media.map(({ url }) => url),
        channel: message.channel,
        ...countSegments(message.body),
        status: delivered ? 'delivered' : 'failed',
        by: null,
        problems: problems.map(({ code, level, detail }) => ({ code, level, detail })),
      },
      ...replies.map(
        ({ messageSid, from, to, body, media, segments, encoding, by, blocked }): LoggedMessage => ({
          messageSid,
          at,
          direction: 'outbound',
          from,
          to,
          body,
          media,
          channel: message.channel,
          segments,
          encoding,
          status: blocked ? 'blocked' : 'delivered',
          by,
          problems: blocked ? [{ code: blocked.code, level: blocked.level, detail: blocked.detail }] : [],
        }),
      ),
    ];
    this.#messages.push(...added);
    this.#messages.splice(0, this.#messages.length - this.#capacity);
    for (const listener of this.#listeners) listener(added);
  }

  /** Oldest first, as a conversation is read. */
  list(): LoggedMessage[] {
    return [...this.#messages];
  }

  clear(): void {
    this.#messages.length = 0;
    for (const listener of this.#listeners) listener([]);
  }

  /** Calls `listener` with what was added, or with nothing when all was cleared, until the returned function is called. */
  subscribe(listener: (messages: LoggedMessage[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
