/**
 * How many parameters the `handler` of a function takes; `null` when that cannot be told for certain, such as for one that
 * another function made. With fewer than three it cannot call its callback.
 */
export function countParameters(code: string): number | null {
  if (/\barguments\b/.test(code)) return null;
  const start =
    /\bhandler\s*=\s*(?:async\b\s*)?(?:function\b\s*\w*\s*)?\(/.exec(code) ??
    /\bfunction\s+handler\s*\(/.exec(code);
  if (!start) return null;
  let depth = 0;
  let count = 0;
  let empty = true;
  for (let index = start.index + start[0].length; index < code.length; index += 1) {
    const letter = code[index] ?? '';
    if (/["'`/]/.test(letter) || code.startsWith('...', index)) return null;
    if (letter === ')' && depth === 0)
      return isFunction(start[0], code.slice(index + 1)) ? count + (empty ? 0 : 1) : null;
    if (/[([{]/.test(letter)) depth += 1;
    if (/[)\]}]/.test(letter)) depth -= 1;
    if (letter === ',' && depth === 0) {
      count += 1;
      empty = true;
    } else if (/\S/.test(letter)) empty = false;
  }
  return null;
}

// Brackets right after `handler =` may also be around an expression.
function isFunction(head: string, rest: string): boolean {
  return /\bfunction\b/.test(head) || /^\s*=>/.test(rest);
}
