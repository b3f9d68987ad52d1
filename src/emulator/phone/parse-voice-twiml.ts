import { checkAttributes, childrenOf, methodOf, readTwiml, type TwimlElement, textOf } from './read-twiml';
import { describeProblem, type Problem } from './twilio-problem';

/** What a caller hears. */
export type Speech =
  | { verb: 'say'; text: string; language: string | null }
  | { verb: 'play'; url: string }
  | { verb: 'pause'; seconds: number };

/** What a document tells Twilio to do with a call, in order. */
export type VoiceInstruction =
  | Speech
  | {
      verb: 'gather';
      speech: Speech[];
      /** `null`: the document's own URL. */
      action: string | null;
      method: 'GET' | 'POST';
      /** Seconds. */
      timeout: number;
      /** `null`: until the key that ends it, or silence. */
      numDigits: number | null;
      /** Empty: no key ends it. */
      finishOnKey: string;
      actionOnEmptyResult: boolean;
    }
  | { verb: 'redirect'; method: 'GET' | 'POST'; url: string }
  | { verb: 'hangup' }
  | { verb: 'reject' }
  /** A verb of Twilio's that this phone cannot act on. */
  | { verb: 'other'; name: string };

const attributes: Record<string, readonly string[]> = {
  Say: ['voice', 'language', 'loop'],
  Play: ['loop', 'digits'],
  Pause: ['length'],
  Gather: [
    ...['action', 'method', 'timeout', 'numDigits', 'finishOnKey', 'input', 'actionOnEmptyResult', 'hints'],
    ...['language', 'speechTimeout', 'maxSpeechTime', 'speechModel', 'profanityFilter', 'bargeIn', 'debug'],
    ...['partialResultCallback', 'partialResultCallbackMethod', 'enhanced', 'dtmfDetection'],
  ],
  Redirect: ['method'],
  Hangup: [],
  Reject: ['reason'],
};

const otherVerbs = [
  'Connect',
  'Dial',
  'Enqueue',
  'Leave',
  'Pay',
  'Prompt',
  'Queue',
  'Record',
  'Refer',
  'Siprec',
  'Start',
  'Stop',
  'Stream',
];

/**
 * Reads a TwiML document for a call. A document that cannot be used gives one problem of level `error` and no instructions.
 * Grammar: https://www.twilio.com/docs/voice/twiml
 */
export function parseVoiceTwiml(text: string): { instructions: VoiceInstruction[]; problems: Problem[] } {
  const root = readTwiml(text);
  if ('code' in root) return { instructions: [], problems: [root] };
  const problems: Problem[] = [];
  const instructions = childrenOf(root, problems, 'a verb').flatMap((element) => readVerb(element, problems));
  return { instructions, problems };
}

function readVerb(element: TwimlElement, problems: Problem[]): VoiceInstruction[] {
  const { name } = element;
  const known = attributes[name];
  if (otherVerbs.includes(name)) return [{ verb: 'other', name }];
  if (!known) {
    problems.push(describeProblem(12200, `<${name}> is no verb of voice; Twilio passes over it.`));
    return [];
  }
  checkAttributes(element, known, problems);
  switch (name) {
    case 'Gather':
      return [readGather(element, problems)];
    case 'Redirect':
      return [{ verb: 'redirect', method: methodOf(element), url: textOf(element).trim() }];
    case 'Hangup':
      return [{ verb: 'hangup' }];
    case 'Reject':
      return [{ verb: 'reject' }];
    default:
      return [readSpeech(element)];
  }
}

function readSpeech(element: TwimlElement): Speech {
  if (element.name === 'Play') return { verb: 'play', url: textOf(element).trim() };
  if (element.name === 'Pause') return { verb: 'pause', seconds: Number(element.attributes.length ?? 1) };
  return { verb: 'say', text: spokenText(element), language: element.attributes.language ?? null };
}

// A voice reads what stands within <prosody> or <break> as well.
function spokenText(element: TwimlElement): string {
  const parts = element.children.map((child) => (typeof child === 'string' ? child : spokenText(child)));
  return parts.join('').replace(/\s+/g, ' ').trim();
}

function readGather(element: TwimlElement, problems: Problem[]): VoiceInstruction {
  const { action, timeout, numDigits, finishOnKey, actionOnEmptyResult } = element.attributes;
  const whole = (name: string, text: string | undefined, fallback: number): number => {
    if (text === undefined || text === 'auto') return fallback;
    if (/^\d{1,4}$/.test(text) && Number(text) >= 1) return Number(text);
    problems.push(describeProblem(12200, `${name}="${text}" of <Gather> is no whole number from 1.`));
    return fallback;
  };
  if (finishOnKey !== undefined && !/^[\d*#]?$/.test(finishOnKey))
    problems.push(describeProblem(13310, `finishOnKey="${finishOnKey}" is none of 0 to 9, # and *.`));
  const speech = childrenOf(element, problems, 'a verb of <Gather>').flatMap((child) => {
    if (['Say', 'Play', 'Pause'].includes(child.name)) return [readSpeech(child)];
    problems.push(
      describeProblem(12200, `<${child.name}> inside <Gather>: only Say, Play and Pause are known there.`),
    );
    return [];
  });
  return {
    verb: 'gather',
    speech,
    action: action ?? null,
    method: methodOf(element),
    timeout: whole('timeout', timeout, 5),
    numDigits: numDigits === undefined ? null : whole('numDigits', numDigits, 1),
    finishOnKey: finishOnKey === undefined || !/^[\d*#]?$/.test(finishOnKey) ? '#' : finishOnKey,
    actionOnEmptyResult: actionOnEmptyResult === 'true',
  };
}
