import { randomUUID } from 'node:crypto';
import { inboundParameters } from '../phone/inbound-parameters';
import { newSid } from '../phone/message-sid';
import { fictionalNumber } from '../phone/phone-numbers';
import type { RawRequest } from './raw-request';

/** What an attacker is after. */
export type Goal =
  /** A vote that nobody cast, or one that was changed. */
  | 'vote'
  /** A file that is not theirs to read. */
  | 'read'
  /** Work and memory that a stranger should not get. */
  | 'overload';

export interface Attack {
  /** Stable, for JSON and for people who talk about it. */
  name: string;
  /** What is done, in a few words. */
  title: string;
  goal: Goal;
  /** `capture`: only for somebody who read a genuine request on its way. */
  needs: 'url' | 'capture';
  /**
   * `false`: not run against a given URL. A replay of a genuine request is answered like the first delivery there, and
   * only the count tells that it changed nothing.
   */
  onUrl?: false;
  /** A handler may refuse the fields by itself, signed or not: that answer stopped nothing, for the request reached it. */
  misshapen?: true;
  build: (situation: Situation) => RawRequest[];
}

/** What the attacker knows. */
export interface Situation {
  /** `http://host:port` of the webhook. */
  origin: string;
  /** Path and query of the webhook. */
  target: string;
  /** What the forged message says. */
  text: string;
  /**
   * Of the account that the webhook serves. It stands in links and logs and is no secret: without it a handler could refuse
   * what nothing else would have stopped.
   */
  accountSid: string;
  /** A genuine request, as read on its way. */
  capture: Capture;
}

export interface Capture {
  request: RawRequest;
  params: [name: string, value: string][];
  signature: string;
}

/** Reads fields and signature of a captured request; without a capture, of one that anybody could have written. */
export function describeCapture(
  request: RawRequest | undefined,
  { target, accountSid }: { target: string; accountSid: string },
): Capture {
  if (!request) {
    const params = forgedParameters({ text: '', accountSid });
    return { request: postForm(target, params), params, signature: '' };
  }
  return {
    request,
    params: [...new URLSearchParams(Buffer.from(request.body).toString('utf8'))],
    signature: request.headers.find(([name]) => name.toLowerCase() === 'x-twilio-signature')?.[1] ?? '',
  };
}

/** A message that was never sent, in Twilio's own form. */
export function forgedParameters({
  text,
  accountSid,
}: Pick<Situation, 'text' | 'accountSid'>): [name: string, value: string][] {
  return inboundParameters(
    {
      from: fictionalNumber(9_000_000 + Math.floor(Math.random() * 800_000)),
      to: fictionalNumber(0),
      body: text,
      channel: 'sms',
      media: [],
      messageSid: newSid('SM'),
    },
    accountSid,
  );
}

/** A form posted the way Twilio does, with more headers where an attack has some. */
export function postForm(
  target: string,
  params: [name: string, value: string][],
  headers: [name: string, value: string][] = [],
): RawRequest {
  return {
    method: 'POST',
    target,
    headers: [
      ['User-Agent', 'TwilioProxy/1.1'],
      ['Accept', '*/*'],
      ['I-Twilio-Idempotency-Token', randomUUID()],
      ['Content-Type', 'application/x-www-form-urlencoded'],
      ...headers,
    ],
    body: new URLSearchParams(params).toString(),
  };
}

/** Replaces the value of a field, or adds the field. */
export function withField(
  params: [name: string, value: string][],
  name: string,
  value: string,
): [name: string, value: string][] {
  const others = params.filter(([given]) => given !== name);
  return [...others, [name, value]];
}
