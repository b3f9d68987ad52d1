/**
 * What can be wrong with a project: a stable code and the facts of this case. What to say and to do about it stands in the
 * table of advice, which does not compile while a code has none. No fact is a secret.
 */
export interface ProblemFacts
  extends RuntimeFacts,
    DependencyFacts,
    SettingsFacts,
    FunctionFacts,
    AssetFacts,
    EnvironmentFacts,
    CredentialFacts,
    SecretFacts,
    RepositoryFacts,
    EventFacts,
    StoreFacts,
    AccountFacts {}

export interface RuntimeFacts {
  'node-unsupported': { version: string };
  'node-differs': { version: string; runtime: string };
  'runtime-missing': { file: string };
  'runtime-unsupported': { runtime: string; file: string };
  'runtime-handler-missing': object;
  'runtime-handler-dev': { version: string };
  'runtime-handler-range': { version: string };
  'runtime-handler-old': { version: string };
  'runtime-handler-npm-only': { version: string };
}

export interface DependencyFacts {
  'manifest-unreadable': { reason: string };
  'dependency-range': { name: string; version: string; installed: string | null };
  'dependency-local': { name: string; version: string };
  'dependency-missing': { name: string; version: string };
  'dependency-differs': { name: string; version: string; installed: string };
  'dependency-native': { name: string };
  'dependency-count': { count: number };
  'twilio-old': { version: string };
}

export interface SettingsFacts {
  'settings-unreadable': { file: string; reason: string };
  'settings-key-ignored': { file: string; key: string; instead: string | null };
  'settings-value': { file: string; key: string; wanted: string };
  'service-name': { name: string };
  'project-structure': object;
}

export interface FunctionFacts {
  'functions-none': { folder: string; skipped: number };
  'function-unprotected': { file: string; path: string; evidence: string };
  'function-marker': { file: string; path: string; marker: string; meant: 'protected' | 'private' };
  'function-syntax': { file: string; reason: string };
  'function-handler': { file: string; path: string };
  'function-callback': { file: string; path: string };
  'function-module': { file: string };
  'function-import': { file: string; imported: string };
  'function-package': { file: string; name: string };
  'test-file-deployed': { file: string; path: string };
  'path-twice': { path: string; files: string[] };
  'path-refused': { file: string };
  'build-fails': { reason: string };
  'build-missing': { folder: string };
  'build-stale': { folder: string; files: string[] };
}

export interface AssetFacts {
  'asset-secret': { file: string; path: string; access: 'public' | 'protected' };
  'asset-size': { file: string; bytes: number; most: number };
  'asset-count': { access: string; count: number; most: number };
  'asset-index': { file: string };
}

export interface EnvironmentFacts {
  'variable-line': { file: string; line: number };
  'variable-name': { file: string; name: string };
  'variable-quotes': { place: string; name: string };
  'variable-blanks': { place: string; name: string };
  'variable-size': { name: string; bytes: number };
  'variables-size': { bytes: number; count: number };
  'variable-reserved': { file: string; name: string };
}

export interface CredentialFacts {
  'credentials-missing': object;
  'credentials-half': { place: string; there: string; missing: string };
  'credentials-other-names': { names: string[] };
  'account-sid-api-key': { place: string };
  'account-sid-shape': { place: string };
  'auth-token-shape': { place: string; length: number; kind: string | null };
  'region-set': { names: string[] };
}

export interface SecretFacts {
  'organiser-half': { there: string; missing: string };
  'organiser-user': object;
  'organiser-password': { reason: string };
  'voter-secret': { reason: string };
  'database-url': { reason: string };
  'public-url': { url: string; reason: string };
  'example-secret': { file: string; name: string };
}

export interface StoreFacts {
  'store-fault': { sentence: string };
  'store-silent': { sentence: string };
  'store-behind': object;
}

export interface RepositoryFacts {
  'secret-committed': { file: string };
  'secret-not-ignored': { file: string };
  'deployed-elsewhere': { accounts: string[] };
}

export interface EventFacts {
  'event-missing': { file: string };
  'event-fault': { file: string; fault: string };
  'event-over': { file: string; closed: string };
  'reply-long': { file: string; reply: string; locale: string; segments: number };
}

export interface AccountFacts {
  'account-refused': { reason: string };
  'account-silent': { reason: string };
  'number-unknown': { number: string };
  'number-none': object;
  'webhook-none': { number: string; why: string };
  'webhook-overridden': { number: string; ownUrl: string; url: string; why: string };
  'webhook-url': { number: string; url: string; reason: string };
  'webhook-method': { number: string; method: string };
  'webhook-fallback': { number: string };
  'webhook-path': { number: string; url: string; path: string };
  'webhook-public': { number: string; file: string; path: string };
  'webhook-fails': { url: string; reason: string };
}

export type ProblemCode = keyof ProblemFacts;

export type Problem = { [Code in ProblemCode]: { code: Code } & ProblemFacts[Code] }[ProblemCode];
