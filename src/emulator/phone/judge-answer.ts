import { type HttpAnswer, maxBody } from './http-exchange';
import { type Instruction, parseTwiml } from './parse-twiml';
import { describeProblem, type Problem } from './twilio-problem';

/** What Twilio makes of an answer. `instructions` is `null` when the document is lost and the fallback is called. */
export interface Judgement {
  instructions: Instruction[] | null;
  problems: Problem[];
}

/** A document as it arrived: TwiML, plain text, or nothing at all, which is fine. */
export interface ArrivedDocument {
  kind: 'twiml' | 'text';
  text: string;
}

/** Judges an answer that is no redirect, as messaging does. */
export function judgeAnswer(answer: HttpAnswer): Judgement {
  const document = readDocument(answer);
  if ('code' in document) return { instructions: null, problems: [document] };
  if (document.kind === 'text') {
    // Taken as the reply itself.
    const reply: Instruction = { verb: 'message', to: null, from: null, body: document.text, media: [] };
    return { instructions: document.text === '' ? [] : [reply], problems: [] };
  }
  const { instructions, problems } = parseTwiml(document.text);
  return { instructions: problems.some(({ level }) => level === 'error') ? null : instructions, problems };
}

/**
 * The document in an answer that is no redirect, or what is wrong with status, size or Content-Type.
 * Sources: https://www.twilio.com/docs/api/errors (11200, 11750, 11770, 12100, 12300)
 */
export function readDocument({ status, headers, body }: HttpAnswer): ArrivedDocument | Problem {
  const header = (name: string) => headers.find(([given]) => given.toLowerCase() === name)?.[1];
  if (status < 200 || status > 299) return describeProblem(11200, explainStatus(status));
  if (body.byteLength > maxBody) {
    return describeProblem(11750, `The answer is larger than ${maxBody / 1024} kB: Twilio does not read it.`);
  }
  const contentType = header('content-type');
  if (body.byteLength === 0) {
    if (status === 204) return { kind: 'text', text: '' };
    if (header('transfer-encoding')?.toLowerCase() === 'chunked')
      return describeProblem(11770, 'The answer is chunked and empty: answer <Response/>.');
  }
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  if (type === undefined) return describeProblem(11200, 'The answer has no Content-Type: send text/xml.');
  if (type === 'text/plain') return { kind: 'text', text: body.toString('utf8') };
  if (type !== 'text/xml' && type !== 'application/xml')
    return describeProblem(12300, `The answer is ${type}: TwiML is text/xml.`);
  return { kind: 'twiml', text: body.toString('utf8') };
}

function explainStatus(status: number): string {
  const meaning =
    status === 403
      ? 'refused: a protected function answers so when the signature does not verify'
      : status === 401
        ? 'the URL wants a user and a password: https://user:password@…'
        : status === 404
          ? 'there is nothing at this path'
          : status === 405
            ? 'this path does not take that method'
            : status === 429
              ? 'too many requests at once'
              : status === 504
                ? 'the function took longer than 10 s, or never called back'
                : status >= 500
                  ? 'the function failed'
                  : 'Twilio wants a status from 200 to 299';
  return `The answer has status ${status}: ${meaning}.`;
}
