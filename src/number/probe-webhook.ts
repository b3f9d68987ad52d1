import { randomBytes } from 'node:crypto';
import { parseWebhookUrl } from '../emulator/phone/webhook-url';
import { sign } from '../signature/index';

/** Sends one request and answers what came back; rejects when nothing did. Follows no redirect. */
export type Send = (request: {
  method: 'GET' | 'POST';
  url: string;
  headers: Record<string, string>;
  form?: Record<string, string>;
}) => Promise<ProbeAnswer>;

export interface ProbeAnswer {
  status: number;
  contentType: string;
  body: string;
  /** Names in lower case. */
  headers: Record<string, unknown>;
}

export interface Probe {
  /** A sentence that says what is wrong, or `null`. */
  fault: string | null;
  unsigned: number | null;
  signed: number | null;
}

/**
 * Whether a webhook refuses what Twilio did not sign and answers what it did. What is sent counts nowhere: see `harmlessMessage`
 * and `harmlessCall`.
 */
export async function probeWebhook({
  url,
  accountSid,
  authToken,
  send,
  kind = 'text',
}: {
  url: string;
  accountSid: string;
  authToken: string;
  send: Send;
  /** What Twilio calls it for. */
  kind?: 'text' | 'call';
}): Promise<Probe> {
  const probe: Probe = { fault: null, unsigned: null, signed: null };
  const parsed = parseWebhookUrl(url);
  if (typeof parsed === 'string') return { ...probe, fault: parsed };
  const form = kind === 'text' ? harmlessMessage(accountSid) : harmlessCall(accountSid);
  const headers: Record<string, string> = parsed.authorization ? { Authorization: parsed.authorization } : {};
  const post = async (more: Record<string, string>) =>
    send({ method: 'POST', url: parsed.signed, form, headers: { ...headers, ...more } });
  try {
    probe.unsigned = (await post({})).status;
    if (probe.unsigned !== 403) return { ...probe, fault: unsignedFault(probe.unsigned) };
    const signature = sign({ url: parsed.signed, params: form }, authToken);
    const answer = await post({ 'X-Twilio-Signature': signature });
    probe.signed = answer.status;
    return { ...probe, fault: signedFault(answer) };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'no answer';
    return { ...probe, fault: `it cannot be reached (${code})` };
  }
}

/** A text that no rating comes of: Twilio answers HELP itself, and nobody can have this number. */
export function harmlessMessage(accountSid: string): Record<string, string> {
  const sid = `SM${randomBytes(16).toString('hex')}`;
  return {
    MessageSid: sid,
    SmsSid: sid,
    SmsMessageSid: sid,
    AccountSid: accountSid,
    ApiVersion: '2010-04-01',
    From: '+15005550006',
    To: '+15005550006',
    Body: 'HELP',
    NumMedia: '0',
    NumSegments: '1',
    SmsStatus: 'received',
    FromCity: '',
  };
}

/** The beginning of a call, before any key is pressed. */
export function harmlessCall(accountSid: string): Record<string, string> {
  return {
    CallSid: `CA${randomBytes(16).toString('hex')}`,
    AccountSid: accountSid,
    ApiVersion: '2010-04-01',
    From: '+15005550006',
    To: '+15005550006',
    Caller: '+15005550006',
    Called: '+15005550006',
    CallStatus: 'ringing',
    Direction: 'inbound',
    FromCity: '',
  };
}

function unsignedFault(status: number): string {
  if (status < 300)
    return `it answers requests that Twilio did not sign (${status}): anybody could call it. Make the function protected (.protected in its file name)`;
  if (status === 404) return 'there is nothing at this path (404)';
  if (status < 400) return `it redirects (${status}), and a redirected POST arrives without its text`;
  return `an unsigned request got ${status} instead of 403, so nothing shows that signatures are checked`;
}

function signedFault(answer: ProbeAnswer): string | null {
  const { status, contentType } = answer;
  if (status === 401)
    return 'it demands a user and password (401): set WEBHOOK_USER and WEBHOOK_PASSWORD in .env, or write them into the URL';
  if (status === 403) {
    return "it refuses a request signed with this account's token (403): AUTH_TOKEN is not the primary token, or the URL belongs to another account (a subaccount's number needs a service of that subaccount)";
  }
  if (status >= 300) return `a signed request got ${status}: look at the function's log`;
  return isTwiml(answer) ? null : `its answer is ${contentType || 'of no type'} and no TwiML`;
}

/** Whether Twilio takes an answer for one to a text or a call. */
export function isTwiml({ status, contentType, body }: ProbeAnswer): boolean {
  return status === 204 || /xml|text\/plain/.test(contentType) || /^\s*<Response/.test(body);
}

/** Value of the Authorization header (RFC 7617). */
export function basicHeader({ user, password }: { user: string; password: string }): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}
