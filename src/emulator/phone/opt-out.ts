import { demoAgent, eventNumber } from './phone-numbers';

/**
 * Words that Twilio itself acts on when they are the whole text, in any case.
 * Source: https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out
 */
const words = {
  STOP: ['STOP', 'UNSUBSCRIBE', 'END', 'QUIT', 'STOPALL', 'REVOKE', 'OPTOUT', 'CANCEL'],
  START: ['START', 'YES', 'UNSTOP'],
  HELP: ['HELP', 'INFO'],
} as const;

export type OptOutWord = keyof typeof words;

/** Twilio's own answers, sent before and besides anything the webhook says. */
export const optOutReplies: Record<OptOutWord, string> = {
  STOP: 'You have successfully been unsubscribed. You will not receive any more messages from this number. Reply START to resubscribe.',
  START:
    'You have successfully been re-subscribed to messages from this number. Reply HELP for help. Reply STOP to unsubscribe. Msg&Data Rates May Apply.',
  HELP: 'Reply STOP to unsubscribe. Msg&Data Rates May Apply.',
};

export function findOptOutWord(body: string): OptOutWord | null {
  const text = body.trim().toUpperCase();
  for (const family of ['STOP', 'START', 'HELP'] as const) {
    if ((words[family] as readonly string[]).includes(text)) return family;
  }
  return null;
}

/** Who does not want to hear from whom. Shared by SMS, MMS and RCS of one phone, as Twilio does since March 2026. */
export interface OptOuts {
  has(phone: string, sender: string): boolean;
  set(phone: string, sender: string, optedOut: boolean): void;
}

/** Opt-outs of this process. */
export class OptOutsInMemory implements OptOuts {
  readonly #pairs = new Set<string>();

  has(phone: string, sender: string): boolean {
    return this.#pairs.has(pairKey(phone, sender));
  }

  set(phone: string, sender: string, optedOut: boolean): void {
    if (optedOut) this.#pairs.add(pairKey(phone, sender));
    else this.#pairs.delete(pairKey(phone, sender));
  }
}

/**
 * Names a phone and a sender for opt-outs. SMS and RCS of a phone are one, and the demo agent is the event's number on
 * RCS; WhatsApp keeps its own list.
 */
export function pairKey(phone: string, sender: string): string {
  const plain = (address: string) => {
    const bare = address.replace(/^rcs:/, '');
    return bare === demoAgent ? eventNumber : bare;
  };
  return `${plain(phone)} ${plain(sender)}`;
}
