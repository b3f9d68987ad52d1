import pc from 'picocolors';
import type { Finding } from '../doctor/project/check-project';

/** A finding for the terminal: what it is, what was found, what to do. */
export function describeFinding({ code, severity, title, detail, fix }: Finding): string {
  const colour = { error: pc.red, warning: pc.yellow, note: pc.cyan }[severity];
  return `${colour(severity)}  ${pc.bold(title)} ${pc.dim(code)}\n    ${detail}\n    ${pc.dim('fix:')} ${fix}\n`;
}
