import { decodeForm, isForm } from '../signature/canonical';
import { verify } from '../signature/index';
import type { RequestRecord } from './request-log';

/** More parameters than a message has: beyond, a caller only wants to cost us time. */
const maxParams = 60;

/**
 * Proves what was done to a request whose signature does not fit, where one change explains it: it was signed for another
 * path of this project, or a parameter was added. For people who look at the terminal; it decides nothing.
 * @param paths every path of the project
 * @returns a few words, or `null` when no such change makes the signature fit
 */
export function findTampering(
  record: RequestRecord,
  { authToken, paths }: { authToken: string; paths: readonly string[] },
): string | null {
  const header = (name: string) => record.headers.find((pair) => pair[0].toLowerCase() === name)?.[1];
  const signature = header('x-twilio-signature');
  const params = isForm(header('content-type')) ? decodeForm(record.body) : [];
  if (params.length > maxParams) return null;
  const fits = (url: string, rest: [string, string][]) =>
    verify({ url, params: rest, signature }, authToken).valid;
  const [, origin = '', path = '', query = ''] = /^([a-z]+:\/\/[^/]*)([^?]*)(.*)$/is.exec(record.url) ?? [];
  for (const other of paths) {
    if (other !== path && fits(origin + other + query, params))
      return `the signature of another path, ${other}`;
  }
  for (const name of new Set(params.map(([key]) => key))) {
    const without = params.filter(([key]) => key !== name);
    if (fits(record.url, without))
      return `the parameter ${JSON.stringify(name.slice(0, 40))} was added after signing`;
  }
  if (query !== '' && fits(origin + path, params)) return 'the query was added after signing';
  return null;
}
