import { judgeAnswer } from '../phone/judge-answer';
import type { RequestRecord, Verdict } from '../request-log';
import { maskNumbers } from './mask-numbers';

/** A request in the list. */
export interface RequestSummary {
  id: string;
  at: number;
  method: string;
  url: string;
  status: number | null;
  verdict: Verdict;
  reason: string | null;
  ms: number;
}

/** A request in full, without anything that would be a credential. */
export interface RequestDetail extends RequestSummary {
  headers: [name: string, value: string][];
  body: string;
  /** The fields of a form, else `null`. */
  params: [name: string, value: string][] | null;
  /** What a signature of this request covers, piece by piece. */
  signed: string[];
  response: { headers: [name: string, value: string][]; body: string } | null;
  /** What Twilio would make of the answer; `null` when the request was none of Twilio's. */
  twilio: { messages: string[]; problems: { code: number; level: string; detail: string }[] } | null;
}

export function summarize({
  id,
  at,
  method,
  url,
  status,
  verdict,
  reason,
  ms,
}: RequestRecord): RequestSummary {
  return { id, at, method, url: maskNumbers(url), status, verdict, reason, ms: Math.round(ms * 10) / 10 };
}

export function describeRecord(record: RequestRecord): RequestDetail {
  const params = formOf(record);
  return {
    ...summarize(record),
    headers: maskHeaders(record.headers),
    body: showBytes(record.body),
    params: params?.map(([name, value]) => [maskNumbers(name), maskNumbers(value)]) ?? null,
    signed: describeSigned(record, params),
    response: record.response && {
      headers: maskHeaders(record.response.headers),
      body: showBytes(record.response.body),
    },
    twilio: judgeAsTwilio(record, params),
  };
}

/** The fields of a form body as received; `null` for another body. */
export function formOf({ headers, body }: RequestRecord): [name: string, value: string][] | null {
  const type = headerOf(headers, 'content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded') return null;
  return [...new URLSearchParams(Buffer.from(body).toString('utf8'))];
}

export function headerOf(headers: [name: string, value: string][], name: string): string | undefined {
  return headers.find(([given]) => given.toLowerCase() === name)?.[1];
}

// A signature that passed, a password and a session are credentials: their presence is shown, never their value.
const secretHeaders = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'x-twilio-signature',
]);

function maskHeaders(headers: [name: string, value: string][]): [name: string, value: string][] {
  return headers.map(([name, value]) => [
    name,
    secretHeaders.has(name.toLowerCase()) ? `(${value.length} characters, hidden)` : maskNumbers(value),
  ]);
}

const shownBytes = 64 * 1024;

function showBytes(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.subarray(0, shownBytes)).toString('utf8');
  return maskNumbers(text) + (bytes.byteLength > shownBytes ? `\n… ${bytes.byteLength} bytes in all` : '');
}

// https://www.twilio.com/docs/usage/security: the URL, then the fields of a form sorted by name.
function describeSigned({ url }: RequestRecord, params: [string, string][] | null): string[] {
  const fields = [...new Set((params ?? []).map(([name, value]) => `${name}\u0000${value}`))].sort();
  return [url, ...fields.map((field) => field.replace('\u0000', ' + '))].map(maskNumbers);
}

function judgeAsTwilio(
  { status, response }: RequestRecord,
  params: [name: string, value: string][] | null,
): RequestDetail['twilio'] {
  if (!response || status === null || !params?.some(([name]) => name === 'MessageSid')) return null;
  const { instructions, problems } = judgeAnswer({
    status,
    headers: response.headers,
    body: Buffer.from(response.body),
  });
  return {
    messages: (instructions ?? []).flatMap((step) =>
      step.verb === 'message' ? [maskNumbers(step.body)] : [],
    ),
    problems: problems.map(({ code, level, detail }) => ({ code, level, detail })),
  };
}
