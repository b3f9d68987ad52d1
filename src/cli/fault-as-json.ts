/** Prints `{ "error": "…" }` where JSON was asked for: whoever reads standard output is never left with nothing. */
export function printFaultAsJson(message: string): void {
  if (asksForJson(process.argv)) console.log(JSON.stringify({ error: message }));
}

// Asked of the arguments themselves: they may be what is wrong.
function asksForJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(2, end === -1 ? undefined : end).includes('--json');
}
