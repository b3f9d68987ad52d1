import { isForm } from '../../signature/canonical';
import { judgeAnswer } from '../phone/judge-answer';
import type { RequestRecord, Verdict } from '../request-log';
import { type Mask, maskFor } from './mask-numbers';

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
  /** The fields of a form, else `null`, and `null` for a form with more than can be shown. */
  params: [name: string, value: string][] | null;
  /** What a signature of this request covers, piece by piece. */
  signed: string[];
  response: { headers: [name: string, value: string][]; body: string } | null;
  /** What Twilio would make of the answer; `null` when the request was none of Twilio's. */
  twilio: { messages: string[]; problems: { code: number; level: string; detail: string }[] } | null;
}

export function summarize(record: RequestRecord, hide: Mask = maskFor(record)): RequestSummary {
  const { id, at, method, url, status, verdict, reason, ms } = record;
  return { id, at, method, url: hide(url), status, verdict, reason, ms: Math.round(ms * 10) / 10 };
}

export function describeRecord(record: RequestRecord): RequestDetail {
  const params = shownFieldsOf(record);
  const hide = maskFor(record);
  return {
    ...summarize(record, hide),
    headers: hideHeaders(record.headers, hide),
    body: showBytes(record.body, hide),
    params: params?.map(([name, value]) => [hide(name), hide(value)]) ?? null,
    signed: describeSigned(record, params).map(hide),
    response: record.response && {
      headers: hideHeaders(record.response.headers, hide),
      body: showBytes(record.response.body, hide),
    },
    twilio: judgeAsTwilio(record, params, hide),
  };
}

/** The fields of a form body as received; `null` for another body. */
export function formOf({ headers, body }: RequestRecord): [name: string, value: string][] | null {
  if (!isForm(headerOf(headers, 'content-type'))) return null;
  return [...new URLSearchParams(Buffer.from(body).toString('utf8'))];
}

/** Twilio's runtime reads no more. */
const shownFields = 1000;
const shownBytes = 64 * 1024;

function shownFieldsOf(record: RequestRecord): [name: string, value: string][] | null {
  const params = record.body.byteLength <= shownBytes ? formOf(record) : null;
  return params && params.length <= shownFields ? params : null;
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

function hideHeaders(headers: [name: string, value: string][], hide: Mask): [name: string, value: string][] {
  return headers.map(([name, value]) => [
    name,
    secretHeaders.has(name.toLowerCase()) ? `(${value.length} characters, hidden)` : hide(value),
  ]);
}

function showBytes(bytes: Uint8Array, hide: Mask): string {
  const text = Buffer.from(bytes.subarray(0, shownBytes)).toString('utf8');
  if (bytes.byteLength <= shownBytes) return hide(text);
  return `${hide(withoutLastNumber(text))}\n… ${bytes.byteLength} bytes in all`;
}

// What is left of a number at a cut would not be known for one.
function withoutLastNumber(text: string): string {
  let end = text.length;
  while (/[\d+%b]/i.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

// https://www.twilio.com/docs/usage/security: the URL, then the fields of a form sorted by name.
function describeSigned({ url, headers }: RequestRecord, params: [string, string][] | null): string[] {
  if (!params && isForm(headerOf(headers, 'content-type')))
    return [url, '… and more fields than are shown here'];
  const fields = [...new Set((params ?? []).map(([name, value]) => `${name}\u0000${value}`))].sort();
  return [url, ...fields.map((field) => field.replace('\u0000', ' + '))];
}

function judgeAsTwilio(
  { status, response }: RequestRecord,
  params: [name: string, value: string][] | null,
  hide: Mask,
): RequestDetail['twilio'] {
  if (!response || status === null || !params?.some(([name]) => name === 'MessageSid')) return null;
  const { instructions, problems } = judgeAnswer({
    status,
    headers: response.headers,
    body: Buffer.from(response.body),
  });
  return {
    messages: (instructions ?? []).flatMap((step) => (step.verb === 'message' ? [hide(step.body)] : [])),
    problems: problems.map(({ code, level, detail }) => ({ code, level, detail })),
  };
}
