import { printFaultAsJson } from './fault-as-json';

const signals = ['SIGINT', 'SIGTERM'] as const;

/**
 * Hands Ctrl-C and SIGTERM to `handle` while `work` goes on. All of them: under npm one Ctrl-C is two signals, that of the
 * terminal and the one npm passes on, and the second must not end what the first began to undo.
 */
export async function onInterrupt<T>(handle: () => void, work: () => Promise<T>): Promise<T> {
  for (const signal of signals) process.on(signal, handle);
  try {
    return await work();
  } finally {
    for (const signal of signals) process.off(signal, handle);
  }
}

/**
 * Brings to its end what would be half done otherwise, whatever signal comes.
 * @param state where there is one, the command then ends with it, when a signal came; else `work` says what is
 */
export async function finishAnyway<T>(work: () => Promise<T>, state?: string): Promise<T> {
  let interrupted = false;
  const result = await onInterrupt(() => {
    if (!interrupted) console.error('ringtrue: a moment, so that nothing stays half done.');
    interrupted = true;
  }, work);
  if (interrupted && state !== undefined) endSaying(state);
  return result;
}

/** Does what can be left at any moment: a signal ends the command, with a sentence on what that leaves behind. */
export function orEndSaying<T>(state: string, work: () => Promise<T>): Promise<T> {
  return onInterrupt(() => endSaying(state), work);
}

function endSaying(state: string): never {
  const sentence = `interrupted. ${state}`;
  console.error(`ringtrue: ${sentence}`);
  printFaultAsJson(sentence);
  process.exit(1);
}
