import { hasNumber, hideNumbers } from './hide-numbers';
import { pairsOf, type UrlView, urlText, type View, viewUrl } from './signed-view';

/**
 * What was checked and what was signed, one above the other, the difference marked. Holds no value of a parameter, no user
 * info, and no value of a query that may be a secret or a phone number.
 */
export function describeChange(checked: View, signed: View): string {
  const [before, after] = [maskUrl(checked.url), maskUrl(signed.url)];
  const lines = ['checked', 'signed '].map((label, at) => `${label}  ${at === 0 ? before : after}`);
  if (before !== after) lines.push(`${' '.repeat(9)}${mark(before, after)}`);
  else if (urlText(checked.url) !== urlText(signed.url))
    lines.push('The URLs differ in a value that is not shown.');
  const parameters = describeParameters(checked, signed);
  if (urlText(checked.url) === urlText(signed.url) && parameters.length === 0)
    return 'The URL and the parameters are those that were signed.';
  return [...lines, ...parameters].join('\n');
}

/** A URL of a request as it may be shown: see `describeChange`. Without the fragment, and empty when it is none. */
export function showUrl(url: unknown): string {
  const view = viewUrl(url);
  return view ? maskUrl(view) : '';
}

/** The URL with user info, and values that may be secrets or numbers, as `***`. */
function maskUrl(url: UrlView): string {
  const query =
    url.query
      ?.split('&')
      .map((piece) => {
        const equals = piece.indexOf('=');
        const name = equals < 0 ? piece : piece.slice(0, equals);
        if (!isPlain(name)) return '***';
        if (equals < 0) return piece;
        return isOpen(name, piece.slice(equals + 1)) ? piece : `${name}=***`;
      })
      .join('&') ?? null;
  return urlText({
    ...url,
    userinfo: url.userinfo === '' ? '' : '***@',
    path: hideNumbers(url.path),
    query,
  });
}

const secretName = /token|secret|pass|key|sig|auth|code|sid|session|jwt|credential|hash|sha/i;

function isOpen(name: string, value: string): boolean {
  return !secretName.test(name) && isPlain(value) && value.length <= 40;
}

function isPlain(text: string): boolean {
  return !hasNumber(text) && !/[A-Za-z0-9_-]{24,}/.test(text);
}

function mark(before: string, after: string): string {
  let start = 0;
  while (start < before.length && before[start] === after[start]) start++;
  let end = 0;
  while (end < Math.min(before.length, after.length) - start && before.at(-1 - end) === after.at(-1 - end))
    end++;
  return ' '.repeat(start) + '^'.repeat(Math.max(1, after.length - end - start));
}

function describeParameters(checked: View, signed: View): string[] {
  if (checked.params === signed.params) return [];
  if ('appended' in signed.params)
    return ['The parameters were appended in another order or with delimiters.'];
  const [before, after] = [valuesByName(checked), valuesByName(signed)];
  const lines: string[] = [];
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    const [now, then] = [before.get(name), after.get(name)];
    if (JSON.stringify(now) === JSON.stringify(then)) continue;
    lines.push(`${JSON.stringify(name.slice(0, 60))}: checked ${size(now)}, signed ${size(then)}`);
  }
  const shown = lines.slice(0, 8);
  return lines.length > shown.length
    ? [...shown, `and ${lines.length - shown.length} more parameters`]
    : shown;
}

function valuesByName({ params }: View): Map<string, unknown[]> {
  const values = new Map<string, unknown[]>();
  const pairs: readonly (readonly [string, unknown])[] =
    'unread' in params ? Object.entries(Object(params.unread) as object) : pairsOf(params);
  for (const [name, value] of pairs) values.set(name, [...(values.get(name) ?? []), value].flat());
  return values;
}

function size(values: unknown[] | undefined): string {
  if (!values) return 'without it';
  if (values.length !== 1) return `${values.length} values`;
  const [value] = values;
  if (typeof value !== 'string') return value === null ? 'null' : `no text (${typeof value})`;
  if (value === '') return 'empty';
  return `${value.length} character${value.length === 1 ? '' : 's'}`;
}
