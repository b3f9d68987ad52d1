import { randomUUID } from 'node:crypto';
import { CookieJar } from './cookie-jar';
import { callParameters, type InboundCall } from './inbound-parameters';
import { readDocument } from './judge-answer';
import { newSid } from './message-sid';
import type { Webhook } from './messaging';
import { parseVoiceTwiml, type Speech, type VoiceInstruction } from './parse-voice-twiml';
import { eventNumber } from './phone-numbers';
import { type Exchange, retrieveAnswer } from './retrieve-document';
import { describeProblem, type Problem } from './twilio-problem';
import { resolveAgainst, type WebhookUrl } from './webhook-url';

/** A call as somebody makes it. What is left out is made up. */
export interface PhoneCall {
  from: string;
  to?: string | undefined;
  callSid?: string | undefined;
  /** What is pressed at each question; what a question does not take is kept for the next. Empty: nothing, until it is over. */
  keys: readonly string[];
  extra?: [name: string, value: string][] | undefined;
}

/** What happened in a call, in order. */
export type CallMoment =
  | Speech
  | { verb: 'keys'; digits: string }
  | { verb: 'silence'; seconds: number }
  | { verb: 'not-played'; name: string };

/** How a call ended: by `<Hangup>`, at the end of a document, refused by `<Reject>`, or by an error of the webhook. */
export type CallEnd = 'hangup' | 'end' | 'reject' | 'error';

export interface CallDelivery {
  call: Pick<InboundCall, 'callSid' | 'from' | 'to'>;
  exchanges: Exchange[];
  problems: Problem[];
  moments: CallMoment[];
  end: CallEnd;
}

/** The call cannot be made: one sentence says why. */
export class InvalidCall extends Error {
  override name = 'InvalidCall';
}

const maxDocuments = 50;

/**
 * Twilio's side of a call to a number: fetches the webhook's document, acts on it, presses the caller's keys. Silence is not
 * waited for. A document that is lost goes to the fallback, once; without one the caller hears of an application error.
 * @throws InvalidCall when no phone could make it
 */
export async function placeCall(phoneCall: PhoneCall, webhook: Webhook): Promise<CallDelivery> {
  const call = completeCall(phoneCall);
  const exchanges: Exchange[] = [];
  const problems: Problem[] = [];
  const moments: CallMoment[] = [];
  const keys = phoneCall.keys.filter((pressed) => pressed !== '');
  const fetch = fetchDocuments({ call, webhook, exchanges, problems });
  let next: NextDocument | CallEnd = { url: webhook.url, method: webhook.method ?? 'POST', extra: [] };
  for (let count = 0; typeof next !== 'string'; count += 1) {
    if (count >= maxDocuments) {
      problems.push(
        describeProblem(14106, `More than ${maxDocuments} documents in one call: it runs in a circle.`),
      );
      next = 'error';
      break;
    }
    const document = await fetch(next, count === 0 ? 'ringing' : 'in-progress');
    next = document ? play(document, { keys, moments }) : 'error';
  }
  return { call, exchanges, problems, moments, end: next };
}

interface NextDocument {
  url: string;
  method: 'GET' | 'POST';
  extra: [name: string, value: string][];
}

interface VoiceDocument {
  instructions: VoiceInstruction[];
  url: WebhookUrl;
}

function completeCall({ from, to = eventNumber, callSid = newSid('CA'), extra }: PhoneCall): InboundCall {
  for (const [name, address] of Object.entries({ from, to })) {
    if (!isCaller(address))
      throw new InvalidCall(`"${name}" is no phone number: write it like ${eventNumber}.`);
  }
  if (!/^CA[0-9a-f]{32}$/.test(callSid)) throw new InvalidCall('A CallSid is CA and 32 hex digits.');
  return { callSid, from, to, ...(extra && { extra }) };
}

// A number, one that is withheld (it has that shape, too), a browser or a SIP phone.
function isCaller(address: string): boolean {
  return /^(?:\+[1-9]\d{6,14}|(?:client|sip):\S{1,100})$/.test(address);
}

/** Makes what fetches the documents of one call, its fallback included. */
function fetchDocuments({
  call,
  webhook,
  exchanges,
  problems,
}: {
  call: InboundCall;
  webhook: Webhook;
  exchanges: Exchange[];
  problems: Problem[];
}): (next: NextDocument, status: 'ringing' | 'in-progress') => Promise<VoiceDocument | null> {
  const cookies = new CookieJar();
  let fallbackUrl = webhook.fallbackUrl;
  const fetch = async (
    { url, method, extra }: NextDocument,
    status: 'ringing' | 'in-progress',
  ): Promise<VoiceDocument | null> => {
    const params = [...callParameters(call, { accountSid: webhook.accountSid, status }), ...extra];
    const retrieved = await retrieveAnswer(
      { url, method, params },
      {
        ...webhook,
        isVoice: true,
        idempotencyToken: randomUUID(),
        cookies: cookies.header(call.callSid, Date.now()),
      },
    );
    exchanges.push(...retrieved.exchanges);
    for (const { answer } of retrieved.exchanges)
      if (answer) cookies.keep(call.callSid, answer.headers, Date.now());
    const found = [...retrieved.problems];
    const instructions = retrieved.answer ? readInstructions(retrieved.answer, found) : null;
    problems.push(...found);
    if (instructions && retrieved.url) return { instructions, url: retrieved.url };
    if (fallbackUrl === undefined) return null;
    const fallback = fallbackUrl;
    fallbackUrl = undefined;
    const cause = found.find(({ level }) => level === 'error')?.code ?? 11200;
    return fetch(
      {
        url: fallback,
        method,
        extra: [...extra, ['ErrorCode', String(cause)], ['ErrorUrl', retrieved.exchanges.at(-1)?.url ?? url]],
      },
      status,
    );
  };
  return fetch;
}

function readInstructions(
  answer: Parameters<typeof readDocument>[0],
  problems: Problem[],
): VoiceInstruction[] | null {
  const document = readDocument(answer);
  if ('code' in document) {
    problems.push(document);
    return null;
  }
  // Plain text is read to the caller: https://www.twilio.com/docs/voice/twiml
  if (document.kind === 'text') return [{ verb: 'say', text: document.text, language: null }];
  const parsed = parseVoiceTwiml(document.text);
  problems.push(...parsed.problems);
  return parsed.problems.some(({ level }) => level === 'error') ? null : parsed.instructions;
}

/** Acts on a document until it leads to another one, or the call ends. */
function play(
  { instructions, url }: VoiceDocument,
  { keys, moments }: { keys: string[]; moments: CallMoment[] },
): NextDocument | CallEnd {
  for (const instruction of instructions) {
    switch (instruction.verb) {
      case 'say':
      case 'play':
      case 'pause':
        moments.push(instruction);
        break;
      case 'other':
        moments.push({ verb: 'not-played', name: instruction.name });
        break;
      case 'hangup':
      case 'reject':
        return instruction.verb;
      case 'redirect':
        return {
          url: resolveAgainst(url, instruction.url) ?? instruction.url,
          method: instruction.method,
          extra: [],
        };
      case 'gather': {
        moments.push(...instruction.speech);
        const pressed = press(keys, instruction);
        moments.push(
          pressed.digits === '' && pressed.finishedOn === ''
            ? { verb: 'silence', seconds: instruction.timeout }
            : { verb: 'keys', digits: pressed.digits + pressed.finishedOn },
        );
        if (pressed.digits === '' && !instruction.actionOnEmptyResult) break;
        const action = instruction.action ?? url.target;
        return {
          url: resolveAgainst(url, action) ?? action,
          method: instruction.method,
          extra: [
            ['Digits', pressed.digits],
            ['FinishedOnKey', pressed.finishedOn],
            ['msg', 'Gather End'],
          ],
        };
      }
    }
  }
  return 'end';
}

/** Takes what a question takes off the keys that are still to be pressed. */
function press(
  keys: string[],
  { numDigits, finishOnKey }: { numDigits: number | null; finishOnKey: string },
): { digits: string; finishedOn: string } {
  const pressed = keys.shift() ?? '';
  if (pressed === '-') return { digits: '', finishedOn: '' };
  for (const [index, key] of [...pressed].entries()) {
    const isEnd = key === finishOnKey;
    if (!isEnd && index + 1 !== numDigits) continue;
    const left = pressed.slice(index + 1);
    if (left !== '') keys.unshift(left);
    return { digits: pressed.slice(0, isEnd ? index : index + 1), finishedOn: isEnd ? key : '' };
  }
  return { digits: pressed, finishedOn: '' };
}
