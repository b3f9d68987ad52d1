import type { NextFunction, Request, Response } from 'express';
import type { Account } from './twilio-account';

/** An error in the form that all of Twilio's APIs use: `{ code, message, more_info, status }`. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

export function answerError(error: unknown, _request: Request, response: Response, next: NextFunction): void {
  if (!(error instanceof ApiError)) {
    // A fault of the stand-in itself, which the client under test can only report as Twilio's.
    console.error(error);
    next(error);
    return;
  }
  const { status, code, message } = error;
  response
    .status(status)
    .json({ code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status });
}

export function notFound(request: Request): ApiError {
  return new ApiError(404, 20404, `The requested resource ${request.path} was not found`);
}

/** The entry with this sid, or Twilio's 404. */
export function findOr404<T extends { sid: string }>(entries: T[], sid: unknown, request: Request): T {
  const found = entries.find((entry) => entry.sid === sid);
  if (!found) throw notFound(request);
  return found;
}

/** The account that the request is made with; set by the door. */
export function callerOf(response: Response): Account {
  return response.locals.account as Account;
}

/** What a parameter may be: a pattern for its text, or the longest length. */
export type Rule = RegExp | number;

/**
 * Takes the form of a request, when it is what the API's description allows. The real API ignores unknown parameters; a
 * client that sends one has misread the description, so here it is refused.
 */
export function takeForm(
  request: Request,
  { required = {}, optional = {} }: { required?: Record<string, Rule>; optional?: Record<string, Rule> },
): Record<string, string> {
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('application/x-www-form-urlencoded'))
    throw new ApiError(415, 20415, `Content-Type ${type} is not supported`);
  const form = request.body as Record<string, string | string[]>;
  for (const name of Object.keys(required)) {
    if (form[name] === undefined)
      throw new ApiError(400, 20001, `Missing required parameter ${name} in the post body`);
  }
  const rules: Record<string, Rule> = { ...required, ...optional };
  for (const [name, value] of Object.entries(form)) {
    const rule = rules[name];
    if (rule === undefined) throw new ApiError(400, 20001, `Parameter ${name} is not in the description`);
    for (const text of [value].flat()) {
      const fits = typeof rule === 'number' ? text.length <= rule : rule.test(text);
      if (!fits) throw new ApiError(400, 20001, `Invalid value for parameter ${name}`);
    }
  }
  return form as Record<string, string>;
}

/** A page of a list, in the envelope of the newer APIs. Pages are short, so that clients have to follow them. */
export function answerPage(request: Request, response: Response, key: string, entries: object[]): void {
  const size = 2;
  const page = Number(request.query.Page ?? 0);
  const here = `https://${request.hostname}${request.baseUrl}${request.path}`;
  const next = entries.length > (page + 1) * size ? `${here}?PageSize=${size}&Page=${page + 1}` : null;
  response.json({
    [key]: entries.slice(page * size, (page + 1) * size),
    meta: { key, page, page_size: size, url: here, first_page_url: here, next_page_url: next },
  });
}
