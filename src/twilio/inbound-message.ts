/** A message as Twilio delivered it, every field checked for its shape. */
export interface InboundMessage {
  messageSid: string;
  accountSid: string;
  /** The sender's address as Twilio writes it: `+1555…`, `whatsapp:+1555…`, `rcs:+1555…`, a short code. */
  from: string;
  to: string;
  /** The text; empty for a photo without words. */
  body: string;
  mediaCount: number;
  /** Twilio's own word for STOP, START and HELP in the languages of a Messaging Service with Advanced Opt-Out. */
  optOutType: string | null;
}

export type ParsedMessage = { ok: true; message: InboundMessage } | { ok: false; reason: string };

/** Longer texts do not come from Twilio: https://www.twilio.com/docs/messaging/guides/webhook-request (1,600 characters). */
const maxBodyLength = 1600;

/**
 * Reads an inbound message out of a handler's `event`. A valid signature proves that Twilio sent these fields, not that
 * they have the shape one expects: a repeated field arrives as an array, JSON as any type, and fields run into each
 * other because the signature has no delimiters. So each field is asked for what it must look like.
 *
 * @param event the second argument of a handler: untrusted
 * @param accountSid the account whose token signed the request
 */
export function parseInboundMessage(event: unknown, accountSid: string): ParsedMessage {
  if (typeof event !== 'object' || event === null) return refuse('no fields');
  const field = (name: string): unknown =>
    Object.hasOwn(event, name) ? Reflect.get(event, name) : undefined;
  const messageSid = field('MessageSid');
  const from = field('From');
  const to = field('To');
  const body = field('Body') ?? '';
  const mediaCount = field('NumMedia') ?? '0';
  const optOutType = field('OptOutType') || null;
  if (typeof messageSid !== 'string' || !/^(?:SM|MM)[0-9a-f]{32}$/.test(messageSid))
    return refuse('MessageSid');
  if (field('AccountSid') !== accountSid) return refuse('AccountSid');
  if (!isAddress(from)) return refuse('From');
  if (!isAddress(to)) return refuse('To');
  if (typeof body !== 'string' || [...body].length > maxBodyLength) return refuse('Body');
  if (typeof mediaCount !== 'string' || !/^\d{1,2}$/.test(mediaCount)) return refuse('NumMedia');
  if (optOutType !== null && typeof optOutType !== 'string') return refuse('OptOutType');
  return {
    ok: true,
    message: { messageSid, accountSid, from, to, body, mediaCount: Number(mediaCount), optOutType },
  };
}

function isAddress(value: unknown): value is string {
  return typeof value === 'string' && /^[\w+:.@~-]{1,256}$/.test(value);
}

function refuse(reason: string): ParsedMessage {
  return { ok: false, reason };
}
