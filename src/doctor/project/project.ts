import type { Account, CalledWebhook } from './account';

/** A Twilio Functions project, as it lies on disk and at Twilio. All that the checks look at; they read nothing themselves. */
export interface Project {
  /** The Node this runs on: `20.20.2`. */
  nodeVersion: string;
  /** Whether `dist` is made from `functions` and `assets` by ringtrue's build. */
  builtByRingtrue: boolean;
  manifest: Manifest;
  settings: Settings;
  /** Which of functions, src, assets and static stand in the root: Twilio's tools want at least one. */
  rootFolders: string[];
  /** Where they stand: `functions`. */
  functionsFolder: string;
  functions: FunctionFile[];
  /** Files below the functions folder that Twilio's tool leaves out, such as `.ts` and `.mjs`. */
  skippedFunctions: string[];
  assets: AssetFile[];
  build: BuildState;
  environment: EnvironmentFile;
  /** The variables of the process that decide credentials and the region. */
  processVariables: Record<string, string>;
  repository: Repository;
  event: EventState;
  /** `null` when it was not looked at. */
  store: StoreState | null;
  /** `null` when Twilio was not asked. */
  account: Account | null;
  /** Webhooks that were called for a trial. */
  called: CalledWebhook[];
  /** Milliseconds since 1970. */
  now: number;
}

export interface Manifest {
  /** Why package.json cannot be read, or `null`. */
  fault: string | null;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  /** What is installed of `dependencies`, `null` for what is not; `null` altogether where that cannot be told. */
  installed: Record<string, InstalledPackage | null> | null;
}

export interface InstalledPackage {
  version: string;
  /** It compiles or downloads a program for this machine when it is installed. */
  native: boolean;
}

export interface Settings {
  /** `.twilioserverlessrc`; `null` when there is none. */
  file: string | null;
  fault: string | null;
  /** Written in a language that only running it would tell; then `values` is empty. */
  opaque: boolean;
  values: Record<string, unknown>;
}

export interface FunctionFile {
  /** What a person edits, relative to the project: `functions/sms/incoming.protected.ts`. */
  file: string;
  /** As it stands in a URL; `null` when Twilio takes no such path. */
  path: string | null;
  access: 'public' | 'protected' | 'private';
  /** Without comments. */
  code: string;
  /** What it requires or imports, as written, without Node's own modules. */
  imports: string[];
  /** Written with `import` and `export`. */
  module: boolean;
  /** `12: Unexpected "}"`, the line and why it cannot be compiled; `null` when it can. */
  fault: string | null;
  /** Twilio gets it as it is, so that what stands beside it is not there any more. */
  deployedAsIs: boolean;
}

export interface AssetFile {
  file: string;
  path: string | null;
  access: 'public' | 'protected' | 'private';
  bytes: number;
}

export interface BuildState {
  /** The folder that is deployed; `null` when the sources themselves are. */
  folder: string | null;
  exists: boolean;
  /** Why the sources give no build, or `null`. */
  fault: string | null;
  /** Files of the last build that are not what the sources would give now. */
  stale: string[];
}

export interface EnvironmentFile {
  /** `.env` */
  file: string;
  exists: boolean;
  /** The number of the first line that is no variable, or `null`. */
  badLine: number | null;
  variables: Record<string, string>;
  /** `.env.example`, which everybody can read. */
  example: { file: string; variables: Record<string, string> } | null;
}

export interface Repository {
  /** Files with secrets that git has. */
  trackedSecrets: string[];
  /** Files with secrets that the next `git add .` would take. */
  unignoredSecrets: string[];
  /** The accounts that `.twiliodeployinfo` names; empty when there is none. */
  deployedAccounts: string[];
}

export interface EventState {
  /** `null` when the project has no event file and needs none. */
  file: string | null;
  missing: boolean;
  /** Each with line and field. */
  faults: string[];
  /** Replies of the event that cost more than one segment. */
  longReplies: { reply: string; locale: string; segments: number }[];
  /** When the last session closes, in milliseconds since 1970; `null` for never. */
  closesAt: number | null;
}

/** What a look at the place of the ratings found. */
export interface StoreState {
  /** A sentence that names the variable, or `null`; `passing` when it may be well again by itself. */
  fault: { sentence: string; passing: boolean } | null;
  /** Its tables are not those of this version yet. */
  behind: boolean;
}
