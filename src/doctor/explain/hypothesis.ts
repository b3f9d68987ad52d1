import type { Key } from '../../signature/index';
import type { CauseCode } from '../cause-code';
import type { CapturedRequest, OtherKey } from '../explanation';
import type { Pair, UrlView, View } from './signed-view';

/** The pieces of a view that a hypothesis changes. */
export type Rewrite = Partial<View> & {
  /** What led to it, in words that hold nothing secret. */
  because?: string;
  /** One of many guesses: tried alone, not together with another cause. */
  alone?: true;
};

/** One thing that goes wrong in practice: from what was checked it makes what may have been signed. */
export interface Hypothesis {
  code: CauseCode;
  /** What it changes. Two that change different pieces need not be tried in both orders. */
  part: 'url' | 'params' | 'both' | 'key';
  rewrites(view: View, evidence: Evidence): Iterable<Rewrite>;
}

/** What else is known of a request. Nothing here is trusted: it only tells where to look. */
export interface Evidence {
  request: CapturedRequest;
  /** By lower-case name. */
  headers: ReadonlyMap<string, readonly string[]>;
  knownUrls: readonly UrlView[];
  /** Every configured key; the view has those that the request's key id picks. */
  keys: readonly Key[];
  otherKeys: readonly OtherKey[];
  /** The form as it arrived, when the raw body is at hand. */
  rawForm: readonly Pair[] | null;
  /** What stands behind the `#` of the URL, and before the `@`, both with the sign. */
  fragment: string;
  userinfo: string;
}

/** The values of a header, split at commas, without blanks. */
export function headerList({ headers }: Evidence, name: string): string[] {
  return (headers.get(name) ?? [])
    .flatMap((value) => value.split(','))
    .map((value) => value.trim())
    .filter((value) => value !== '');
}
