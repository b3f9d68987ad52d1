/** What is used of a client of the `twilio` package: requests with the account's credentials, to the account's region. */
export interface TwilioClient {
  request(options: {
    method: 'get' | 'post' | 'delete';
    uri: string;
    data?: Record<string, string>;
    headers?: Record<string, string>;
    timeout?: number;
  }): Promise<{ statusCode: number; body: unknown }>;
}

/** A request that Twilio's API refused or did not answer: a sentence that says what that means and what to do. */
export class TwilioFault extends Error {
  override name = 'TwilioFault';
  constructor(
    message: string,
    /** HTTP status; 0 without an answer. */
    readonly status: number,
    /** Twilio's error code, when it gave one. */
    readonly code: number | null,
  ) {
    super(message);
  }
}

/** Milliseconds for one request. */
const patience = 20_000;

/**
 * One request to Twilio's API.
 * @param subject what is asked for, as it is called in a sentence: "the number"
 * @param method `get` unless there is a form
 * @returns the body; the caller knows its shape from Twilio's API reference; an empty object when there is none
 * @throws TwilioFault for every other answer than 2xx, and without one
 */
export async function callTwilio<T>(
  client: TwilioClient,
  {
    url,
    subject,
    form,
    method = form ? 'post' : 'get',
    timeout = patience,
  }: {
    url: string;
    subject: string;
    form?: Record<string, string>;
    method?: 'get' | 'post' | 'delete';
    timeout?: number;
  },
): Promise<T> {
  let answer: { statusCode: number; body: unknown };
  try {
    answer = await client.request({
      method,
      uri: url,
      timeout,
      ...(form && { data: form, headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }),
    });
  } catch (error) {
    throw noAnswer(error, subject);
  }
  const { statusCode } = answer;
  const body = readJson(answer.body);
  if (statusCode < 200 || statusCode >= 300) throw explainStatus(statusCode, body, subject);
  if (statusCode === 204) return {} as T;
  if (typeof body !== 'object' || body === null) {
    throw new TwilioFault(
      `The answer for ${subject} is no JSON, so it does not come from Twilio's API: is there a proxy or a sign-in page between?`,
      statusCode,
      null,
    );
  }
  return body as T;
}

function readJson(body: unknown): unknown {
  if (typeof body !== 'string') return body;
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** All entries of a list, page after page, of the newer APIs (`meta.next_page_url`) and the 2010 one (`next_page_uri`). */
export async function listTwilio<T>(
  client: TwilioClient,
  { url, key, subject }: { url: string; key: string; subject: string },
): Promise<T[]> {
  const entries: T[] = [];
  let next: string | null | undefined = url;
  while (next) {
    const page: Page<T> = await callTwilio(client, { url: next, subject });
    entries.push(...((page[key] as T[] | undefined) ?? []));
    next = page.meta
      ? page.meta.next_page_url
      : page.next_page_uri && `https://api.twilio.com${page.next_page_uri}`;
  }
  return entries;
}

interface Page<T> {
  [key: string]: T[] | unknown;
  meta?: { next_page_url: string | null };
  next_page_uri?: string | null;
}

/** Waits for Twilio, and adds to its fault what that means for the work at hand. @throws TwilioFault */
export async function addingTo<T>(asked: Promise<T>, sentence: string): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof TwilioFault)) throw error;
    throw new TwilioFault(`${error.message} ${sentence}`, error.status, error.code);
  }
}

function noAnswer(error: unknown, subject: string): TwilioFault {
  const code = (error as NodeJS.ErrnoException).code ?? 'no answer';
  const trust = /CERT|SELF_SIGNED/.test(code)
    ? ' Its certificate is not trusted here: is there a proxy, and NODE_EXTRA_CA_CERTS set?'
    : ' Check the network and https://status.twilio.com, then run it again.';
  return new TwilioFault(`Twilio's API did not answer for ${subject} (${code}).${trust}`, 0, null);
}

// Codes: https://www.twilio.com/docs/api/errors
function explainStatus(status: number, body: unknown, subject: string): TwilioFault {
  const { code = null, message = '' } = (typeof body === 'object' && body !== null ? body : {}) as {
    code?: number | null;
    message?: string;
  };
  const mark = code === null ? `HTTP ${status}` : `error ${code}`;
  return new TwilioFault(sentenceFor(status, mark, message, subject), status, code);
}

function sentenceFor(status: number, mark: string, message: string, subject: string): string {
  if (status === 401) {
    return `Twilio refused the credentials (${mark}): AUTH_TOKEN is not a token of the account ACCOUNT_SID, or the account is closed; copy both from the Twilio Console.`;
  }
  if (status === 403)
    return `Twilio does not allow this account to use ${subject} (${mark}): ${oneLine(message)}`;
  if (status === 404)
    return `Twilio knows no such thing as ${subject} (${mark}): it was removed, or belongs to another account or region.`;
  if (status === 409)
    return `Somebody else is changing ${subject} at Twilio at this moment (${mark}): run it again.`;
  if (status === 429)
    return `Twilio takes no more requests for now (${mark}): wait a minute, then run it again.`;
  if (status >= 500)
    return `Twilio's API failed for ${subject} (${mark}): look at https://status.twilio.com, then run it again.`;
  return `Twilio refused the request for ${subject} (${mark}): ${oneLine(message)}`;
}

function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, ' ').slice(0, 300) || 'no reason given.';
}
