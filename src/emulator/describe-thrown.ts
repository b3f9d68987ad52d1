import { inspect } from 'node:util';

/** Characters; the text goes to the supervisor and into a terminal. */
const longest = 20_000;

/**
 * What a handler threw, as text: an error's stack, else how it looks. A handler may throw anything, an object included whose
 * properties throw in their turn: it never throws itself.
 */
export function describeThrown(thrown: unknown): string {
  try {
    return textOf(thrown).slice(0, longest);
  } catch {
    return 'thrown: something that cannot be shown';
  }
}

function textOf(thrown: unknown): string {
  if (thrown instanceof Error) {
    const { stack } = thrown;
    if (typeof stack === 'string' && stack !== '') return stack;
  }
  return `thrown: ${typeof thrown === 'string' ? thrown : inspect(thrown)}`;
}
