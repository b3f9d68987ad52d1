import path from 'node:path';
import pc from 'picocolors';
import type { Finding } from '../doctor/project/check-project';
import { packageRoot } from '../emulator/package-root';

/** A finding for the terminal: what it is, what was found, what to do. */
export function describeFinding({ code, severity, title, detail, fix }: Finding): string {
  const colour = { error: pc.red, warning: pc.yellow, note: pc.cyan }[severity];
  const page = path.relative(process.cwd(), path.join(packageRoot(), 'docs', 'findings', `${code}.md`));
  return [
    `${colour(severity)}  ${pc.bold(title)} ${pc.dim(code)}`,
    `    ${detail}`,
    `    ${pc.dim('fix:')}  ${fix}`,
    `    ${pc.dim('more:')} ${pc.dim(page)}\n`,
  ].join('\n');
}
