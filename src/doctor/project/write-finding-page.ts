import type { Finding } from './check-project';
import { projectAdvice } from './check-project';

/** The page about one kind of finding (`docs/findings/CODE.md`), with a finding as it is printed for an example. */
export function writeFindingPage({ code, severity, title, detail, fix }: Finding): string {
  const { why, source } = projectAdvice[code];
  const weight = {
    error: 'An error: it fails, or lets strangers in.',
    warning: 'A warning: it works by luck.',
    note: 'A note: worth knowing; the project counts as sound.',
  }[severity];
  return [
    `# ${title}`,
    `\`${code}\`, from \`npm run doctor\`. ${weight}`,
    why,
    `For example:\n\n> ${detail}`,
    `What to do then:\n\n> ${fix}`,
    ...(source ? [`Source: <${source}>`] : []),
  ]
    .join('\n\n')
    .concat('\n');
}
