import type { Evidence, Hypothesis, Rewrite } from './hypothesis';
import { queriesOf } from './query-hypotheses';
import { decodePiece, type Pair, pairsOf, queryPieces, type View } from './signed-view';

/** Fields that Twilio sends and frameworks drop, with the value they have in an ordinary text. */
const usualFields: readonly Pair[] = [
  ['NumMedia', '0'],
  ['NumSegments', '1'],
  ['ApiVersion', '2010-04-01'],
  ['SmsStatus', 'received'],
  ['Direction', 'inbound'],
  ['CallStatus', 'ringing'],
];

/** Fields that arrive empty when Twilio does not know a place, or when a text holds only a picture. */
const usuallyEmpty = [
  'Body',
  'FromCity',
  'FromState',
  'FromZip',
  'FromCountry',
  'ToCity',
  'ToState',
  'ToZip',
  'ToCountry',
];

/** More parameters than this are not changed one by one. */
const maxSingles = 60;

/** What belongs in the parameters at all. */
const wholeHypotheses: readonly Hypothesis[] = [
  {
    code: 'json-as-form',
    part: 'params',
    *rewrites({ params }, { request }) {
      if (/json/i.test(request.contentType ?? '') && hasSome(params)) yield without();
    },
  },
  {
    // Frameworks that merge query and form hand a GET's query out as parameters too (twilio-node#1068).
    code: 'parameters-doubled',
    part: 'params',
    *rewrites({ url, params }, { request }) {
      if (isGet(request.method) && url.query !== null && hasSome(params)) yield without();
    },
  },
  {
    code: 'query-in-parameters',
    part: 'params',
    *rewrites({ url, params }, { request }) {
      if (isGet(request.method)) return;
      const query = queryPieces(url.query).map(decodePiece);
      const names = new Set(query.map(([name]) => name));
      const known = new Set(query.map((pair) => JSON.stringify(pair)));
      const pairs = pairsOf(params);
      const same = pairs.filter((pair) => !known.has(JSON.stringify(pair)));
      const rest = pairs.filter(([name]) => !names.has(name));
      if (same.length < pairs.length) yield to(same);
      if (rest.length < same.length) yield to(rest);
    },
  },
  {
    code: 'query-as-form',
    part: 'both',
    *rewrites({ url, params }) {
      if (!url.query) return;
      const pairs = [...pairsOf(params), ...queryPieces(url.query).map(decodePiece)];
      yield { url: { ...url, query: null }, params: { pairs } };
      yield to(pairs);
    },
  },
  {
    code: 'form-as-query',
    part: 'both',
    *rewrites({ url, params }) {
      if (!hasSome(params)) return;
      for (const written of queriesOf(params)) {
        const query = url.query ? `${url.query}&${written}` : written;
        yield { url: { ...url, query }, params: { pairs: [] } };
      }
    },
  },
  {
    code: 'parameters-not-parsed',
    part: 'params',
    *rewrites({ params }, { rawForm }) {
      if (!hasSome(params) && rawForm && rawForm.length > 0) yield to(rawForm);
    },
  },
  {
    code: 'parameters-unsigned',
    part: 'params',
    *rewrites({ url, params }, { request }) {
      const told = /json/i.test(request.contentType ?? '') || (isGet(request.method) && url.query !== null);
      if (hasSome(params) && !told) yield without();
    },
  },
];

/** What parsers, middleware and validators do to single parameters. */
const singleHypotheses: readonly Hypothesis[] = [
  {
    code: 'parameter-null',
    part: 'params',
    *rewrites({ params }) {
      if (!('unread' in params)) return;
      const entries = entriesOf(params.unread);
      if (!entries?.some(([, value]) => value === null || value === undefined)) return;
      for (const replacement of [[''], ['null'], []])
        yield* toTexts(entries.map(([name, value]) => [name, value ?? replacement]));
    },
  },
  {
    code: 'parameter-type',
    part: 'params',
    *rewrites({ params }) {
      if ('unread' in params) yield* toTexts(entriesOf(params.unread));
    },
  },
  {
    code: 'parameter-trimmed',
    part: 'params',
    *rewrites({ params }, { rawForm }) {
      yield* asItArrived(params, rawForm, (now, then) => now === then.trim());
      yield* eachValue(params, (value) => [
        `${value} `,
        ` ${value}`,
        `${value}\n`,
        `${value}\r\n`,
        `${value}  `,
        ` ${value} `,
        `\n${value}`,
      ]);
    },
  },
  {
    code: 'parameter-emptied',
    part: 'params',
    *rewrites({ params }, { rawForm }) {
      const pairs = pairsOf(params);
      const names = new Set(pairs.map(([name]) => name));
      if (rawForm) {
        const empty = rawForm.filter(([name, value]) => value === '' && !names.has(name));
        if (empty.length > 0) yield to([...pairs, ...empty]);
        return;
      }
      const filled = pairs.filter(([, value]) => value !== '');
      if (filled.length < pairs.length) yield to(filled);
      if (pairs.length === 0) return;
      const missing = usuallyEmpty.filter((name) => !names.has(name));
      for (const name of missing) yield to([...pairs, [name, '']]);
      const places = missing.filter((name) => name !== 'Body');
      for (const side of ['From', 'To', '']) {
        const empty = places.filter((name) => name.startsWith(side));
        if (empty.length > 1) yield to([...pairs, ...empty.map((name): Pair => [name, ''])]);
      }
    },
  },
  {
    code: 'parameters-nested',
    part: 'params',
    *rewrites({ params }) {
      if ('unread' in params) {
        if (!entriesOf(params.unread)?.some(([, value]) => typeof value === 'object' && value !== null))
          return;
        for (const style of ['brackets', 'dots', 'indexed'] as const) {
          const pairs = flatten(params.unread, style);
          if (pairs) yield to(pairs);
        }
      } else if (pairsOf(params).some(([name]) => name.includes('.')))
        yield to(pairsOf(params).map(([name, value]) => [name.replace(/\.([^.]+)/g, '[$1]'), value]));
    },
  },
  {
    code: 'duplicates-collapsed',
    part: 'params',
    *rewrites({ params }, { rawForm }) {
      if (
        rawForm &&
        new Set(rawForm.map(([name]) => name)).size < rawForm.length &&
        !same(rawForm, pairsOf(params))
      )
        yield to(rawForm);
      const pairs = pairsOf(params);
      for (const separator of [',', ', ', ';']) {
        for (const [name, value] of pairs.slice(0, maxSingles)) {
          if (!value.includes(separator)) continue;
          yield to([
            ...pairs.filter((pair) => pair[0] !== name),
            ...value.split(separator).map((part): Pair => [name, part]),
          ]);
        }
      }
    },
  },
  {
    code: 'plus-undecoded',
    part: 'params',
    *rewrites({ params }) {
      yield* everyValue(params, (value) => value.replace(/(?<=.)\+/gs, ' '));
      yield* everyValue(params, (value) => value.replace(/\+/g, ' '));
      // A plus that was sent as one stands before a blank or at the end.
      yield* everyValue(params, (value) => value.replace(/(?<=.)\+(?!\+|$)/gs, ' '));
      // Decoded twice: a number's + became a blank.
      yield* everyValue(params, (value) => value.replace(/^ (?=\d{6,})/, '+'));
      yield* everyValue(params, (value) => value.replace(/ /g, '+'));
    },
  },
  {
    code: 'parameters-encoded',
    part: 'params',
    *rewrites({ params }) {
      yield* everyValue(params, (value) => decode(value.replace(/\+/g, ' ')));
      yield* everyValue(params, decode);
      yield* everyValue(params, (value) => encodeURIComponent(value.toWellFormed()));
      yield* everyValue(params, (value) =>
        value
          .replace(/&lt;/g, '<')
          .replace(/&gt;/g, '>')
          .replace(/&quot;/g, '"')
          .replace(/&#0?39;|&#x27;/gi, "'")
          .replace(/&amp;/g, '&'),
      );
    },
  },
  {
    code: 'parameter-charset',
    part: 'params',
    *rewrites({ params }) {
      yield* everyValue(params, (value) =>
        /[^\0-\xff]/.test(value) ? value : Buffer.from(value, 'latin1').toString('utf8'),
      );
      yield* everyValue(params, (value) => Buffer.from(value, 'utf8').toString('latin1'));
    },
  },
  {
    code: 'newlines-changed',
    part: 'params',
    *rewrites({ params }) {
      for (const newline of ['\n', '\r\n', '\r', ' '])
        yield* everyValue(params, (value) => value.replace(/\r\n|\r|\n/g, newline));
    },
  },
  {
    code: 'unicode-form',
    part: 'params',
    *rewrites({ params }) {
      for (const form of ['NFC', 'NFD', 'NFKC'] as const)
        yield* everyValue(params, (value) => value.normalize(form));
    },
  },
  {
    code: 'parameter-names',
    part: 'params',
    *rewrites({ params }) {
      const spellings: ((name: string) => string)[] = [
        (name) => name.charAt(0).toUpperCase() + name.slice(1),
        (name) => name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase()),
        // PHP writes _ for a dot and a blank.
        (name) => name.replace(/_/g, '.'),
        (name) => name.replace(/_/g, ' '),
        (name) => name.replace(/\[\]$/, ''),
        (name) => name.trim(),
      ];
      const pairs = pairsOf(params);
      for (const spell of spellings) {
        const renamed = pairs.map(([name, value]): Pair => [spell(name), value]);
        if (!same(renamed, pairs)) yield to(renamed);
      }
    },
  },
  {
    code: 'parameter-missing',
    part: 'params',
    *rewrites({ params }, { rawForm }) {
      const pairs = pairsOf(params);
      const names = new Set(pairs.map(([name]) => name));
      if (rawForm && pairs.length > 0) {
        const lost = rawForm.filter(([name]) => !names.has(name));
        if (lost.length > 0) yield to([...pairs, ...lost]);
        return;
      }
      if (pairs.length === 0) return;
      const sid = pairs.find(([name]) => /^(?:Message|Sms|SmsMessage)Sid$/.test(name))?.[1];
      const sids =
        sid === undefined ? [] : ['MessageSid', 'SmsSid', 'SmsMessageSid'].map((name): Pair => [name, sid]);
      for (const field of [...sids, ...usualFields]) if (!names.has(field[0])) yield to([...pairs, field]);
    },
  },
  {
    code: 'parameter-extra',
    part: 'params',
    *rewrites({ params }, { rawForm }) {
      const pairs = pairsOf(params);
      if (rawForm) {
        const known = new Set(rawForm.map(([name]) => name));
        const kept = pairs.filter(([name]) => known.has(name));
        if (kept.length < pairs.length) yield to(kept);
      }
      // What frameworks and developers add does not look like a name of Twilio's.
      const twilioLike = pairs.filter(([name]) => /^[A-Z]/.test(name));
      if (twilioLike.length > 0 && twilioLike.length < pairs.length) yield to(twilioLike);
      if (pairs.length > maxSingles) return;
      for (const name of new Set(pairs.map((pair) => pair[0])))
        yield to(pairs.filter((pair) => pair[0] !== name));
    },
  },
  {
    code: 'parameter-changed',
    part: 'params',
    *rewrites({ params }, { rawForm }) {
      if (rawForm && hasSome(params) && !same(rawForm, pairsOf(params))) yield to(rawForm);
      const pairs = pairsOf(params);
      const text = pairs.find(([name]) => name === 'Body')?.[1];
      if (text === undefined || text.length > 160) return;
      for (const former of changedScores(text))
        yield { ...to(pairs.map(([name, value]) => [name, name === 'Body' ? former : value])), alone: true };
      for (const former of [text.toUpperCase(), text.toLowerCase()])
        if (former !== text)
          yield {
            ...to(pairs.map(([name, value]) => [name, name === 'Body' ? former : value])),
            alone: true,
          };
    },
  },
  {
    // Not Twilio but a script of one's own signed, in the order in which the fields were at hand.
    code: 'parameters-unsorted',
    part: 'params',
    *rewrites({ params }) {
      const pairs = pairsOf(params);
      if (pairs.length < 2) return;
      const join = (list: readonly Pair[], middle = '', between = '') =>
        list.map(([name, value]) => name + middle + value).join(between);
      const byName = pairs.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
      const folded = pairs.toSorted(([a], [b]) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
      const texts = [join(pairs), join(byName), join(folded), join(pairs, '=', '&'), join(byName, '=', '&')];
      for (const appended of new Set(texts)) yield { params: { appended } };
    },
  },
];

export const parameterHypotheses: readonly Hypothesis[] = [...wholeHypotheses, ...singleHypotheses];

type Params = View['params'];

function to(pairs: readonly Pair[]): Rewrite {
  return { params: { pairs } };
}

function without(): Rewrite {
  return to([]);
}

function isGet(method: string | undefined): boolean {
  return /^get$/i.test(method ?? '');
}

function hasSome(params: Params): boolean {
  return 'unread' in params || pairsOf(params).length > 0;
}

function same(one: readonly Pair[], other: readonly Pair[]): boolean {
  return (
    one.length === other.length &&
    one.every(([name, value], at) => name === other[at]?.[0] && value === other[at]?.[1])
  );
}

/** Every value changed in one way at once, which is what a parser does. */
function* everyValue(params: Params, change: (value: string) => string): Generator<Rewrite> {
  const pairs = pairsOf(params);
  const changed = pairs.map(([name, value]): Pair => [name, change(value)]);
  if (!same(changed, pairs)) yield to(changed);
}

/** One value changed at a time. */
function* eachValue(params: Params, change: (value: string) => string[]): Generator<Rewrite> {
  const pairs = pairsOf(params);
  const singles = pairs.filter(
    ([name, value]) =>
      /^Body$|^ProfileName$|^Speech|Result$|Text$/.test(name) || (pairs.length < 6 && value !== ''),
  );
  const firsts = firstValues(pairs);
  for (const [name] of singles) {
    for (const former of change(firsts.get(name) ?? ''))
      yield to(pairs.map((pair) => (pair[0] === name ? [name, former] : pair)));
  }
}

/** The values of the raw form where those at hand came from them in the given way. */
function* asItArrived(
  params: Params,
  rawForm: Evidence['rawForm'],
  cameFrom: (now: string, then: string) => boolean,
): Generator<Rewrite> {
  if (!rawForm) return;
  const pairs = pairsOf(params);
  const arrived = firstValues(rawForm);
  const former = pairs.map(([name, value]): Pair => {
    const raw = arrived.get(name);
    return raw !== undefined && cameFrom(value, raw) ? [name, raw] : [name, value];
  });
  if (!same(former, pairs)) yield to(former);
}

function firstValues(pairs: readonly Pair[]): Map<string, string> {
  return new Map(pairs.toReversed());
}

function entriesOf(value: unknown): [string, unknown][] | null {
  if (Array.isArray(value))
    return value.every((pair) => Array.isArray(pair) && pair.length === 2 && typeof pair[0] === 'string')
      ? (value as [string, unknown][])
      : null;
  return typeof value === 'object' && value !== null ? Object.entries(value) : null;
}

function* toTexts(entries: [string, unknown][] | null): Generator<Rewrite> {
  if (!entries) return;
  const pairs: Pair[] = [];
  for (const [name, value] of entries) {
    for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (typeof one === 'object' || typeof one === 'function' || typeof one === 'symbol') return;
      pairs.push([name, String(one)]);
    }
  }
  yield to(pairs);
}

/** What body parsers made objects of, written as it was sent. `null` where it holds something else than texts. */
function flatten(
  value: unknown,
  style: 'brackets' | 'dots' | 'indexed',
  name = '',
  depth = 0,
): Pair[] | null {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return [[name, String(value)]];
  if (typeof value !== 'object' || value === null || depth > 6) return null;
  const list = Array.isArray(value);
  const pairs: Pair[] = [];
  for (const [key, inner] of Object.entries(value)) {
    const part = list && style !== 'indexed' ? '[]' : style === 'dots' ? `.${key}` : `[${key}]`;
    const flat = flatten(inner, style, name === '' ? key : name + part, depth + 1);
    if (!flat) return null;
    pairs.push(...flat);
  }
  return pairs;
}

function* changedScores(text: string): Generator<string> {
  for (let at = 0; at < text.length; at++) {
    for (const digit of '0123456789')
      if (/\d/.test(text[at] ?? '') && digit !== text[at])
        yield text.slice(0, at) + digit + text.slice(at + 1);
  }
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
