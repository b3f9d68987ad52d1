import type { CapturedRequest } from '../explanation';
import { readCurl } from './read-curl';
import { readHar } from './read-har';
import { readJsonCapture } from './read-json-capture';
import { readRawHttp } from './read-raw-http';

/** The requests of a capture, or one sentence about why there are none. */
export type Capture = { requests: CapturedRequest[] } | { fault: string };

/**
 * Reads a captured request in any of the forms in which people have one: JSON (ringtrue's own shape, a list of it, an AWS
 * Lambda event), HAR, raw HTTP, or a curl command line. The form is told from the first characters.
 *
 * @param bytes as captured, UTF-8, or UTF-16 with a byte order mark: the mark is skipped, and the bytes of a raw HTTP body are kept
 * @param publicUrl scheme and host for a capture that has only path and query; without it `https` and the Host header
 */
export function readCapture(
  bytes: Uint8Array,
  { publicUrl }: { publicUrl?: string | undefined } = {},
): Capture {
  const content = toUtf8(Buffer.from(bytes));
  const start = content.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf])) ? 3 : 0;
  const text = content.toString('utf8', start);
  if (text.trim() === '') return { fault: 'The capture is empty.' };
  if (/^\s*[[{]/.test(text)) return readJson(text, publicUrl);
  if (/^\s*(?:\$\s+)?curl(?:\.exe)?\s/.test(text)) return readCurl(text);
  if (/^\s*[A-Za-z]+ \S+ HTTP\/\d/.test(text)) return readRawHttp(content.subarray(start), publicUrl);
  return {
    fault:
      'This is neither JSON, nor HAR, nor raw HTTP (a request line, headers, an empty line, the body), nor a curl command line.',
  };
}

// PowerShell's `>` writes UTF-16.
function toUtf8(content: Buffer): Buffer {
  const mark = content.subarray(0, 2).toString('hex');
  const encoding = { fffe: 'utf-16le', feff: 'utf-16be' }[mark];
  return encoding === undefined ? content : Buffer.from(new TextDecoder(encoding).decode(content));
}

function readJson(text: string, publicUrl: string | undefined): Capture {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { fault: 'This begins like JSON and is none: copy it whole, with its last bracket.' };
  }
  const isHar = typeof value === 'object' && value !== null && 'log' in value;
  return isHar ? readHar(value) : readJsonCapture(value, publicUrl);
}
