/** Whether a command line is one for Windows' cmd.exe, as a browser's "copy as cURL (cmd)" writes it. */
export function isCmd(command: string): boolean {
  return /\s\^"|\^\r?\n/.test(command);
}

/**
 * The words of one command of cmd.exe: first its carets, then quotes and backslashes as programs read them.
 * https://learn.microsoft.com/en-us/cpp/c-language/parsing-c-command-line-arguments
 * @returns `null` when a quote is left open
 */
export function splitCmd(command: string): string[] | null {
  return splitArguments(withoutCarets(command));
}

// A caret frees what follows it of its meaning and takes one line break with it; between quotes it is a caret.
function withoutCarets(command: string): string {
  let text = '';
  const pattern = /\^(?:\r?\n)?(\r?\n|.)?|"[^"]*"|([|<>&\n])|./gs;
  for (const [piece, freed = '', end] of command.matchAll(pattern)) {
    if (end !== undefined) break;
    text += piece.startsWith('^') ? freed : piece;
  }
  return text;
}

function splitArguments(text: string): string[] | null {
  const words: string[] = [];
  let word: string | null = null;
  let quoted = false;
  for (const [piece, slashes, blank] of text.matchAll(/(\\*)"|(\s+)|\\+|[^\\"\s]+/g)) {
    if (blank !== undefined && !quoted) {
      if (word !== null) words.push(word);
      word = null;
    } else if (slashes === undefined) {
      word = (word ?? '') + piece;
    } else {
      const escaped = slashes.length % 2 === 1;
      word = (word ?? '') + '\\'.repeat(slashes.length >> 1) + (escaped ? '"' : '');
      if (!escaped) quoted = !quoted;
    }
  }
  if (word !== null) words.push(word);
  return quoted ? null : words;
}
