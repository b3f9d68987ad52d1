/**
 * The text of a `.env` file as Twilio's deploy tool reads it. It uses dotenv 6.2.0: one line for each variable, the outer
 * quotes are taken off whatever stands between, which is then trimmed, `\n` within double quotes is a new line, and there
 * are no backticks. Measured with twilio-run 5.0.1.
 * @throws RangeError for a value of which `fitsEnvironmentText` is false
 */
export function writeEnvironmentText(variables: Record<string, string>): string {
  return Object.entries(variables)
    .map(([name, value]) => {
      if (!fitsEnvironmentText(value)) throw new RangeError(`the variable ${name} cannot be written`);
      return `${name}=${quote(value)}\n`;
    })
    .join('');
}

/** Whether a value gets through such a file unchanged. */
export function fitsEnvironmentText(value: string): boolean {
  if (/[\r\u2028\u2029]/.test(value) || value !== value.trim()) return false;
  return !(value.includes('\n') && /["\\]/.test(value));
}

// Single quotes unless they end early for newer versions of dotenv, which take `'a'b'` for `a`.
function quote(value: string): string {
  if (value.includes('\n')) return `"${value.replaceAll('\n', '\\n')}"`;
  return value.includes("'") && !/["\\]/.test(value) ? `"${value}"` : `'${value}'`;
}
