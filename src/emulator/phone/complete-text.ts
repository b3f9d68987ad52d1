import type { InboundMessage, Media } from './inbound-parameters';
import { newSid } from './message-sid';
import { addressOn, type Channel, demoAgent, eventNumber, isAddress } from './phone-numbers';

/** A text as somebody types it into a phone. What is left out is made up. */
export interface Text {
  from: string;
  to?: string | undefined;
  body: string;
  channel?: Channel | undefined;
  media?: Media[] | undefined;
  messageSid?: string | undefined;
  extra?: [name: string, value: string][] | undefined;
}

/** The text cannot be sent: one sentence says why. */
export class InvalidText extends Error {
  override name = 'InvalidText';
}

/** Most characters of a message, either way: https://www.twilio.com/docs/glossary/what-sms-character-limit */
export const maxBodyLength = 1_600;

/** Makes up what a text leaves out. @throws InvalidText */
export function completeText(text: Text): InboundMessage {
  const channel = text.channel ?? 'sms';
  const media = text.media ?? [];
  // What travels is UTF-8: half a surrogate pair cannot, and could not be signed either.
  const body = Buffer.from(text.body).toString();
  const from = addressOn(channel, text.from);
  const to = addressOn(channel, text.to ?? (channel === 'rcs' ? demoAgent : eventNumber));
  for (const [name, address] of [
    ['from', from],
    ['to', to],
  ]) {
    if (!isAddress(String(address))) {
      throw new InvalidText(
        `"${name}" is no phone number: write it like ${eventNumber}, or as a short code.`,
      );
    }
  }
  if (body === '' && media.length === 0) throw new InvalidText('A message needs a text or media.');
  if ([...body].length > maxBodyLength) {
    throw new InvalidText(
      `The text has ${[...body].length} characters: Twilio delivers ${maxBodyLength} at most.`,
    );
  }
  if (media.length > 10) throw new InvalidText(`${media.length} media: a message carries 10 at most.`);
  const messageSid = text.messageSid ?? newSid(media.length > 0 ? 'MM' : 'SM');
  if (!/^(?:SM|MM)[0-9a-f]{32}$/.test(messageSid)) {
    throw new InvalidText('A MessageSid is SM or MM and 32 hex digits.');
  }
  return { from, to, body, channel, media, messageSid, ...(text.extra && { extra: text.extra }) };
}
