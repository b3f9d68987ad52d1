import { type HttpAnswer, maxBody } from './http-exchange';
import { type Instruction, parseTwiml } from './parse-twiml';
import { describeProblem, type Problem, type ProblemCode } from './twilio-problem';

/** What Twilio makes of an answer. `instructions` is `null` when the document is lost and the fallback is called. */
export interface Judgement {
  instructions: Instruction[] | null;
  problems: Problem[];
}

/**
 * Judges an answer that is no redirect: status, size, Content-Type, then the document.
 * Sources: https://www.twilio.com/docs/api/errors (11200, 11750, 11770, 12100, 12300)
 */
export function judgeAnswer({ status, headers, body }: HttpAnswer): Judgement {
  const header = (name: string) => headers.find(([given]) => given.toLowerCase() === name)?.[1];
  if (status < 200 || status > 299) return lost(11200, explainStatus(status));
  if (body.byteLength > maxBody) {
    return lost(11750, `The answer is larger than ${maxBody / 1024} kB: Twilio does not read it.`);
  }
  const contentType = header('content-type');
  if (body.byteLength === 0) {
    if (status === 204) return { instructions: [], problems: [] };
    if (header('transfer-encoding')?.toLowerCase() === 'chunked')
      return lost(11770, 'The answer is chunked and empty: answer <Response/>.');
  }
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  if (type === undefined) return lost(11200, 'The answer has no Content-Type: send text/xml.');
  if (type === 'text/plain') {
    // Taken as the reply itself.
    const text = body.toString('utf8');
    return {
      instructions: text === '' ? [] : [{ verb: 'message', to: null, from: null, body: text, media: [] }],
      problems: [],
    };
  }
  if (type !== 'text/xml' && type !== 'application/xml') {
    return lost(12300, `The answer is ${type}: TwiML is text/xml.`);
  }
  const { instructions, problems } = parseTwiml(body.toString('utf8'));
  return { instructions: problems.some(({ level }) => level === 'error') ? null : instructions, problems };
}

function lost(code: ProblemCode, detail: string): Judgement {
  return { instructions: null, problems: [describeProblem(code, detail)] };
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
