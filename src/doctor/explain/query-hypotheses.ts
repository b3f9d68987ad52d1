import { type Hypothesis, headerList } from './hypothesis';
import { queryOrders } from './query-orders';
import { decodePercent, isBodyHash, pairsOf, queryPieces, type UrlView } from './signed-view';

/** The query: dropped, added, re-ordered, spelled in another way. */
export const queryHypotheses: readonly Hypothesis[] = [
  {
    code: 'query-dropped',
    part: 'url',
    *rewrites({ url }, evidence) {
      for (const { query } of evidence.knownUrls) {
        if (query !== null && query !== url.query)
          yield { ...atQuery(url, query), because: 'a configured webhook has it' };
      }
      for (const name of ['x-original-uri', 'x-original-url', 'x-rewrite-url', 'x-envoy-original-path']) {
        for (const value of evidence.headers.get(name) ?? []) {
          const query = /\?([^#]*)/.exec(value)?.[1];
          if (query !== undefined && query !== url.query)
            yield { ...atQuery(url, query), because: `it stands in ${name}` };
        }
      }
      for (const value of headerList(evidence, 'x-forwarded-query')) yield atQuery(url, value);
      if (url.query === null) yield atQuery(url, '');
    },
  },
  {
    code: 'query-added',
    part: 'url',
    *rewrites({ url }) {
      if (url.query === null) return;
      yield atQuery(url, null);
      const pieces = queryPieces(url.query);
      if (pieces.length < 2 || pieces.length > 24) return;
      for (const left of pieces.filter((piece) => !isBodyHash(piece))) {
        yield atQuery(url, pieces.filter((piece) => piece !== left).join('&'));
      }
    },
  },
  {
    code: 'query-order',
    part: 'url',
    *rewrites({ url }, { knownUrls }) {
      const pieces = queryPieces(url.query);
      const known = knownUrls.map(({ query }) => queryPieces(query));
      let count = 0;
      for (const order of queryOrders(pieces, known)) {
        const query = order.join('&');
        count += 1;
        if (query !== url.query) yield { ...atQuery(url, query), ...(count > 24 && { alone: true }) };
      }
    },
  },
  {
    // Fetch's URL writes %27 for an apostrophe, which Twilio signs as it is (twilio-node#1059, #1183; twilio-ruby#528).
    code: 'query-apostrophe',
    part: 'url',
    *rewrites({ url }) {
      yield* replaced(url, [
        [/%27/g, "'"],
        [/'/g, '%27'],
      ]);
    },
  },
  {
    code: 'query-space',
    part: 'url',
    *rewrites({ url }) {
      yield* replaced(url, [
        [/\+/g, '%20'],
        [/%20/g, '+'],
        [/ /g, '+'],
        [/ /g, '%20'],
        [/\+/g, ' '],
        [/%20/g, ' '],
        [/\+/g, '%2B'],
        [/ /g, '%2B'],
        [/%2B/gi, '+'],
      ]);
    },
  },
  {
    code: 'query-encoding',
    part: 'url',
    *rewrites({ url }) {
      const { query } = url;
      if (query === null || query === '') return;
      const byPart = (change: (text: string) => string) =>
        query
          .split('&')
          .map((piece) => piece.split(/=(.*)/s).slice(0, 2).map(change).join('='))
          .join('&');
      const encode = (text: string) => encodeURIComponent(decodePercent(text).toWellFormed());
      const spellings = [
        // Twilio signs `@` and `:` raw and may send them encoded (twilio-node#621).
        query.replace(/%40/g, '@').replace(/%3A/gi, ':'),
        query.replace(/@/g, '%40').replace(/:/g, '%3A'),
        query.replace(/%40/g, '@'),
        query.replace(/@/g, '%40'),
        query.replace(/%3F/gi, '?'),
        decodePercent(query),
        byPart(decodePercent),
        byPart((text) => decodePercent(text.replace(/\+/g, ' '))),
        byPart(encode),
        byPart((text) => encode(text.replace(/\+/g, ' '))),
        byPart((text) => encode(text).replace(/%20/g, '+')),
        byPart((text) => encodeURI(decodePercent(text).toWellFormed())),
        byPart((text) => encode(text).replace(/[!'()*]/g, percent)),
        new URLSearchParams(query).toString(),
        query.replace(/%[0-9a-f]{2}/gi, (triplet) => triplet.toUpperCase()),
        query.replace(/%[0-9a-f]{2}/gi, (triplet) => triplet.toLowerCase()),
        query.replace(/[^\x20-\x7e]+/g, (text) => encodeURIComponent(text.toWellFormed())),
        query.replace(/(?:%[89a-f][0-9a-f])+/gi, decodePercent),
        query.normalize('NFC'),
        query.replace(/&amp;/g, '&'),
        query.replace(/&/g, '&amp;'),
        query.replace(/;/g, '&'),
      ];
      for (const spelling of new Set(spellings)) {
        if (spelling !== query) yield atQuery(url, spelling);
      }
    },
  },
  {
    // `?a` and `?a=` are two texts; frameworks that parse and write a query again know only one.
    code: 'query-empty-value',
    part: 'url',
    *rewrites({ url }) {
      const pieces = queryPieces(url.query);
      if (url.query === '') yield atQuery(url, null);
      if (pieces.length === 0) return;
      const spellings = [
        pieces.map((piece) => piece.replace(/=$/, '')),
        pieces.map((piece) => (piece.includes('=') || piece === '' ? piece : `${piece}=`)),
        pieces.filter((piece) => !/=$/.test(piece)),
        pieces.filter((piece) => piece !== ''),
      ];
      for (const spelling of new Set(spellings.map((list) => list.join('&')))) {
        if (spelling !== url.query) yield atQuery(url, spelling);
      }
    },
  },
];

/** The queries that hold the given parameters, as frameworks write them; the order is that of the parameters. */
export function queriesOf(view: Parameters<typeof pairsOf>[0]): string[] {
  const pairs = pairsOf(view);
  const form = new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, value])).toString();
  const strict = pairs
    .map((pair) => pair.map((text) => encodeURIComponent(text.toWellFormed())).join('='))
    .join('&');
  return [
    ...new Set([form, strict, form.replace(/%40/g, '@').replace(/%3A/g, ':'), strict.replace(/'/g, '%27')]),
  ];
}

function* replaced(
  url: UrlView,
  changes: readonly (readonly [from: RegExp, to: string])[],
): Generator<{ url: UrlView }> {
  const { query } = url;
  if (query === null) return;
  for (const spelling of new Set(changes.map(([from, to]) => query.replace(from, to)))) {
    if (spelling !== query) yield atQuery(url, spelling);
  }
}

function atQuery(url: UrlView, query: string | null): { url: UrlView } {
  return { url: { ...url, query } };
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
