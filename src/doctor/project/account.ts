/** What Twilio says of the account, and what its webhooks do when they are called. */
export interface Account {
  /** Why Twilio's API did not answer the question, or `null`; `answered` when it said no, and not nothing. */
  fault: { reason: string; answered: boolean } | null;
  /** Numbers that were asked for and that the account does not have, as they may be shown. */
  unknownNumbers: string[];
  /** Those that lead to this project, and those that were asked for. */
  numbers: AccountNumber[];
}

export interface AccountNumber {
  /** As it may be shown: its end. */
  number: string;
  /** What decides where its texts go. */
  decidedBy: 'messaging-service' | 'application' | 'number';
  /** In a sentence. */
  why: string;
  /** Where its texts go, without a password; empty when they are dropped. */
  url: string;
  method: string;
  /** Empty for none; `null` when it is not known. */
  fallbackUrl: string | null;
  /** The URL that is set at the number itself, whether it counts or not. */
  ownUrl: string;
  /** What is wrong with `url` by its looks, or `null`. */
  urlFault: string | null;
  /** Its path when it leads to a deployment of this project, else `null`. */
  path: string | null;
}

/** A webhook that was called: without a signature, which it has to refuse, and with one, which it has to answer. */
export interface CalledWebhook {
  /** Without a password. */
  url: string;
  /** What is wrong, or `null`. */
  fault: string | null;
}
