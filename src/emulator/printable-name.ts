/**
 * A parameter's name in quotes, for a line of the terminal or the console: the caller chose it, and nothing in it may move the
 * cursor, colour a terminal or turn the direction of the text.
 */
export function printableName(name: string): string {
  return JSON.stringify(name.slice(0, 40)).replace(/[^\x20-\x7e]/g, '?');
}
