import { randomUUID } from 'node:crypto';
import { completeText, maxBodyLength, type Text } from './complete-text';
import { CookieJar } from './cookie-jar';
import { countSegments, type Segments } from './count-segments';
import type { Reroute } from './http-exchange';
import { type InboundMessage, inboundParameters } from './inbound-parameters';
import { newSid } from './message-sid';
import { findOptOutWord, type OptOuts, OptOutsInMemory, optOutReplies } from './opt-out';
import type { Instruction } from './parse-twiml';
import { addressOn, isAddress } from './phone-numbers';
import { ReplyLoopGuard } from './reply-loop-guard';
import { type Exchange, type Retrieval, retrieveDocument } from './retrieve-document';
import { describeProblem, type Problem } from './twilio-problem';
import { resolveAgainst } from './webhook-url';

/** Where a message is delivered and with whose key. */
export interface Webhook {
  url: string;
  method?: 'GET' | 'POST' | undefined;
  fallbackUrl?: string | undefined;
  accountSid: string;
  /** `null`: the request goes out unsigned, as a forger's would. */
  authToken: string | null;
  ca?: string | undefined;
  insecure?: boolean | undefined;
  /** Send the body in pieces over this many milliseconds. */
  trickleMs?: number | undefined;
  /** Deliver straight to the emulator what is addressed to its public URL: no tunnel is needed. */
  reroute?: Reroute | undefined;
}

/** A message from the number to a phone, and whether the phone gets to see it. */
export interface Reply extends Segments {
  messageSid: string;
  from: string;
  to: string;
  body: string;
  media: string[];
  /** `carrier`: Twilio's own answer to STOP, START or HELP. */
  by: 'webhook' | 'carrier';
  /** Why the phone never shows it: the webhook is fine, the reply is blocked. */
  blocked: Problem | null;
}

/** What became of one message. */
export interface Delivery {
  message: InboundMessage;
  /** Every request that was sent, retries, redirects and the fallback included. */
  exchanges: Exchange[];
  problems: Problem[];
  replies: Reply[];
  /** Whether a document was fetched and understood, from the webhook or from its fallback. */
  delivered: boolean;
}

const maxDocuments = 50;
const maxReplies = 10;

/**
 * Twilio's side of a conversation by message: takes texts from phones, calls the webhook, and turns what it answers
 * into messages for phones. Keeps what Twilio keeps between messages: opt-outs, cookies, reply loops.
 */
export class Messaging {
  readonly #optOuts: OptOuts;
  readonly #loops = new ReplyLoopGuard();
  readonly #cookies = new CookieJar();
  readonly #clock: () => number;

  /** @param clock milliseconds since 1970 */
  constructor({
    optOuts = new OptOutsInMemory(),
    clock = Date.now,
  }: { optOuts?: OptOuts; clock?: () => number } = {}) {
    this.#optOuts = optOuts;
    this.#clock = clock;
  }

  /**
   * Delivers one text.
   * @throws InvalidText when no phone could send it
   */
  async receive(text: Text, webhook: Webhook): Promise<Delivery> {
    const message = completeText(text);
    const word = message.channel === 'whatsapp' ? null : findOptOutWord(message.body);
    if (word === 'STOP') this.#optOuts.set(message.from, message.to, true);
    if (word === 'START') this.#optOuts.set(message.from, message.to, false);

    const conversation = await this.#followDocuments(message, webhook);
    const replies = this.#takeReplies(message, conversation.messages, conversation.problems);
    if (word) replies.unshift(carrierReply(message, optOutReplies[word]));
    return {
      message,
      exchanges: conversation.exchanges,
      problems: conversation.problems,
      replies,
      delivered: conversation.delivered,
    };
  }

  async #followDocuments(message: InboundMessage, webhook: Webhook) {
    const exchanges: Exchange[] = [];
    const problems: Problem[] = [];
    const messages: Extract<Instruction, { verb: 'message' }>[] = [];
    const params = inboundParameters(message, webhook.accountSid);
    const jarKey = `${message.from} ${message.to}`;
    const fetch = async (
      url: string,
      method: 'GET' | 'POST',
      extra: [string, string][] = [],
    ): Promise<Retrieval> => {
      const retrieval = await retrieveDocument(
        { url, method, params: [...params, ...extra] },
        {
          ...webhook,
          idempotencyToken: randomUUID(),
          cookies: this.#cookies.header(jarKey, this.#clock()),
        },
      );
      exchanges.push(...retrieval.exchanges);
      problems.push(...retrieval.problems);
      for (const { answer } of retrieval.exchanges) {
        if (answer) this.#cookies.keep(jarKey, answer.headers, this.#clock());
      }
      return retrieval;
    };

    const method = webhook.method ?? 'POST';
    let document = await fetch(webhook.url, method);
    let usedFallback = false;
    for (let count = 1; ; count++) {
      if (document.instructions === null) {
        if (webhook.fallbackUrl === undefined || usedFallback) break;
        usedFallback = true;
        const cause = document.problems.find(({ level }) => level === 'error')?.code ?? 11200;
        document = await fetch(webhook.fallbackUrl, method, [
          ['ErrorCode', String(cause)],
          ['ErrorUrl', document.exchanges.at(-1)?.url ?? webhook.url],
        ]);
        continue;
      }
      const redirect = document.instructions.find((instruction) => instruction.verb === 'redirect');
      messages.push(...document.instructions.filter((instruction) => instruction.verb === 'message'));
      if (!redirect) break;
      if (count >= maxDocuments) {
        problems.push(
          describeProblem(
            14106,
            `More than ${maxDocuments} documents for one message: <Redirect> runs in a circle.`,
          ),
        );
        break;
      }
      document = await fetch(resolveRedirect(redirect.url, document), redirect.method);
    }
    return { exchanges, problems, messages, delivered: document.instructions !== null };
  }

  #takeReplies(
    message: InboundMessage,
    messages: Extract<Instruction, { verb: 'message' }>[],
    problems: Problem[],
  ): Reply[] {
    if (messages.length > maxReplies) {
      problems.push(
        describeProblem(
          14109,
          `${messages.length} messages for one inbound message: only ${maxReplies} are sent.`,
        ),
      );
    }
    return messages.slice(0, maxReplies).map((outgoing): Reply => {
      const to = addressOn(message.channel, outgoing.to ?? message.from);
      const from = addressOn(message.channel, outgoing.from ?? message.to);
      const blocked = this.#findBlock(outgoing, { from, to });
      if (blocked) problems.push(blocked);
      return {
        messageSid: newSid(outgoing.media.length > 0 ? 'MM' : 'SM'),
        from,
        to,
        body: outgoing.body,
        media: outgoing.media,
        ...countSegments(outgoing.body),
        by: 'webhook',
        blocked,
      };
    });
  }

  #findBlock(
    { body, media }: { body: string; media: string[] },
    way: { from: string; to: string },
  ): Problem | null {
    if (!isAddress(way.to)) return describeProblem(14101, 'The "to" of <Message> is no phone number.');
    if (body.trim() === '' && media.length === 0) {
      return describeProblem(14103, 'The <Message> has neither text nor media.');
    }
    if (body.length > maxBodyLength) {
      return describeProblem(
        14103,
        `The <Message> has ${body.length} characters: ${maxBodyLength} is the most.`,
      );
    }
    if (this.#optOuts.has(way.to, way.from)) {
      return describeProblem(
        21610,
        'This phone has opted out with STOP: the webhook is fine, the reply is blocked until it texts START.',
      );
    }
    return this.#loops.admit(way, this.#clock());
  }
}

function resolveRedirect(reference: string, document: Retrieval): string {
  return (document.url && resolveAgainst(document.url, reference)) ?? reference;
}

function carrierReply(message: InboundMessage, body: string): Reply {
  return {
    messageSid: newSid('SM'),
    from: message.to,
    to: message.from,
    body,
    media: [],
    ...countSegments(body),
    by: 'carrier',
    blocked: null,
  };
}
