import type { EnvironmentFile, FunctionFile } from './project';

/** What stands in code that looks at who calls, Twilio or a signed-in Flex user, and so may be public. */
const checksItself =
  /x-?twilio-?signature|\b(?:validateRequest|validateRequestWithBody|validateExpressRequest|twilioWebhook)\b|\b\w*TokenValidator\b|\bfunctionValidator\b/i;

/** What only a request from Twilio has, or only Twilio wants for an answer. */
const signs: [pattern: RegExp, evidence: string][] = [
  [/\b(?:MessagingResponse|VoiceResponse|FaxResponse)\b|<Response\b/, 'it answers TwiML'],
  [/\bmessageHandler\s*\(/, 'it is a messageHandler'],
  [
    /\b(?:MessageSid|SmsSid|SmsMessageSid|SmsStatus|MessageStatus|NumMedia|CallSid|CallStatus|RecordingSid|OptOutType)\b/,
    'it reads fields that Twilio sends',
  ],
];

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
  for (const [pattern, evidence] of signs) if (pattern.test(code)) return evidence;
  // The convention of Twilio's function templates.
  const variables = { ...environment.example?.variables, ...environment.variables };
  const named = Object.keys(variables).find((name) => webhookVariable.test(name) && variables[name] === path);
  if (named) return `${named} names it`;
  if (path !== null && /\/(?:incoming|inbound|status-?callback)(?:[-/]|$)/i.test(path))
    return 'its name says so';
  return null;
}
