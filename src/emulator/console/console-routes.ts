import * as v from 'valibot';
import { fetchJson } from '../fetch-json';
import { InvalidText } from '../phone/complete-text';
import { countSegments } from '../phone/count-segments';
import type { Reroute } from '../phone/http-exchange';
import { mediaAt } from '../phone/media-at';
import type { MessageLog } from '../phone/message-log';
import type { Messaging, Webhook } from '../phone/messaging';
import { eventNumber } from '../phone/phone-numbers';
import { ownMarkHeader, type RequestLog } from '../request-log';
import { describeRecord, summarize } from './describe-record';
import { replayRequest } from './replay-request';

/** What the console acts on. */
export interface ConsoleActions {
  log: RequestLog;
  messages: MessageLog;
  messaging: Messaging;
  /** Where the phone's texts go, with the key that signs them. */
  webhook: Webhook & { authToken: string };
  /** Public URL and address of the edge: replays go there, results come from there. */
  edge: Reroute;
  /** What is told of a refusal, beyond its reason code; `null` when nothing more is known. */
  explain?: ((id: string) => string | null) | undefined;
  /** Milliseconds since 1970. */
  clock?: (() => number) | undefined;
}

/** Answers with a value that becomes JSON. @param id of the path, empty where it has none */
export type Handler = (body: unknown, id: string) => unknown;

/** The caller's mistake: a status and a sentence. */
export class RequestFault extends Error {
  override name = 'RequestFault';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const text = v.pipe(v.string(), v.maxLength(100_000));
const pairs = v.pipe(v.array(v.tuple([text, text])), v.maxLength(1_000));

const newMessage = v.object({
  from: text,
  to: v.optional(text),
  body: v.optional(text, ''),
  channel: v.optional(v.picklist(['sms', 'whatsapp', 'rcs'])),
  media: v.optional(v.array(v.union([text, v.object({ url: text, contentType: text })])), []),
});

const edits = v.object({
  params: v.optional(pairs),
  body: v.optional(text),
  method: v.optional(text),
  signature: v.optional(v.picklist(['as-received', 'again', 'none']), 'as-received'),
});

/** The console's API, by method and path. */
export function makeRoutes({
  log,
  messages,
  messaging,
  webhook,
  edge,
  explain = () => null,
  clock = Date.now,
}: ConsoleActions): Record<string, Handler> {
  const find = (id: string) => {
    const record = log.find(id);
    if (!record) throw new RequestFault(404, 'This request is not kept any more.');
    return record;
  };
  return {
    'GET /api/status': () => ({
      webhookUrl: webhook.url.replace(/\/\/[^/@]*@/, '//').replace(/#.*/, ''),
      number: eventNumber,
    }),
    'GET /api/requests': () => log.list().map((record) => summarize(record)),
    'GET /api/requests/:id': (_, id) => ({ ...describeRecord(find(id)), explanation: explain(id) }),
    'POST /api/requests/:id/replay': (body, id) =>
      replayRequest(find(id), check(edits, body), {
        reroute: edge,
        authToken: webhook.authToken,
        ca: webhook.ca,
      }),
    'DELETE /api/requests': () => {
      log.clear();
      return {};
    },
    'GET /api/messages': () => messages.list(),
    'POST /api/messages': async (body) => {
      const { media, ...message } = check(newMessage, body);
      try {
        const delivery = await messaging.receive(
          { ...message, media: media.map((item) => (typeof item === 'string' ? mediaAt(item) : item)) },
          webhook,
        );
        messages.add(delivery, clock());
        const { problems, replies, delivered } = delivery;
        return { messageSid: delivery.message.messageSid, delivered, replies, problems };
      } catch (error) {
        if (error instanceof InvalidText) throw new RequestFault(400, error.message);
        throw error;
      }
    },
    'DELETE /api/messages': () => {
      messages.clear();
      return {};
    },
    'POST /api/segments': (body) => countSegments(check(v.object({ body: text }), body).body),
    'GET /api/results': async () => {
      try {
        return await fetchJson(`${edge.edgeUrl}/results`, {
          ca: webhook.ca,
          headers: { [ownMarkHeader]: log.ownMark },
        });
      } catch (error) {
        throw new RequestFault(
          502,
          `/results does not answer: ${error instanceof Error ? error.message : error}.`,
        );
      }
    },
  };
}

function check<Schema extends v.GenericSchema>(schema: Schema, value: unknown): v.InferOutput<Schema> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new RequestFault(400, `${v.getDotPath(issue) ?? 'body'}: ${issue.message}`);
}
