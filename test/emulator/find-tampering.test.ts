import { findTampering } from '../../src/emulator/find-tampering';
import { signWithTwilio } from '../sign-with-twilio';
import { refusedRecord } from './refused-record';

const authToken = '0123456789abcdef0123456789abcdef';
const url = 'http://127.0.0.1:3000/sms/incoming';
const paths = ['/sms/incoming', '/sms/fallback'];
const find = (record: ReturnType<typeof refusedRecord>) => findTampering(record, { authToken, paths });
const sign = (params: Record<string, string>, signedUrl = url) =>
  signWithTwilio({ token: authToken, url: signedUrl, params });

/** A form that was signed with `signed` and came with `received` in its place. */
function changed(signed: Record<string, string>, received: Record<string, string>) {
  return refusedRecord(url, { ...sign(signed), body: new URLSearchParams(received).toString() });
}

test('names the one change that makes the signature fit', () => {
  const text = { Body: 'KEYNOTE 5', From: '+15550100001' };
  expect(find(refusedRecord(url, sign(text, url.replace('incoming', 'fallback'))))).toBe(
    'the signature of another path, /sms/fallback',
  );
  expect(find(refusedRecord(`${url}?a=1`, sign(text)))).toBe('the query was added after signing');
  expect(find(changed(text, { ...text, Extra: '1' }))).toBe('the parameter "Extra" was added after signing');
  expect(find(changed(text, { ...text, Body: 'KEYNOTE 1' }))).toBe(
    'one character of the parameter "Body" was changed after signing',
  );
  expect(find(changed(text, { Body: 'another' }))).toBeNull();
});

test('a request above 16 kB is not searched: a caller without a signature must not buy time', () => {
  const long = { Body: '5', Long: 'x'.repeat(16_000) };
  expect(find(changed(long, { ...long, Extra: '1' }))).toContain('"Extra" was added');
  const longer = { Body: '5', Long: 'x'.repeat(17_000) };
  expect(find(changed(longer, { ...longer, Extra: '1' }))).toBeNull();
  const query = `${url}?q=${'x'.repeat(17_000)}`;
  expect(find(refusedRecord(query, sign({ Body: '5' })))).toBeNull();
});

test('other texts are tried where a text can be, and not above 4 kB', () => {
  const longest = { Body: `${'\u{1F600}'.repeat(79)} 5`, From: '+15550100001' };
  expect(find(changed(longest, { ...longest, Body: longest.Body.replace('5', '1') }))).toContain(
    'one character',
  );
  const padded = { ...longest, Long: 'x'.repeat(4096) };
  expect(find(changed(padded, { ...padded, Body: longest.Body.replace('5', '1') }))).toBeNull();
});

test('no character of a parameter’s name reaches the terminal but printable ones', () => {
  const text = { Body: '5' };
  const name = '\u009b31m\u202eevil\u007f\n';
  expect(find(changed(text, { ...text, [name]: '1' }))).toBe(
    String.raw`the parameter "?31m?evil?\n" was added after signing`,
  );
});
