import { answersTwiml } from './answers-twiml';
import type { EnvironmentFile, FunctionFile } from './project';

/** What stands in code that looks at who calls, Twilio or a signed-in Flex user, and so may be public. */
const checksItself =
  /x-?twilio-?signature|\b(?:validateRequest|validateRequestWithBody|validateExpressRequest|twilioWebhook)\b|\.webhook\s*\(|\b\w*TokenValidator\b|\bfunctionValidator\b/i;

/** What only a request from Twilio has, or only Twilio wants for an answer. */
const signs: [isThere: (code: string) => boolean, evidence: string][] = [
  [answersTwiml, 'it answers TwiML'],
  [(code) => /\bmessageHandler\s*\(/.test(code), 'it is a messageHandler'],
  [readsFields, 'it reads fields that Twilio sends'],
];

const fields =
  '(?:MessageSid|SmsSid|SmsMessageSid|SmsStatus|MessageStatus|NumMedia|CallSid|CallStatus|RecordingSid|OptOutType)\\b';

// Elsewhere such a name may be that of another's field: one of a resource, or one that is sent to somebody.
function readsFields(code: string): boolean {
  const second =
    /\bhandler\s*(?:=\s*(?:async\b\s*)?(?:function\b\s*\w*\s*)?)?\(\s*(?:\w+|\{[^{}]*\})\s*,\s*(\w+)/.exec(
      code,
    );
  const event = `\\b(?:event|${second?.[1] ?? 'event'})`;
  const destructured = `\\{[^{}]*\\b${fields}[^{}]*\\}\\s*`;
  return [
    `${event}\\??\\.${fields}`,
    `${event}(?:\\?\\.)?\\[["']${fields}`,
    `${destructured}=\\s*${event}\\b`,
    `[(,]\\s*${destructured}(?:,[^(){}]*)?\\)\\s*(?:=>|\\{)`,
  ].some((pattern) => new RegExp(pattern).test(code));
}

const webhookVariable = /^TWILIO_(?:SMS|VOICE|STATUS|MESSAGING)\w*_WEBHOOK_URL$/;

/**
 * Why a function seems to be called by Twilio, or `null`. One that looks at the signature itself is none of these: it is
 * looked after.
 */
export function findTwilioEvidence(
  { code, path }: FunctionFile,
  environment: EnvironmentFile,
): string | null {
  if (checksItself.test(code)) return null;
  for (const [isThere, evidence] of signs) if (isThere(code)) return evidence;
  // The convention of Twilio's function templates.
  const variables = { ...environment.example?.variables, ...environment.variables };
  const named = Object.keys(variables).find((name) => webhookVariable.test(name) && variables[name] === path);
  if (named) return `${named} names it`;
  if (path !== null && /\/(?:incoming|inbound|status-?callback)(?:[-/]|$)/i.test(path))
    return 'its name says so';
  return null;
}
