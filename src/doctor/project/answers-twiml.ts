/**
 * Whether code makes TwiML for an answer. What it hands to Twilio's REST API as `twiml` of a call is none. Where it does
 * both, only what is made with `new` or written out counts, since the names of the classes stand there for the other, too.
 * @param code without comments
 */
export function answersTwiml(code: string): boolean {
  const given = findGivenTwiml(code);
  if (given.length === 0) return /\b(?:MessagingResponse|VoiceResponse|FaxResponse)\b|<Response\b/.test(code);
  let rest = given.reduceRight((text, [start, end]) => text.slice(0, start) + text.slice(end), code);
  for (const [start, end] of given) {
    const name = /^\s*([A-Za-z_$][\w$]*)\s*(?:\.toString\(\)\s*)?$/.exec(code.slice(start, end))?.[1];
    if (name !== undefined && !isAnswered(name, rest)) rest = withoutMaking(name, rest);
  }
  return /<Response\b|\bnew\b\s*[\w$.()[\]"']*(?:MessagingResponse|VoiceResponse|FaxResponse)\b/.test(rest);
}

/** Where the values of `twiml: …`, and of the `twiml` in `{ to, twiml }`, begin and end. */
function findGivenTwiml(code: string): [start: number, end: number][] {
  const keys = code.matchAll(/[{,]\s*(?:(["']?)twiml\1\s*:|(twiml)\s*(?=[,}](?!\s*=)))/g);
  return [...keys].map(({ 0: all, 2: short = '', index }) => {
    const start = index + all.trimEnd().length - short.length;
    return [start, short === '' ? endOfValue(code, start) : start + short.length];
  });
}

function endOfValue(code: string, start: number): number {
  let depth = 0;
  const pattern = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`|[([{]|[)\]}]|,/gs;
  pattern.lastIndex = start;
  for (const { 0: sign, index } of code.matchAll(pattern)) {
    if (/^[([{]$/.test(sign)) depth++;
    const closes = /^[)\]}]$/.test(sign);
    if (depth === 0 && (closes || sign === ',')) return index;
    if (closes) depth--;
  }
  return code.length;
}

function isAnswered(name: string, code: string): boolean {
  return new RegExp(
    `[(,]\\s*${quoted(name)}(?:\\.toString\\(\\))?\\s*\\)|\\breturn\\s+${quoted(name)}(?![\\w$])`,
  ).test(code);
}

function withoutMaking(name: string, code: string): string {
  const making = `(?<![\\w$.])(${quoted(name)}\\s*=\\s*)(?:new\\b|(["'\`])(?:<\\?xml[^>]*>)?\\s*<Response)`;
  return code.replace(new RegExp(making, 'g'), '$1$2');
}

function quoted(name: string): string {
  return name.replaceAll('$', '\\$');
}
