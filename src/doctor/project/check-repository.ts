import type { Problem } from './problem';
import type { Project } from './project';

/** What git has, or is about to have, and where this checkout was deployed before. */
export function checkRepository({ repository, environment, processVariables }: Project): Problem[] {
  const { trackedSecrets, unignoredSecrets, deployedAccounts } = repository;
  const account = processVariables.ACCOUNT_SID || environment.variables.ACCOUNT_SID;
  const elsewhere =
    account !== undefined && deployedAccounts.length > 0 && !deployedAccounts.includes(account);
  return [
    ...trackedSecrets.map((file) => ({ code: 'secret-committed' as const, file })),
    ...unignoredSecrets.map((file) => ({ code: 'secret-not-ignored' as const, file })),
    ...(elsewhere ? [{ code: 'deployed-elsewhere' as const, accounts: deployedAccounts }] : []),
  ];
}
