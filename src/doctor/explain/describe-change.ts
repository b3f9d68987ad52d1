import { pairsOf, type UrlView, urlText, type View } from './signed-view';

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
  return [...lines, ...describeParameters(checked, signed)].join('\n');
}

/** The URL with user info, and values that may be secrets or numbers, as `***`. */
function maskUrl(url: UrlView): string {
  const query =
    url.query
      ?.split('&')
      .map((piece) => {
        const equals = piece.indexOf('=');
        if (equals < 0) return isPlain(piece) ? piece : '***';
        return isOpen(piece.slice(0, equals), piece.slice(equals + 1))
          ? piece
          : `${piece.slice(0, equals)}=***`;
      })
      .join('&') ?? null;
  return urlText({
    ...url,
    userinfo: url.userinfo === '' ? '' : '***@',
    path: url.path.replace(/(?:%2b|\+)?\d{7,}/gi, '***'),
    query,
  });
}

const secretName = /token|secret|pass|key|sig|auth|code|sid|session|jwt|credential|hash|sha/i;

function isOpen(name: string, value: string): boolean {
  return !secretName.test(name) && isPlain(value) && value.length <= 40;
}

function isPlain(text: string): boolean {
  return !/\d{7,}|[A-Za-z0-9_-]{24,}/.test(text);
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
  const count = (view: View) => {
    const values = new Map<string, string[]>();
    for (const [name, value] of pairsOf(view.params)) values.set(name, [...(values.get(name) ?? []), value]);
    return values;
  };
  const [before, after] = [count(checked), count(signed)];
  const lines: string[] = [];
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    const [then, now] = [after.get(name), before.get(name)];
    if (then?.join('\0') === now?.join('\0')) continue;
    lines.push(`${JSON.stringify(name.slice(0, 60))}: checked ${size(now)}, signed ${size(then)}`);
  }
  const shown = lines.slice(0, 8);
  return lines.length > shown.length
    ? [...shown, `and ${lines.length - shown.length} more parameters`]
    : shown;
}

function size(values: string[] | undefined): string {
  if (!values) return 'without it';
  if (values.length > 1) return `${values.length} values`;
  const length = values[0]?.length ?? 0;
  return length === 0 ? 'empty' : `${length} character${length === 1 ? '' : 's'}`;
}
