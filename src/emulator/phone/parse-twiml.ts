import { checkAttributes, childrenOf, methodOf, readTwiml, type TwimlElement, textOf } from './read-twiml';
import { describeProblem, type Problem } from './twilio-problem';

/** What a document tells Twilio to do, in order. */
export type Instruction =
  | { verb: 'message'; to: string | null; from: string | null; body: string; media: string[] }
  | { verb: 'redirect'; method: 'GET' | 'POST'; url: string };

const verbAttributes: Record<string, readonly string[]> = {
  Message: ['to', 'from', 'action', 'method', 'statusCallback'],
  Sms: ['to', 'from', 'action', 'method', 'statusCallback'],
  Redirect: ['method'],
};

/**
 * Reads a TwiML document for messaging as strictly as Twilio does. A document that cannot be used gives one problem of
 * level `error` and no instructions.
 * Grammar: https://www.twilio.com/docs/messaging/twiml
 */
export function parseTwiml(text: string): { instructions: Instruction[]; problems: Problem[] } {
  const root = readTwiml(text);
  return 'code' in root ? { instructions: [], problems: [root] } : readResponse(root);
}

function readResponse(root: TwimlElement): { instructions: Instruction[]; problems: Problem[] } {
  const instructions: Instruction[] = [];
  const problems: Problem[] = [];
  for (const child of childrenOf(root, problems, '<Message>')) {
    const allowed = verbAttributes[child.name];
    if (!allowed) {
      problems.push(
        describeProblem(
          14110,
          `<${child.name}> is no verb of messaging: there are Message, Redirect and Sms.`,
        ),
      );
      continue;
    }
    checkAttributes(child, allowed, problems);
    if (child.name === 'Redirect') {
      instructions.push({ verb: 'redirect', method: methodOf(child), url: textOf(child).trim() });
      // Verbs after <Redirect> are unreachable: https://www.twilio.com/docs/messaging/twiml/redirect
      break;
    }
    instructions.push(readMessage(child, problems));
  }
  return { instructions, problems };
}

function readMessage(element: TwimlElement, problems: Problem[]): Instruction {
  let body = '';
  const media: string[] = [];
  let hasBodyElement = false;
  for (const child of element.children) {
    if (typeof child === 'string') continue;
    if (child.name === 'Body') {
      body += textOf(child);
      hasBodyElement = true;
    } else if (child.name === 'Media') media.push(textOf(child).trim());
    else
      problems.push(
        describeProblem(12200, `<${child.name}> inside <Message>: only Body and Media are known there.`),
      );
  }
  const { to = null, from = null } = element.attributes;
  return { verb: 'message', to, from, body: hasBodyElement ? body : textOf(element).trim(), media };
}
