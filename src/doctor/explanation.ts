import type { Key, SignatureReason, SignedRequest } from '../signature/index';
import type { CauseCode } from './cause-code';
import type { Fixes } from './frameworks';

/** A request as it was captured where it did not verify. */
export interface CapturedRequest extends Omit<SignedRequest, 'params' | 'signature'> {
  /** The parameters as the application has them: any shape, because a wrong shape may be the cause. */
  params?: unknown;
  signature?: string | readonly string[] | null | undefined;
  /** Evidence (Host, X-Forwarded-*, Authorization, …), never trusted: only what reproduces the signature counts. */
  headers?: Readonly<Record<string, string | readonly string[] | undefined>> | undefined;
}

/** A secret that is not configured as the key, and may have signed by mistake. */
export interface OtherKey extends Key {
  kind: 'secondary' | 'former' | 'other-account' | 'api-key-secret' | 'test' | 'other';
  /** What it is, in words to be shown. */
  name?: string | undefined;
}

export interface ExplainOptions {
  /** URLs that may be the signed one, such as the webhook as it is configured at Twilio. */
  knownUrls?: readonly string[] | undefined;
  otherKeys?: readonly OtherKey[] | undefined;
  /** 1: single causes only, in a few milliseconds, for a line in a log. Default 2: pairs as well. */
  depth?: 1 | 2 | undefined;
}

export interface Explanation {
  /** Proven, most likely first. Empty when nothing reproduces the signature, and when the request verifies. */
  causes: Cause[];
  /**
   * The codes that were tried, in this order: what `causes` does not name is ruled out as a single cause. All there are,
   * except where the request was so large that the search ended before.
   */
  tried: CauseCode[];
  /** What `verify` says of the request; `null` when it verifies. */
  reason: SignatureReason | null;
  /** When nothing, or not everything, was proven: what to look at and what to capture next. Suspicions, not proof. */
  next: string[];
  /** How many signatures were computed, and whether the search ended before it was through. */
  search: { signatures: number; cut: boolean };
}

export interface Cause {
  code: CauseCode;
  /** A few words without anything from the request. */
  title: string;
  /** What happened in this request: a sentence, then the two strings one above the other. Secrets and numbers are masked. */
  detail: string;
  fix: string;
  /** The fix by framework, where it differs. */
  frameworks: Fixes;
  /** The other causes without which this one does not reproduce the signature; empty for a cause that does alone. */
  with: CauseCode[];
}
