/**
 * What Twilio would write into its debugger for this message, with one sentence for whoever has to repair it.
 * Codes and meanings: https://www.twilio.com/docs/api/errors
 */
export interface Problem {
  code: ProblemCode;
  /** `error`: the document or the reply is lost. `warning`: Twilio goes on. */
  level: 'error' | 'warning';
  title: string;
  /** What happened here, and what to change. */
  detail: string;
}

const problems = {
  11200: ['error', 'HTTP retrieval failure'],
  11205: ['error', 'HTTP connection failure'],
  11206: ['error', 'HTTP protocol violation'],
  11210: ['error', 'HTTP bad host name'],
  11215: ['error', 'HTTP too many redirects'],
  11216: ['error', 'HTTP invalid redirect'],
  11220: ['error', 'SSL/TLS handshake error'],
  11235: ['error', 'Certificate invalid: domain mismatch'],
  11236: ['error', 'Certificate invalid: expired'],
  11237: ['error', 'Certificate invalid: no path to a trusted certificate'],
  11240: ['error', 'HTTP connection edge location is invalid'],
  11243: ['error', 'HTTP retry policy is invalid'],
  11321: ['error', 'Misconfigured webhook'],
  11750: ['error', 'TwiML response body too large'],
  11770: ['error', 'Empty response body'],
  12100: ['error', 'Document parse failure'],
  12102: ['error', 'The root element must be Response'],
  12200: ['warning', 'Schema validation warning'],
  12300: ['error', 'Invalid Content-Type'],
  13310: ['warning', 'Gather: Invalid finishOnKey value'],
  14101: ['error', 'Invalid "To" attribute'],
  14103: ['error', 'Invalid Body'],
  14106: ['error', 'Document retrieval limit reached'],
  14107: ['error', 'Message send rate limit exceeded'],
  14109: ['warning', 'TwiML reply message limit exceeded'],
  14110: ['warning', 'Invalid verb for a message reply'],
  21610: ['error', 'Recipient has opted out'],
} as const;

export type ProblemCode = keyof typeof problems;

export function describeProblem(code: ProblemCode, detail: string): Problem {
  const [level, title] = problems[code];
  return { code, level, title, detail };
}
