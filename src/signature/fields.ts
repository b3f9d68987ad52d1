/** Parameters as they are signed, by name. */
export interface Fields {
  names: readonly string[];
  /** What stands under each name: one value, or its distinct values in order. `[]` is none. */
  values: readonly Value[];
  /** What is appended to the URL: each name before each of its values, all in UTF-16 order. */
  joined: string;
  /**
   * The same in the order of code points, `null` where that is no other. Twilio's own order is not known; the libraries differ,
   * for names and values with characters above U+FFFF only.
   */
  byPoint: string | null;
  /** Whether a `null` was taken for an empty value. */
  hadNull: boolean;
}

/**
 * Reads parameters of any accepted shape, each of them once.
 * @param nullAsEmpty takes `null` values for empty ones, as frameworks that null empty fields need
 * @returns `null` when they have another shape, or text that is no Unicode
 * @throws what a getter or proxy of the caller's throws, and when all together are longer than a string can be
 */
export function readParams(params: unknown, { nullAsEmpty = false } = {}): Fields | null {
  if (params === undefined || params === null) return noFields;
  if (typeof params !== 'object') return null;
  const record =
    Array.isArray(params) || params instanceof URLSearchParams || params instanceof FormData
      ? groupPairs(params)
      : (params as Record<string, unknown>);
  return record && readRecord(record, { allowed: nullAsEmpty, seen: false });
}

const noFields: Fields = { names: [], values: [], joined: '', byPoint: null, hadNull: false };

function groupPairs(pairs: Iterable<unknown>): Record<string, unknown[]> | null {
  // Without a prototype `__proto__` is a name like any other.
  const record: Record<string, unknown[]> = Object.create(null);
  for (const pair of pairs) {
    if (!Array.isArray(pair) || pair.length !== 2) return null;
    const [name, value]: unknown[] = pair;
    if (typeof name !== 'string') return null;
    const known = record[name];
    if (known) known.push(value);
    else record[name] = [value];
  }
  return record;
}

interface Nulls {
  allowed: boolean;
  seen: boolean;
}

function readRecord(record: Readonly<Record<string, unknown>>, nulls: Nulls): Fields | null {
  const names = sortNames(Object.keys(record));
  if (!isRecord(record, names)) return null;
  const values = names.map((name) => readValue(record[name], nulls));
  if (!areRead(values)) return null;
  const joined = joinInOrder(names, values);
  const fields = { names, values, joined, byPoint: null, hadNull: nulls.seen };
  if (!/[\ud800-\udfff]/.test(joined)) return fields;
  const pairs = toPairs(fields);
  if (!areUnicode(pairs)) return null;
  // The orders part where a surrogate meets what UTF-16 puts behind it.
  return /[\ue000-\uffff]/.test(joined) ? { ...fields, byPoint: joinByCodePoint(pairs, joined) } : fields;
}

type Value = string | readonly string[];

function areRead(values: readonly (Value | null)[]): values is Value[] {
  return !values.includes(null);
}

function joinInOrder(names: readonly string[], values: readonly Value[]): string {
  let joined = '';
  let at = 0;
  for (const name of names) {
    const value = values[at++] ?? [];
    if (typeof value === 'string') joined += name + value;
    else for (const one of value) joined += name + one;
  }
  return joined;
}

// Of each text by itself: half a character at the end of one and at the beginning of the next would make a whole one.
function areUnicode(pairs: readonly Pair[]): boolean {
  return pairs.every(([name, value]) => name.isWellFormed() && value.isWellFormed());
}

// Each kind of webhook has its names in an order that hardly changes, so the last ones are remembered with their order, which
// takes half the time of reading a message. Safe, because every name is compared every time. Few: they stay in memory.
let lastNames: readonly string[] = [];
let lastSorted: readonly string[] = [];
const mostRemembered = 64;

function sortNames(names: string[]): readonly string[] {
  if (names.length > mostRemembered) return names.sort();
  if (names.length === lastNames.length && names.every((name, at) => name === lastNames[at]))
    return lastSorted;
  lastNames = names;
  lastSorted = names.toSorted();
  return lastSorted;
}

// What is iterated has its fields elsewhere. So have a Promise, and a form of another library, that show none.
function isRecord(record: object, names: readonly string[]): boolean {
  const prototype: unknown = Object.getPrototypeOf(record);
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return true;
  return names.length > 0 && !(Symbol.iterator in record);
}

function readValue(value: unknown, nulls: Nulls): string | string[] | null {
  if (!Array.isArray(value)) return readText(value, nulls);
  const texts = new Set<string>();
  for (let at = 0; at < value.length; at++) {
    const text = readText(value[at], nulls);
    if (text === null) return null;
    texts.add(text);
  }
  return [...texts].sort();
}

function readText(value: unknown, nulls: Nulls): string | null {
  if (typeof value === 'string') return value;
  if (value !== null || !nulls.allowed) return null;
  nulls.seen = true;
  return '';
}

export function isEmpty({ values }: Fields): boolean {
  return values.every((value) => typeof value !== 'string' && value.length === 0);
}

type Pair = [name: string, value: string];

function toPairs({ names, values }: Pick<Fields, 'names' | 'values'>): Pair[] {
  return names.flatMap((name, at) => [values[at] ?? []].flat().map((value): Pair => [name, value]));
}

function joinByCodePoint(pairs: readonly Pair[], joined: string): string | null {
  const byPoint = pairs
    .toSorted((a, b) => compareCodePoints(a[0], b[0]) || compareCodePoints(a[1], b[1]))
    .flat()
    .join('');
  return byPoint === joined ? null : byPoint;
}

// UTF-16 puts the characters above U+FFFF, two surrogates each, before U+E000 to U+FFFF.
function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const one = a.charCodeAt(at);
    const other = b.charCodeAt(at);
    if (one !== other) return rank(one) - rank(other);
  }
  return a.length - b.length;
}

function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
