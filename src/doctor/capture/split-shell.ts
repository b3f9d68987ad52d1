const escapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  e: '\x1b',
  E: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

const tokens = new RegExp(
  [
    /\\\r?\n/,
    /\$'((?:[^'\\]|\\.)*)'/,
    /'([^']*)'/,
    /"((?:[^"\\]|\\.)*)"/,
    /\\(.)/,
    /(\s+)/,
    // Redirections, with the number of what is redirected.
    /((?:(?<=\s)\d+(?=[<>]))?(?:&>>?|[<>]+[&|]?))/,
    /([|;&])/,
    /([^\s'"\\$|;&<>]+|\$)/,
    /(['"\\])/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'gsy',
);

/**
 * The words of the first simple command of a line: quotes, backslashes, `$'…'` (which browsers write into "copy as cURL")
 * and lines that go on with a backslash. Redirections are left out, and nothing is expanded. https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html
 * @returns `null` when a quote is left open
 */
export function splitShell(command: string): string[] | null {
  const words: string[] = [];
  let word: string | null = null;
  let isFile = false;
  const endWord = () => {
    // What $'…' makes of half an emoji is no character; as bytes it could not be sent either.
    if (word !== null && !isFile) words.push(word.toWellFormed());
    if (word !== null) isFile = false;
    word = null;
  };
  for (const match of command.matchAll(tokens)) {
    const [all, ansi, single, double, escaped, blank, redirection, end, plain, open] = match;
    if (open !== undefined) return null;
    if (end !== undefined) break;
    if (blank !== undefined || redirection !== undefined) endWord();
    if (redirection !== undefined) isFile = true;
    if (blank !== undefined || redirection !== undefined) continue;
    if (/^\\\r?\n$/.test(all)) continue;
    const piece =
      (ansi !== undefined ? unescapeAnsi(ansi) : undefined) ??
      single ??
      double?.replace(/\\(?:\r?\n|([$`"\\]))/g, '$1') ??
      escaped ??
      plain ??
      '';
    word = (word ?? '') + piece;
  }
  endWord();
  return words;
}

function unescapeAnsi(text: string): string {
  return text.replace(
    /((?:\\x[0-9a-fA-F]{1,2}|\\[0-7]{1,3})+)|\\(?:u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|(.))/gs,
    (_, bytes?: string, short?: string, long?: string, other = '') => {
      if (bytes !== undefined) return decodeBytes(bytes);
      const code = short ?? long;
      if (code === undefined) return escapes[other] ?? other;
      const point = Number.parseInt(code, 16);
      return point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd';
    },
  );
}

// `\xHH` and `\NNN` are bytes to a shell: a character of several is written as several of them.
function decodeBytes(escaped: string): string {
  const bytes = [...escaped.matchAll(/\\(?:x([0-9a-fA-F]{1,2})|([0-7]{1,3}))/g)].map(([, hex, octal = '']) =>
    hex === undefined ? Number.parseInt(octal, 8) : Number.parseInt(hex, 16),
  );
  return Buffer.from(bytes).toString('utf8');
}
