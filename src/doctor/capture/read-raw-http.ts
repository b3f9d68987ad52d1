import { absoluteUrl, headerOf } from './absolute-url';
import type { Capture } from './read-capture';

/** One request as it stood on the wire, HTTP/1.1; lines may end without a carriage return, as editors save them. */
export function readRawHttp(bytes: Uint8Array, publicUrl: string | undefined): Capture {
  const content = Buffer.from(bytes);
  // Read as latin1, one character is one byte.
  const text = content.toString('latin1');
  const start = Math.max(text.search(/\S/), 0);
  const gap = /\r?\n\r?\n/.exec(text.slice(start));
  const headEnd = gap ? start + gap.index : text.length;
  const bodyStart = gap ? headEnd + gap[0].length : text.length;
  const [requestLine = '', ...lines] = text.slice(start, headEnd).split(/\r?\n/);
  const [, method, target = '', major] = /^([A-Za-z]+) (\S+) HTTP\/(\d)/.exec(requestLine) ?? [];
  const headers: Record<string, string[]> = Object.create(null);
  for (const line of lines.filter((one) => one.trim() !== '')) {
    const colon = line.indexOf(':', 1);
    if (colon < 1) return { fault: 'A line before the empty one is no header (Name: value).' };
    const name = line.slice(0, colon).trim();
    headers[name] = [...(headers[name] ?? []), line.slice(colon + 1).trim()];
  }
  const body = readBody(content.subarray(bodyStart), headers);
  if (typeof body === 'string') return { fault: body };
  const contentType = headerOf(headers, 'content-type');
  const flat = Object.fromEntries(
    Object.entries(headers).map(([name, values]) => [name, values.length > 1 ? values : values[0]]),
  );
  const authority = major === '2' ? headerOf(headers, ':authority') : undefined;
  return {
    requests: [
      {
        url: absoluteUrl(target, authority === undefined ? flat : { ...flat, host: authority }, publicUrl),
        method,
        contentType: typeof contentType === 'string' ? contentType : contentType?.[0],
        signature: headerOf(headers, 'x-twilio-signature'),
        headers: flat,
        ...(body.length > 0 && { body }),
      },
    ],
  };
}

/** The body's bytes, or why they cannot be had. */
function readBody(rest: Buffer, headers: Record<string, string[]>): Buffer | string {
  if (/chunked/i.test(String(headerOf(headers, 'transfer-encoding') ?? '')))
    return 'The body is chunked: capture it without the chunk sizes, and leave Transfer-Encoding out.';
  const length = headerOf(headers, 'content-length');
  if (length === undefined) return trimNewline(rest);
  if (typeof length !== 'string' || !/^\d+$/.test(length)) return 'Content-Length is no number.';
  const size = Number(length);
  if (rest.length < size)
    return `The body has ${rest.length} bytes and Content-Length says ${size}: the capture is cut.`;
  // An editor ends the file with a line break, which never was on the wire.
  const body = [rest, trimNewline(rest)].find(({ length: got }) => got === size);
  return (
    body ??
    `The body has ${rest.length} bytes and Content-Length says ${size}: this is more than one request, or the body was changed.`
  );
}

function trimNewline(bytes: Buffer): Buffer {
  if (bytes.at(-1) !== 0x0a) return bytes;
  return bytes.subarray(0, bytes.at(-2) === 0x0d ? -2 : -1);
}
