import { splitUrl } from '../../signature/canonical';
import { readParams } from '../../signature/fields';
import type { Key } from '../../signature/index';

/** What may have been signed: each hypothesis changes a piece of it. */
export interface View {
  url: UrlView;
  params: ParameterView;
  keys: readonly Key[];
  /** The signature as it was received. */
  received: string;
}

/** A URL in the pieces that go wrong one by one. Put together again it is the same text. */
export interface UrlView {
  scheme: string;
  /** With its `@`. */
  userinfo: string;
  host: string;
  /** With its colon. */
  port: string;
  path: string;
  /** Without its `?`; `null` when there is no `?`. */
  query: string | null;
  /** With its `#`. */
  fragment: string;
}

export type Pair = readonly [name: string, value: string];

export type ParameterView =
  | { pairs: readonly Pair[] }
  /** What somebody appended to the URL instead of following the rule. */
  | { appended: string }
  /** A shape no signature can be computed over. */
  | { unread: unknown };

/** The URL as Twilio signs it: no user info, no fragment. */
export function viewUrl(url: unknown): UrlView | null {
  const parts = splitUrl(url);
  if (!parts) return null;
  const { scheme, host, port, rest } = parts;
  const mark = rest.indexOf('?');
  return {
    scheme,
    userinfo: '',
    host,
    port,
    path: mark < 0 ? rest : rest.slice(0, mark),
    query: mark < 0 ? null : rest.slice(mark + 1),
    fragment: '',
  };
}

export function urlText({ scheme, userinfo, host, port, path, query, fragment }: UrlView): string {
  return `${scheme}://${userinfo}${host}${port}${path}${query === null ? '' : `?${query}`}${fragment}`;
}

/** The URL in each form that is right whatever the port: a given port may be signed or not, which is no fault. */
export function urlTexts(view: UrlView): string[] {
  const text = urlText(view);
  if (view.port === '' || view.port === ':') return [text];
  return [text, urlText({ ...view, port: '' })];
}

/** What follows the URL; empty for parameters no signature can be computed over. */
export function parameterTexts(view: ParameterView): string[] {
  if ('appended' in view) return [view.appended];
  const fields = 'pairs' in view ? readParams(view.pairs) : null;
  if (!fields) return [];
  return fields.byPoint === null ? [fields.joined] : [fields.joined, fields.byPoint];
}

export function pairsOf(view: ParameterView): readonly Pair[] {
  return 'pairs' in view ? view.pairs : [];
}

/** Splits a query without decoding it. */
export function queryPieces(query: string | null): string[] {
  return query === null || query === '' ? [] : query.split('&');
}

/** The decoded name and value of a piece of a query. */
export function decodePiece(piece: string): Pair {
  const [pair] = new URLSearchParams(piece);
  return pair ?? ['', ''];
}

/** Undoes percent-encoding where that is possible, leaving the rest as it is. */
export function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Whether a piece of a query is the hash of the body. */
export function isBodyHash(piece: string): boolean {
  return decodePiece(piece)[0] === 'bodySHA256';
}
