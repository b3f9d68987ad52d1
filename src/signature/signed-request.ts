/** A request as it was received, or as it shall be sent. */
export interface SignedRequest {
  /** Absolute, as received or as configured; never normalised. */
  url: string;
  method?: string | undefined;
  /** The Content-Type header. */
  contentType?: string | undefined;
  /** Decoded form parameters, when `body` is not given. `null` and `undefined` values are refused. */
  params?: Params | undefined;
  /** The raw body. Forms are decoded from it; anything else needs it for `bodySHA256`. */
  body?: string | Uint8Array | undefined;
  /** The X-Twilio-Signature header as received. */
  signature?: string | readonly string[] | undefined;
  /** The X-Twilio-Signature-Key-Sid header: picks among keys, is never trusted. */
  keySid?: string | undefined;
}

export type Params =
  | readonly (readonly [name: string, value: string])[]
  | URLSearchParams
  | FormData
  | Readonly<Record<string, string | readonly string[]>>;

/** A secret that may have signed. */
export interface Key {
  /** What `matched` and X-Twilio-Signature-Key-Sid know it by. */
  id?: string | undefined;
  secret: string;
  /** `sha256` is an experiment with Twilio's SharedKeys, whose canonical string is not published. Default `sha1`. */
  hash?: 'sha1' | 'sha256' | undefined;
}

/** Why a request does not verify, in the order in which it is looked at. */
export type SignatureReason =
  | 'missing-key'
  | 'missing-signature'
  | 'malformed-signature'
  | 'invalid-url'
  | 'invalid-params'
  | 'raw-body-required'
  | 'missing-body-hash'
  | 'ambiguous-body-hash'
  | 'signature-mismatch'
  | 'body-mismatch';
