import { isAscii } from 'node:buffer';
import { parse } from 'node:querystring';
import { decodeForm } from '../signature/canonical';

/**
 * Whether Twilio's runtime reads the names and values out of a form that its signature is checked over. It reads with
 * body-parser and `node:querystring`, which take a byte order mark away and, beside a broken escape, cut characters to a byte (`ĵ%a`
 * becomes `5%a`), where `decodeForm` does not. Twilio escapes everything that is not ASCII, and ASCII is read alike.
 */
export function isReadAlike(form: Uint8Array): boolean {
  if (isAscii(form)) return true;
  const text = Buffer.from(form)
    .toString('utf8')
    .replace(/^\uFEFF/, '');
  const read = parse(text, undefined, undefined, { maxKeys: 0 });
  const signed = new Map<string, string[]>();
  for (const [name, value] of decodeForm(form)) {
    const values = signed.get(name);
    if (values) values.push(value);
    else signed.set(name, [value]);
  }
  const names = Object.keys(read);
  return (
    names.length === signed.size && names.every((name) => isSameList([read[name]].flat(), signed.get(name)))
  );
}

function isSameList(read: unknown[], signed: string[] | undefined): boolean {
  return read.length === signed?.length && read.every((value, index) => value === signed[index]);
}
