import { causeAdvice } from './cause-advice';
import type { CauseCode } from './cause-code';
import type { Cause } from './explanation';
import { type Framework, frameworkNames } from './frameworks';

/** The page about one cause (`docs/causes/CODE.md`), with a request that failed for it as an example. */
export function writeCausePage(code: CauseCode, { detail }: Cause): string {
  const { title, what, fix, frameworks = {} } = causeAdvice[code];
  // The example's first line is the sentence that stands above it.
  const example = detail.split('\n').slice(1).join('\n');
  const own = (Object.entries(frameworks) as [Framework, string][]).map(
    ([framework, how]) => `- ${frameworkNames[framework]}: ${how}`,
  );
  return [
    `# ${title}`,
    `\`${code}\`, proven by \`npm run doctor -- explain\`.`,
    what,
    ...(example === '' ? [] : [`For example:\n\n\`\`\`\n${example}\n\`\`\``]),
    `What to do: ${fix}`,
    ...(own.length > 0 ? [own.join('\n')] : []),
  ]
    .join('\n\n')
    .concat('\n');
}
