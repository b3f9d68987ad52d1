import type { Context, ServerlessCallback } from '@twilio-labs/serverless-runtime-types/types';
import type { RatingEvent } from '../rating/rating-event';
import { ConfigFault } from '../storage/config-fault';
import { openStore } from '../storage/open';
import { type RatingStore, StoreUnavailable } from '../storage/rating-store';
import { type HandlerConfig, readConfig } from './config';
import { isBehindEdge } from './edge-mark';
import { readEventAsset } from './event-asset';
import { type InboundMessage, parseInboundMessage } from './inbound-message';
import { findSignatureFault } from './plain-runtime-check';
import { voterPseudonym } from './voter';

/** What a handler answers. */
export interface Answer {
  status: number;
  contentType: string;
  body: string;
  headers?: Record<string, string>;
}

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

const unauthorizedText = 'Unauthorized - you are not authenticated to perform this request';

/**
 * Makes a handler for a URL that only Twilio calls with a message. The file must be `.protected`: deployed, the platform
 * has checked the signature, here the edge has; where neither stands in front, this does.
 *
 * @param work gets the checked message and answers the text to reply with, or `null` for no reply
 * @param onUnavailable what to answer when the store cannot be reached in time. Default: 503, which makes Twilio call the
 *   fallback URL
 */
export function messageHandler(
  work: (call: MessageCall) => Promise<string | null>,
  onUnavailable: (event: RatingEvent) => Answer = () => plainText(503, 'Service Unavailable'),
): Handler {
  return makeHandler(async (context, fields) => {
    const config = readConfig(context);
    if (!config.deployed && !isBehindEdge()) {
      const fault = findSignatureFault(context, fields);
      if (fault) {
        console.log(`refused, not signed by Twilio: ${fault}`);
        return plainText(403, unauthorizedText);
      }
    }
    const parsed = parseInboundMessage(fields, config.accountSid);
    if (!parsed.ok) {
      console.log(`refused, not a message: ${parsed.reason} is missing or malformed`);
      return plainText(400, 'Bad Request');
    }
    const { message } = parsed;
    const event = readEventAsset();
    const voter = voterPseudonym(message.from, { event: event.id, secret: config.voterSecret });
    try {
      const reply = await withinTime(async () => {
        const store = await openStore(config.store);
        return work({ config, event, store, now: Date.now(), message, voter });
      });
      return messagingReply(reply);
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      console.log(`the store is unavailable: ${error.message}`);
      return onUnavailable(event);
    }
  });
}

/** Makes a handler for a URL that anybody may call. */
export function publicHandler(work: (call: PublicCall) => Promise<Answer>): Handler {
  return makeHandler(async (context, fields) => {
    const config = readConfig(context);
    const event = readEventAsset();
    try {
      return await withinTime(async () => {
        const store = await openStore(config.store);
        return work({ config, event, store, now: Date.now(), fields });
      });
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      console.log(`the store is unavailable: ${error.message}`);
      return plainText(503, 'Service Unavailable');
    }
  });
}

/** TwiML that sends a text back, or none for `null`. */
export function messagingReply(text: string | null): Answer {
  // The whole of `twilio` takes 170 ms to load, this part of it 18 ms.
  const MessagingResponse: typeof import('twilio/lib/twiml/MessagingResponse') = require('twilio/lib/twiml/MessagingResponse');
  const response = new MessagingResponse();
  if (text !== null) response.message(text);
  return { status: 200, contentType: 'text/xml', body: response.toString() };
}

export function plainText(status: number, body: string): Answer {
  return { status, contentType: 'text/plain', body };
}

export function json(value: unknown): Answer {
  return { status: 200, contentType: 'application/json', body: JSON.stringify(value) };
}

// Calls back exactly once, whatever happens, and tells a caller nothing about a fault.
function makeHandler(work: (context: object, fields: unknown) => Promise<Answer>): Handler {
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

function asTwilioResponse({
  status,
  contentType,
  body,
  headers = {},
}: Answer): InstanceType<typeof Twilio.Response> {
  const response = new Twilio.Response();
  response.setStatusCode(status);
  response.appendHeader('Content-Type', contentType);
  response.appendHeader('Cache-Control', 'no-store');
  response.appendHeader('X-Content-Type-Options', 'nosniff');
  for (const [name, value] of Object.entries(headers)) response.appendHeader(name, value);
  response.setBody(body);
  return response;
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
