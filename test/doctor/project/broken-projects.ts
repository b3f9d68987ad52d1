import type { ProblemCode } from '../../../src/doctor/project/problem';
import type { Project } from '../../../src/doctor/project/project';
import { brokenAccounts } from './broken-accounts';
import { brokenEnvironments } from './broken-environments';
import { brokenFunctions } from './broken-functions';
import { brokenSettings } from './broken-settings';
import { brokenStores } from './broken-stores';
import type { Files } from './make-project';

/** One way to break the healthy project, and the one finding that has to come of it. */
export interface BrokenProject {
  /** Ends the sentence "finds …". */
  name: string;
  code: ProblemCode;
  /** What cannot but come with it. */
  also?: ProblemCode;
  /** A part of the detail. */
  says: string;
  files?: Files;
  env?: NodeJS.ProcessEnv;
  git?: string[][];
  /** What no file says. */
  change?: Partial<Project>;
}

export const brokenProjects: readonly BrokenProject[] = [
  ...brokenSettings,
  ...brokenFunctions,
  ...brokenEnvironments,
  ...brokenAccounts,
  ...brokenStores,
];
