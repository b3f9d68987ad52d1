import { UsageFault } from './usage-fault';

/** Whether somebody is there to ask. */
export function isAttended(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/** Nobody said yes to a change, so nothing was changed. Ends a command with exit code 1. */
export class NotConfirmed extends Error {
  override name = 'NotConfirmed';
}

/**
 * Asks before something is changed; `yes` answers for the user.
 * @throws NotConfirmed when the answer is no, and without a terminal to ask on
 */
export async function confirmChange(question: string, yes: boolean): Promise<void> {
  if (yes) return;
  if (!isAttended())
    throw new NotConfirmed('Nothing was changed: there is no terminal to ask on. Add --yes to go ahead.');
  const { confirm, isCancel } = await import('@clack/prompts');
  const answer = await confirm({ message: question, initialValue: false, output: process.stderr });
  if (isCancel(answer) || !answer) throw new NotConfirmed('Nothing was changed.');
}

/** Lets the user pick one. @throws UsageFault with `flag` to give instead, when there is no terminal */
export async function choose<T extends string>(
  question: string,
  { flag, options }: { flag: string; options: { value: T; label: string }[] },
): Promise<T> {
  if (!isAttended()) {
    const values = options.map(({ value, label }) => `${flag} ${value} (${label})`);
    throw new UsageFault(`${question} Say which: ${values.join(' or ')}.`);
  }
  const { isCancel, select } = await import('@clack/prompts');
  const answer = await select<string>({ message: question, options, output: process.stderr });
  const chosen = options.find(({ value }) => value === answer);
  if (isCancel(answer) || !chosen) throw new UsageFault('Nothing was chosen, and nothing was changed.');
  return chosen.value;
}

/** Asks for a secret without echoing it. @throws UsageFault when nothing was entered */
export async function askSecret(question: string): Promise<string> {
  const { isCancel, password } = await import('@clack/prompts');
  const answer = await password({ message: question, output: process.stderr });
  if (isCancel(answer) || !answer) throw new UsageFault('No key was entered.');
  return answer;
}
