import { readFileSync } from 'node:fs';
import path from 'node:path';
import Ajv, { type ValidateFunction } from 'ajv';
import type { Request, RequestHandler } from 'express';
import { ApiError, notFound } from '../api-answers';
import type { Description, Operation } from './description';

const file = path.join(__dirname, '..', '..', 'fixtures', 'twilio-description.json');

/**
 * What Twilio's own client and tool send although the description has it not, and the real API takes:
 * twilio-run 5.0.1 gives an environment a friendly name.
 */
const alsoTaken: Record<string, Record<string, object>> = {
  'POST /v1/Services/{ServiceSid}/Environments': { FriendlyName: { type: 'string' } },
};

interface Checker {
  matches(method: string, target: string): Record<string, string> | null;
  parameters: ValidateFunction;
  query: ValidateFunction;
  form: ValidateFunction | null;
  answers: Record<string, ValidateFunction | null>;
  takes: string[];
}

/**
 * Holds requests, and the answers of the stand-in itself, to Twilio's OpenAPI description: known operations, sids of the right
 * form, no parameter that the description has not, required ones, types and enumerations. The real API lets unknown
 * parameters pass; a client that sends one has misread the description, so here it is refused. Hosts that the description does
 * not have (uploads) are let through.
 */
export function checkCalls(): RequestHandler {
  const { hosts } = JSON.parse(readFileSync(file, 'utf8')) as Description;
  const checkers = new Map<string, Checker[]>();
  return (request, response, next) => {
    const host = request.hostname.replace(/^([\w-]+)(?:\.[\w-]+)*\.twilio\.com$/, '$1.twilio.com');
    const operations = hosts[host];
    if (!operations) return next();
    if (!checkers.has(host)) checkers.set(host, operations.map(makeChecker));
    const found = findChecker(checkers.get(host) ?? [], request);
    if (!found) return next(notFound(request));
    const fault = findFault(found, request);
    if (fault) return next(fault);
    response.json = (body: unknown) => {
      const text = JSON.stringify(body);
      if (response.statusCode < 400) {
        const wrong = faultOfAnswer(found.checker, response.statusCode, text);
        if (wrong !== null)
          throw new Error(`the stand-in answers ${request.method} ${request.path}: ${wrong}`);
      }
      return response.type('json').send(text);
    };
    next();
  };
}

function findChecker(
  checkers: Checker[],
  request: Request,
): { checker: Checker; parameters: Record<string, string> } | null {
  for (const checker of checkers) {
    const parameters = checker.matches(request.method, request.path);
    if (parameters) return { checker, parameters };
  }
  return null;
}

function findFault(
  { checker, parameters }: { checker: Checker; parameters: Record<string, string> },
  request: Request,
): ApiError | null {
  // A sid that cannot be one is nothing that exists.
  if (!checker.parameters(parameters)) return notFound(request);
  if (!checker.query({ ...request.query })) return refuse(checker.query);
  if (request.method !== 'POST') return null;
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('application/x-www-form-urlencoded'))
    return new ApiError(415, 20415, `Content-Type ${type} is not supported`);
  if (!checker.form) return new ApiError(405, 20004, 'Method not allowed');
  // An empty text takes a setting away, whatever form its values have.
  const given = Object.entries(request.body as Record<string, unknown>).filter(
    ([name, value]) => value !== '' || !checker.takes.includes(name),
  );
  return checker.form(Object.fromEntries(given)) ? null : refuse(checker.form);
}

function refuse(validate: ValidateFunction): ApiError {
  return new ApiError(400, 20001, `Not as described: ${messageOf(validate)}`);
}

function faultOfAnswer({ answers }: Checker, status: number, text: string): string | null {
  const validate = answers[status];
  if (!validate) return `the description has no answer ${status} with a body`;
  return validate(JSON.parse(text)) ? null : messageOf(validate);
}

function messageOf({ errors }: ValidateFunction): string {
  const [error] = errors ?? [];
  const more = Object.values(error?.params ?? {}).join(', ');
  return `${error?.instancePath.slice(1) || 'it'} ${error?.message} (${more})`;
}

function makeChecker(operation: Operation): Checker {
  const { method, path: template, parameters, query, form, answers } = operation;
  const names = Object.keys(parameters);
  const source = template.replaceAll('.', '\\.').replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)');
  const pattern = new RegExp(`^${source}$`);
  const described = form as { properties?: object; required?: string[] } | null;
  const properties = { ...described?.properties, ...alsoTaken[`${method} ${template}`] };
  return {
    matches: (called, target) => {
      const match = called === method ? pattern.exec(target) : null;
      if (!match) return null;
      return Object.fromEntries(names.map((name) => [name, decodeURIComponent(match.groups?.[name] ?? '')]));
    },
    parameters: texts.compile(closed({ properties: parameters, required: names })),
    query: texts.compile(closed({ properties: query })),
    form: described && texts.compile(closed({ ...described, properties })),
    answers: Object.fromEntries(
      Object.entries(answers).map(([status, schema]) => [status, schema && json.compile(closed(schema))]),
    ),
    takes: Object.keys(properties).filter((name) => !described?.required?.includes(name)),
  };
}

const settings = { strict: false, logger: false } as const;
/** Parameters are texts: `true`, `12`; one that may be repeated and is not is no list. */
const texts = new Ajv({ ...settings, coerceTypes: 'array', formats: { uri: /^https?:\/\/\S+$/ } });
// The described format of a next page is uri, and what the API gives is a path.
const json = new Ajv({ ...settings, validateFormats: false });

/** The schema with no property beyond those it names, in whatever depth. */
function closed(schema: object): object {
  const { properties, items, nullable, ...rest } = schema as {
    properties?: Record<string, object>;
    items?: object;
    nullable?: boolean;
    type?: string;
  };
  const inner = Object.entries(properties ?? {}).map(([name, one]) => [name, closed(one)]);
  return {
    ...rest,
    // Where any value may stand, null may too; the validator wants a type beside it.
    ...(nullable && rest.type && { nullable }),
    ...(properties && { type: 'object', properties: Object.fromEntries(inner), additionalProperties: false }),
    ...(items && { items: closed(items) }),
  };
}
