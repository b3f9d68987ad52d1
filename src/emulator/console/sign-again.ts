import { isForm } from '../../signature/canonical';
import { getExpectedBodyHash, sign } from '../../signature/index';

/**
 * Signs what was changed as Twilio would: a form by its fields, any other body by its hash, which goes into the URL in place of
 * every one that was there.
 * @returns the URL to call with its signature, or why no signature can be made
 */
export function signAgain(
  {
    url,
    method,
    contentType,
    body,
  }: { url: string; method: string; contentType: string | undefined; body: Uint8Array },
  authToken: string,
): { url: string; signature: string } | { problem: string } {
  const bare = method === 'GET' || method === 'HEAD' || body.byteLength === 0;
  const hashed = !bare && (!isForm(contentType) || hasBodyHash(url));
  const signed = hashed ? withBodyHash(url, body) : url;
  try {
    const signature = sign({ url: signed, method, contentType, ...(!bare && { body }) }, authToken);
    return { url: signed, signature };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { problem: `This request cannot be signed (${error.message.replace(/^sign: /, '')}).` };
  }
}

function hasBodyHash(url: string): boolean {
  return readQuery(url).some(isBodyHash);
}

function withBodyHash(url: string, body: Uint8Array): string {
  const pairs = readQuery(url);
  const first = pairs.findIndex(isBodyHash);
  const at = first < 0 ? pairs.length : first;
  const behind = pairs.slice(at).filter((pair) => !isBodyHash(pair));
  const query = [...pairs.slice(0, at), `bodySHA256=${getExpectedBodyHash(body)}`, ...behind];
  return `${url.replace(/\?.*/s, '')}?${query.join('&')}`;
}

/** The pairs of a query as they are written. */
function readQuery(url: string): string[] {
  const query = /\?(.*)/s.exec(url)?.[1] ?? '';
  return query === '' ? [] : query.split('&');
}

function isBodyHash(pair: string): boolean {
  return new URLSearchParams(`?${pair}`).has('bodySHA256');
}
