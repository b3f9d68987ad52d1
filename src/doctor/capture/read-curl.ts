import { parseArgs } from 'node:util';
import type { CapturedRequest } from '../explanation';
import { headerOf } from './absolute-url';
import { valuedSwitches } from './curl-switches';
import type { Capture } from './read-capture';
import { isCmd, splitCmd } from './split-cmd';
import { splitShell } from './split-shell';

const options = {
  ...valuedSwitches,
  get: { type: 'boolean', short: 'G' },
  head: { type: 'boolean', short: 'I' },
} as const;

/** A request from a curl command line, as documentation and a browser's "copy as cURL" have them. https://curl.se/docs/manpage.html */
export function readCurl(command: string): Capture {
  const line = command.trim().replace(/^\$\s+/, '');
  const words = isCmd(line) ? splitCmd(line) : splitShell(line);
  if (!words) return { fault: 'A quote of this command line is never closed.' };
  // Only strict parsing refuses what it does not know, as the switches without a value are.
  const { tokens } = parseArgs({
    args: words.slice(1),
    options,
    strict: false,
    tokens: true,
    allowPositionals: true,
  });
  const urls: string[] = [];
  const headers: Record<string, string[]> = Object.create(null);
  const pieces: string[] = [];
  const queries: string[] = [];
  let method: string | undefined;
  let [isJson, asQuery] = [false, false];
  for (const token of tokens) {
    if (token.kind === 'positional') urls.push(token.value);
    if (token.kind !== 'option') continue;
    const { name } = token;
    if (name === 'get') asQuery = true;
    const value = token.value;
    if (value === undefined) {
      if (Object.hasOwn(valuedSwitches, name)) return { fault: `${token.rawName} has no value.` };
      continue;
    }
    if (name === 'form' || name === 'form-string')
      return { fault: 'Twilio sends no multipart forms: write -d in place of -F.' };
    if (name === 'upload-file' || name === 'config')
      return { fault: `${token.rawName} reads a file: put its content into the command line.` };
    if (name === 'url') urls.push(value);
    if (name === 'request') method = value;
    if (name === 'user') headers.Authorization = [`Basic ${Buffer.from(value).toString('base64')}`];
    if (name === 'header') addHeader(headers, value);
    if (name === 'json') isJson = true;
    if (name === 'url-query' || name === 'json' || name.startsWith('data')) {
      const piece = readData(name, value);
      if (piece === null)
        return { fault: `${token.rawName} reads a file (@…): put its content into the command line.` };
      (name === 'url-query' ? queries : pieces).push(piece);
    }
  }
  const [url] = urls;
  if (url === undefined) return { fault: 'This command line has no URL.' };
  if (urls.length > 1)
    return { fault: `This command line has ${urls.length} URLs: give one request at a time.` };
  return { requests: [toRequest(url, { headers, pieces, queries, method, isJson, asQuery })] };
}

function toRequest(
  target: string,
  {
    headers,
    pieces,
    queries,
    method,
    isJson,
    asQuery,
  }: {
    headers: Record<string, string[]>;
    pieces: string[];
    queries: string[];
    method: string | undefined;
    isJson: boolean;
    asQuery: boolean;
  },
): CapturedRequest {
  const absolute = /^[a-z][a-z0-9+.-]*:\/\//i.test(target) ? target : `http://${target}`;
  const joined = pieces.join(isJson ? '' : '&');
  const sendsBody = pieces.length > 0 && !asQuery;
  const [head = '', fragment] = absolute.split(/(#.*)/s);
  // With -G curl leaves out what --url-query gives.
  const added = asQuery ? joined : queries.join('&');
  const query = added === '' ? '' : `${head.includes('?') ? '&' : '?'}${added}`;
  const implied = isJson ? 'application/json' : 'application/x-www-form-urlencoded';
  const given = headerOf(headers, 'content-type');
  return {
    url: head + query + (fragment ?? ''),
    method: method ?? (sendsBody ? 'POST' : 'GET'),
    contentType: typeof given === 'string' ? given : sendsBody ? implied : undefined,
    signature: headerOf(headers, 'x-twilio-signature'),
    headers,
    ...(sendsBody && { body: joined }),
  };
}

function addHeader(headers: Record<string, string[]>, line: string): void {
  const [, name = '', value = ''] = /^([^:;]+)[:;]\s*(.*)$/s.exec(line) ?? [];
  if (name !== '') headers[name] = [...(headers[name] ?? []), value];
}

/** What an option contributes to the body; `null` for a file. */
function readData(name: string, value: string): string | null {
  if (name === 'data-raw') return value;
  if (name === 'url-query' && value.startsWith('+')) return value.slice(1);
  if (name !== 'data-urlencode' && name !== 'url-query') return value.startsWith('@') ? null : value;
  const [, field = '', sign, content = ''] = /^([^=@]*)([=@])(.*)$/s.exec(value) ?? [];
  if (sign === undefined) return encode(value);
  if (sign === '@') return null;
  return `${field === '' ? '' : `${field}=`}${encode(content)}`;
}

/** As curl's `--data-urlencode` does since 7.77, which leaves only letters, digits and `-._~` as they are. */
function encode(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
}
