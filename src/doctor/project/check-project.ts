import { accountAdvice } from './account-advice';
import type { Advice, AdviceTable, Severity } from './advice';
import { checkAccount } from './check-account';
import { checkAssets } from './check-assets';
import { checkBuild } from './check-build';
import { checkCredentials } from './check-credentials';
import { checkDependencies } from './check-dependencies';
import { checkEnvironment } from './check-environment';
import { checkEvent } from './check-event';
import { checkFunctions } from './check-functions';
import { checkRepository } from './check-repository';
import { checkRuntime } from './check-runtime';
import { checkSecrets } from './check-secrets';
import { checkSettings } from './check-settings';
import { checkStore } from './check-store';
import { dependencyAdvice, settingsAdvice } from './dependency-advice';
import { credentialAdvice, environmentAdvice } from './environment-advice';
import { assetAdvice, functionAdvice } from './function-advice';
import type { Problem, ProblemCode } from './problem';
import type { Project } from './project';
import { runtimeAdvice } from './runtime-advice';
import { eventAdvice, repositoryAdvice, secretAdvice } from './secret-advice';
import { storeAdvice } from './store-advice';

/** A problem in words. */
export interface Finding {
  code: ProblemCode;
  severity: Severity;
  title: string;
  detail: string;
  fix: string;
}

/** What to say of each kind of problem. It does not compile while a code has no entry. */
export const projectAdvice: AdviceTable = {
  ...runtimeAdvice,
  ...dependencyAdvice,
  ...settingsAdvice,
  ...functionAdvice,
  ...assetAdvice,
  ...environmentAdvice,
  ...credentialAdvice,
  ...secretAdvice,
  ...repositoryAdvice,
  ...eventAdvice,
  ...accountAdvice,
  ...storeAdvice,
};

const checks: readonly ((project: Project) => Problem[])[] = [
  checkRuntime,
  checkDependencies,
  checkSettings,
  checkFunctions,
  checkAssets,
  checkBuild,
  checkEnvironment,
  checkCredentials,
  checkSecrets,
  checkRepository,
  checkEvent,
  checkStore,
  checkAccount,
];

/** Everything that is wrong with a project, the worst first. */
export function checkProject(project: Project): Finding[] {
  return describeProblems(checks.flatMap((check) => check(project)));
}

/** Puts problems into words, the worst first. */
export function describeProblems(problems: Problem[]): Finding[] {
  const order: Severity[] = ['error', 'warning', 'note'];
  return problems
    .map(describeProblem)
    .sort((one, other) => order.indexOf(one.severity) - order.indexOf(other.severity));
}

/** Whether a project may be started and deployed: notes are no obstacle. */
export function isSound(findings: readonly Finding[]): boolean {
  return findings.every(({ severity }) => severity === 'note');
}

function describeProblem(problem: Problem): Finding {
  // The table's type pairs each code with its facts; that this entry fits this problem, the compiler cannot follow.
  const { severity, title, detail, fix } = projectAdvice[problem.code] as Advice<Problem>;
  return { code: problem.code, severity, title, detail: detail(problem), fix: fix(problem) };
}
