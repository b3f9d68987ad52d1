/** A phone call as Twilio reports it, at its beginning and after each key, every field checked for its shape. */
export interface InboundCall {
  callSid: string;
  /** E.164; `null` for a caller who hides the number. */
  from: string | null;
  /** The key that was pressed; `null` at the beginning. */
  digit: number | null;
  /** What the last answer asked for: places of sessions in the event file. */
  choices: number[];
}

export type ParsedCall = { ok: true; call: InboundCall } | { ok: false; reason: string };

/**
 * What stands in place of a number that is withheld or not known: words written on a keypad. Only ANONYMOUS is documented, as
 * observed in https://www.doorkeeper.jp/developer/blocking-phone-number-twilio; its relatives follow the same rule.
 */
const noNumbers = ['ANONYMOUS', 'RESTRICTED', 'BLOCKED', 'UNKNOWN', 'UNAVAILABLE'].map(
  (word) => `+${[...word].map((letter) => '22233344455566677778889999'[letter.charCodeAt(0) - 65]).join('')}`,
);

/**
 * Reads a call out of a handler's `event`: untrusted, see `parseInboundMessage`.
 * Source of the fields: https://www.twilio.com/docs/voice/twiml#request-parameters, https://www.twilio.com/docs/voice/twiml/gather
 */
export function parseInboundCall(event: unknown, accountSid: string): ParsedCall {
  if (typeof event !== 'object' || event === null) return refuse('no fields');
  const field = (name: string): unknown =>
    Object.hasOwn(event, name) ? Reflect.get(event, name) : undefined;
  const [callSid, from, digits, choices] = ['CallSid', 'From', 'Digits', 'choices'].map(field);
  if (typeof callSid !== 'string' || !/^CA[0-9a-f]{32}$/.test(callSid)) return refuse('CallSid');
  if (field('AccountSid') !== accountSid) return refuse('AccountSid');
  if (typeof from !== 'string' || !/^[\w+:.@~-]{1,256}$/.test(from)) return refuse('From');
  if (digits !== undefined && (typeof digits !== 'string' || !/^[\d*#]{0,4}$/.test(digits)))
    return refuse('Digits');
  if (choices !== undefined && (typeof choices !== 'string' || !/^\d{1,3}(?:\.\d{1,3}){0,8}$/.test(choices)))
    return refuse('choices');
  const isNumber = /^\+[1-9]\d{6,14}$/.test(from) && !noNumbers.includes(from);
  return {
    ok: true,
    call: {
      callSid,
      from: isNumber ? from : null,
      // A star or two keys at once are no score: 0 is none either.
      digit: digits === undefined || digits === '' ? null : /^\d$/.test(digits) ? Number(digits) : 0,
      choices: choices === undefined ? [] : choices.split('.').map(Number),
    },
  };
}

function refuse(reason: string): ParsedCall {
  return { ok: false, reason };
}
