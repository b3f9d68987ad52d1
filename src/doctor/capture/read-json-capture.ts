import type { CapturedRequest } from '../explanation';
import { absoluteUrl, headerOf } from './absolute-url';
import type { Capture } from './read-capture';

type Fields = Record<string, unknown>;
type Headers = Record<string, string | string[]>;

/** A request, or several, as an application writes them down, and the events of AWS Lambda. */
export function readJsonCapture(value: unknown, publicUrl: string | undefined): Capture {
  const list = Array.isArray(value) ? (value as unknown[]) : [value];
  if (list.length === 0) return { fault: 'The list of requests is empty.' };
  const requests: CapturedRequest[] = [];
  for (const [at, one] of list.entries()) {
    const request = isFields(one) ? readOne(one, publicUrl) : 'it is no object';
    if (typeof request === 'string')
      return {
        fault: `${list.length > 1 ? `Request ${at + 1}` : 'The request'} cannot be read: ${request}.`,
      };
    requests.push(request);
  }
  return { requests };
}

function readOne(one: Fields, publicUrl: string | undefined): CapturedRequest | string {
  if (isFields(one.requestContext)) return readLambdaEvent(one, publicUrl);
  const headers = readHeaders(one.headers ?? one.rawHeaders);
  if (headers === null) return 'headers is neither an object of texts nor a list of pairs';
  const target = textOf(one.url) ?? textOf(one.originalUrl);
  if (target === undefined) return 'it has no url';
  // The body as a server logs it may be parsed already: then it is what the application has as parameters.
  const raw = one.rawBody ?? one.body;
  const body = bytesOf(raw);
  const params = one.params ?? (body === undefined && isFields(raw) ? raw : undefined);
  return {
    url: absoluteUrl(textOf(one.originalUrl) ?? target, headers, publicUrl),
    method: textOf(one.method),
    contentType: textOf(one.contentType) ?? first(headerOf(headers, 'content-type')),
    signature: signatureOf(one.signature) ?? headerOf(headers, 'x-twilio-signature'),
    keySid: textOf(one.keySid) ?? first(headerOf(headers, 'x-twilio-signature-key-sid')),
    headers,
    ...(params !== undefined && { params }),
    ...(body !== undefined && { body }),
  };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html (payload formats 1.0 and 2.0) */
function readLambdaEvent(event: Fields, publicUrl: string | undefined): CapturedRequest | string {
  const context = event.requestContext as Fields;
  const http = isFields(context.http) ? context.http : {};
  const headers = readHeaders(event.multiValueHeaders ?? event.headers);
  if (headers === null) return 'headers is not an object of texts';
  const path = textOf(event.rawPath) ?? textOf(context.path) ?? textOf(event.path);
  if (path === undefined) return 'the event has neither rawPath nor path';
  const query = textOf(event.rawQueryString) || writeQuery(event);
  const body = textOf(event.body);
  return {
    url: absoluteUrl(query ? `${path}?${query}` : path, headers, publicUrl),
    method: textOf(http.method) ?? textOf(event.httpMethod),
    contentType: first(headerOf(headers, 'content-type')),
    signature: headerOf(headers, 'x-twilio-signature'),
    keySid: first(headerOf(headers, 'x-twilio-signature-key-sid')),
    headers,
    ...(body !== undefined && {
      body: event.isBase64Encoded === true ? Buffer.from(body, 'base64') : body,
    }),
  };
}

// Format 1.0 has no raw query: its decoded parameters are all there is.
function writeQuery(event: Fields): string {
  const values = event.multiValueQueryStringParameters ?? event.queryStringParameters;
  if (!isFields(values)) return '';
  return Object.entries(values)
    .flatMap(([name, value]) => [value].flat().map((one) => [name, String(one)]))
    .map((pair) => pair.map((text) => encodeURIComponent(text.toWellFormed())).join('='))
    .join('&');
}

function readHeaders(value: unknown): Headers | null {
  if (value === undefined || value === null) return {};
  const headers: Headers = Object.create(null);
  for (const [name, one] of pairsOf(value) ?? [[null, null]]) {
    const values = [one].flat();
    if (typeof name !== 'string' || !values.every((text) => typeof text === 'string')) return null;
    const all = [headers[name] ?? [], values as string[]].flat();
    const [only = ''] = all;
    headers[name] = all.length > 1 ? all : only;
  }
  return headers;
}

/** An object; a list of pairs, of `{ name, value }`, or flat as Node's `rawHeaders`. */
function pairsOf(value: unknown): [unknown, unknown][] | null {
  if (isFields(value)) return Object.entries(value).filter(([, one]) => one !== null && one !== undefined);
  if (!Array.isArray(value)) return null;
  const list = value as unknown[];
  if (list.every((one) => typeof one === 'string') && list.length % 2 === 0)
    return list.flatMap((name, at) => (at % 2 === 0 ? [[name, list[at + 1]]] : []));
  return list.map((one) => {
    if (Array.isArray(one)) return [one[0] as unknown, one[1] as unknown];
    return isFields(one) ? [one.name ?? one.key, one.value] : [null, null];
  });
}

/** A text, or a Buffer as `JSON.stringify` writes it. */
function bytesOf(value: unknown): string | Uint8Array | undefined {
  if (typeof value === 'string') return value;
  if (isFields(value) && value.type === 'Buffer' && Array.isArray(value.data))
    return Uint8Array.from(value.data as number[]);
  return undefined;
}

function signatureOf(value: unknown): string | string[] | undefined {
  return typeof value === 'string' || Array.isArray(value) ? (value as string | string[]) : undefined;
}

function first(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[0];
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
