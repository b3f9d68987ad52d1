import { SegmentedMessage } from 'sms-segments-calculator';

export interface Segments {
  encoding: 'GSM-7' | 'UCS-2';
  segments: number;
}

/** How a text is cut for the air, and so what it costs (https://www.twilio.com/docs/glossary/what-sms-character-limit). */
export function countSegments(text: string): Segments {
  const message = new SegmentedMessage(text);
  return { encoding: message.encodingName, segments: Math.max(1, message.segmentsCount) };
}
