import type { Context, ServerlessCallback } from '@twilio-labs/serverless-runtime-types/types';
import type { RatingEvent } from '../rating/rating-event';
import { ConfigFault } from '../storage/config-fault';
import { openStore } from '../storage/open';
import { type RatingStore, StoreUnavailable } from '../storage/rating-store';
import { type Answer, asTwilioResponse, messagingReply, plainText } from './answer';
import { type HandlerConfig, readConfig } from './config';
import { readEventAsset } from './event-asset';
import { type InboundMessage, parseInboundMessage } from './inbound-message';
import { refuseStranger } from './refuse-stranger';
import { forgetOld } from './retention';
import { voterPseudonym } from './voter';

/** What every handler of ours works with. */
export interface Call {
  config: HandlerConfig;
  event: RatingEvent;
  store: RatingStore;
  /** Milliseconds since 1970. */
  now: number;
}

/** A message that really came from Twilio. */
export interface MessageCall extends Call {
  message: InboundMessage;
  voter: string;
}

/** A request from anybody. */
export interface PublicCall extends Call {
  /** Twilio's `event`: query and form fields, and `request`. Untrusted. */
  fields: unknown;
}

/** The shape Twilio calls. */
export type Handler = (context: Context, event: unknown, callback: ServerlessCallback) => Promise<void>;

/** The platform ends a Function after 10 s, and its caller then sees a bare 504: answer before. Milliseconds. */
const timeToAnswer = 8500;

/**
 * Makes a handler for a URL that only Twilio calls with a message. The file must be `.protected`: deployed, the platform
 * has checked the signature, here the edge has; where neither stands in front, this does.
 *
 * @param work gets the checked message and answers the text to reply with, or `null` for no reply
 * @param onUnavailable as for `whenAvailable`, for whoever is no stranger. Default: 503 and 500, which make Twilio call the
 *   fallback URL
 */
export function messageHandler(
  work: (call: MessageCall) => Promise<string | null>,
  onUnavailable?: OnUnavailable,
): Handler {
  return makeHandler(async (context, fields) => {
    const config = readConfig(context);
    const refusal = refuseStranger(context, fields, config);
    if (refusal) return refusal;
    return whenAvailable(async () => {
      const parsed = parseInboundMessage(fields, config.accountSid);
      if (!parsed.ok) {
        console.log(`refused, not a message: ${parsed.reason} is missing or malformed`);
        return plainText(400, 'Bad Request');
      }
      const { message } = parsed;
      const { voterSecret: secret } = config;
      return withStore(config, async (call) => {
        const voter = voterPseudonym(message.from, { event: call.event.id, secret });
        return messagingReply(await work({ ...call, message, voter }));
      });
    }, onUnavailable);
  });
}

/** Makes a handler for a URL that anybody may call. */
export function publicHandler(work: (call: PublicCall) => Promise<Answer>): Handler {
  return makeHandler((context, fields) =>
    whenAvailable(() => withStore(readConfig(context), (call) => work({ ...call, fields }))),
  );
}

/** Calls back exactly once, whatever happens, and tells a caller nothing about a fault. */
export function makeHandler(work: (context: object, fields: unknown) => Promise<Answer>): Handler {
  return async (context, fields, callback) => {
    let answer: Answer;
    try {
      answer = await work(context, fields);
    } catch (error) {
      console.error(error instanceof ConfigFault ? error.message : error);
      answer = plainText(500, 'Internal Server Error');
    }
    callback(null, asTwilioResponse(answer));
  };
}

/**
 * Opens event and store for `work`, and is over in time even when the store is not.
 * @throws ConfigFault, StoreUnavailable, and what `work` throws
 */
export async function withStore(
  config: HandlerConfig,
  work: (call: Call) => Promise<Answer>,
): Promise<Answer> {
  const event = readEventAsset();
  return withinTime(async () => {
    const store = await openStore(config.store);
    const now = Date.now();
    await forgetOld(event, store, now);
    return work({ config, event, store, now });
  });
}

/** @param event `null` when its file cannot be read */
type OnUnavailable = (event: RatingEvent | null) => Answer;

/**
 * Answers for `work` when it cannot. Why goes to the log alone.
 * @param onUnavailable what to answer after any fault: of the configuration, of the store, of `work` itself. Default: 503, and what
 *   is neither configuration nor store is thrown on
 */
export async function whenAvailable(
  work: () => Promise<Answer>,
  onUnavailable?: OnUnavailable,
): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ConfigFault) console.error(error.message);
    else if (error instanceof StoreUnavailable) console.log(`the store is unavailable: ${error.message}`);
    else if (onUnavailable) console.error(error);
    else throw error;
    return onUnavailable ? onUnavailable(legibleEvent()) : plainText(503, 'Service Unavailable');
  }
}

function legibleEvent(): RatingEvent | null {
  try {
    return readEventAsset();
  } catch {
    // Why not was logged when the work wanted it.
    return null;
  }
}

async function withinTime<T>(work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new StoreUnavailable('it did not answer in time')), timeToAnswer);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}
