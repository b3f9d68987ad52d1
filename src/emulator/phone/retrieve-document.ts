import { sign } from '../../signature';
import { type ConnectionSettings, readConnectionOverrides } from './connection-overrides';
import { exchange, type HttpAnswer, type HttpRequest, type Outcome, type Reroute } from './http-exchange';
import { type Judgement, judgeAnswer } from './judge-answer';
import { describeProblem, type Problem } from './twilio-problem';
import { parseWebhookUrl, resolveAgainst, type WebhookUrl } from './webhook-url';

/** One request and its answer. */
export interface Exchange {
  method: string;
  /** Without credentials, as it was signed. */
  url: string;
  headers: [name: string, value: string][];
  body: string;
  /** `null`: there was none, `problem` says why. */
  answer: HttpAnswer | null;
  problem: Problem | null;
  /** Milliseconds. */
  ms: number;
}

export interface Retrieval extends Judgement {
  exchanges: Exchange[];
  /** Of the last document: what a relative <Redirect> refers to. */
  url: WebhookUrl | null;
}

/** What came back after all redirects; `answer` is `null` when nothing that Twilio could read did. */
export interface RetrievedAnswer {
  answer: HttpAnswer | null;
  problems: Problem[];
  exchanges: Exchange[];
  url: WebhookUrl | null;
}

/** What the sender does to a request on purpose. */
export interface SendingOptions {
  /** `null`: no signature at all. */
  authToken: string | null;
  idempotencyToken: string;
  ca?: string | undefined;
  insecure?: boolean | undefined;
  trickleMs?: number | undefined;
  reroute?: Reroute | undefined;
  cookies?: string | undefined;
  /** Sign the URL without its port, as Twilio does for voice over HTTPS: https://www.twilio.com/docs/usage/security */
  isVoice?: boolean | undefined;
}

const maxRedirects = 10;

/** Fetches one TwiML document of messaging and judges it. */
export async function retrieveDocument(
  where: { url: string; method: 'GET' | 'POST'; params: [name: string, value: string][] },
  options: SendingOptions,
): Promise<Retrieval> {
  const { answer, problems, exchanges, url } = await retrieveAnswer(where, options);
  if (!answer) return { instructions: null, problems, exchanges, url };
  const judgement = judgeAnswer(answer);
  return { ...judgement, problems: [...problems, ...judgement.problems], exchanges, url };
}

/**
 * Fetches a document as Twilio does: signs, sends, tries again where the connection settings say so, and follows redirects. A
 * redirect by 301, 302 or 303 is followed with a GET and loses the form.
 * Source: https://www.twilio.com/docs/api/errors/11216 (301, 302, 303 and 307 are followed)
 */
export async function retrieveAnswer(
  where: { url: string; method: 'GET' | 'POST'; params: [name: string, value: string][] },
  options: SendingOptions,
): Promise<RetrievedAnswer> {
  const exchanges: Exchange[] = [];
  const problems: Problem[] = [];
  let text = where.url;
  let { method, params } = where;
  for (let hop = 0; hop <= maxRedirects; hop++) {
    const url = parseWebhookUrl(text);
    if (typeof url === 'string') {
      problems.push(describeProblem(11321, `The webhook's URL cannot be called: ${url}.`));
      return { answer: null, problems, exchanges, url: null };
    }
    const { settings, problems: faults } = readConnectionOverrides(url.fragment);
    problems.push(...faults.map((fault): Problem => ({ ...fault, level: 'warning' })));
    const request = buildRequest({ url, method, params }, options);
    const outcome = await tryUntilAnswered(request, settings, options, exchanges);
    if ('problem' in outcome) {
      return { answer: null, problems: [...problems, outcome.problem], exchanges, url: request.url };
    }
    const next = followRedirect(outcome.answer, request.url);
    if (next === undefined) return { answer: outcome.answer, problems, exchanges, url: request.url };
    if (typeof next !== 'string')
      return { answer: null, problems: [...problems, next], exchanges, url: request.url };
    text = next;
    if (outcome.answer.status !== 307) [method, params] = ['GET', []];
  }
  problems.push(describeProblem(11215, `More than ${maxRedirects} redirects in a row.`));
  return { answer: null, problems, exchanges, url: null };
}

/** Builds the signed request. With GET the parameters go into the query, which is signed as part of the URL. */
export function buildRequest(
  where: { url: WebhookUrl; method: 'GET' | 'POST'; params: [name: string, value: string][] },
  { authToken, idempotencyToken, cookies, isVoice }: SendingOptions,
): HttpRequest {
  const { method, params } = where;
  const form = new URLSearchParams(params).toString();
  const url = method === 'GET' && form !== '' ? withQuery(where.url, form) : where.url;
  const headers: [string, string][] = [
    ['User-Agent', 'TwilioProxy/1.1'],
    ['Accept', '*/*'],
    ['I-Twilio-Idempotency-Token', idempotencyToken],
    ['X-Home-Region', 'us1'],
    ['Accept-Encoding', 'gzip'],
  ];
  if (method === 'POST') headers.push(['Content-Type', 'application/x-www-form-urlencoded']);
  if (url.authorization !== null) headers.push(['Authorization', url.authorization]);
  if (cookies) headers.push(['Cookie', cookies]);
  if (authToken !== null) {
    const signedUrl = isVoice && url.secure ? withoutPort(url.signed) : url.signed;
    const signed = { url: signedUrl, ...(method === 'POST' && { params }) };
    headers.push(['X-Twilio-Signature', sign(signed, authToken)]);
  }
  return { method, url, headers, body: method === 'POST' ? form : '' };
}

function withoutPort(url: string): string {
  return url.replace(/^(https:\/\/(?:\[[^\]]*\]|[^/:?#]*)):\d+/i, '$1');
}

function withQuery(url: WebhookUrl, form: string): WebhookUrl {
  const mark = url.target.includes('?') ? '&' : '?';
  return { ...url, target: `${url.target}${mark}${form}`, signed: `${url.signed}${mark}${form}` };
}

async function tryUntilAnswered(
  request: HttpRequest,
  settings: ConnectionSettings,
  options: SendingOptions,
  exchanges: Exchange[],
): Promise<Outcome> {
  const started = performance.now();
  for (let retry = 0; ; retry++) {
    const before = performance.now();
    const timeLeft = settings.totalTimeout - (before - started);
    const outcome = await exchange(request, { settings, timeLeft, ...options });
    const answer = 'answer' in outcome ? outcome.answer : null;
    exchanges.push({
      method: request.method,
      url: request.url.signed,
      headers: request.headers,
      body: String(request.body),
      answer,
      problem: 'problem' in outcome ? outcome.problem : null,
      ms: performance.now() - before,
    });
    const cause = 'cause' in outcome ? outcome.cause : causeOfStatus(outcome.answer.status);
    const exhausted = performance.now() - started >= settings.totalTimeout;
    if (cause === null || retry >= settings.retries || exhausted || !settings.retryOn.has(cause)) {
      return outcome;
    }
  }
}

function causeOfStatus(status: number): '4xx' | '5xx' | null {
  if (status >= 500) return '5xx';
  return status >= 400 ? '4xx' : null;
}

function followRedirect({ status, headers }: HttpAnswer, base: WebhookUrl): string | Problem | undefined {
  if (status < 300 || status > 399) return undefined;
  if (![301, 302, 303, 307].includes(status)) {
    return describeProblem(11216, `Status ${status} is not followed: Twilio follows 301, 302, 303 and 307.`);
  }
  const location = headers.find(([name]) => name.toLowerCase() === 'location')?.[1];
  const next = location === undefined ? undefined : resolveAgainst(base, location);
  return next ?? describeProblem(11216, `The answer has status ${status} and no Location to go to.`);
}
