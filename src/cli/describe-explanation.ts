import path from 'node:path';
import pc from 'picocolors';
import { showUrl } from '../doctor/explain/describe-change';
import type { CapturedRequest, Cause, Explanation } from '../doctor/explanation';
import { type Framework, frameworkNames } from '../doctor/frameworks';
import { packageRoot } from '../emulator/package-root';
import { printable } from './printable';

/**
 * Why a request does not verify, for the terminal: every proven cause, else what was ruled out and what to look at next.
 * @param framework the only one whose fix is shown; without it, each that has one of its own
 */
export function describeExplanation(
  request: CapturedRequest,
  explanation: Explanation,
  framework: Framework | undefined,
): string {
  const { causes, reason, tried, next, search } = explanation;
  const name = `${printable(request.method ?? '')} ${printable(showUrl(request.url))}`.trim();
  if (reason === null) return `${pc.green('verifies')}  ${name}\n`;
  const heading = `${pc.red(reason)}  ${name}\n`;
  if (causes.length > 0)
    return [heading, ...causes.map((cause) => describeCause(cause, framework))].join('\n');
  const lines = [heading];
  if (tried.length > 0) {
    const pairs = search.cut ? 'but not all pairs of them: the request is too large' : 'alone and in pairs';
    lines.push(
      `Nothing reproduces the signature: ${tried.length} causes are ruled out, ${pairs} (${search.signatures} signatures).`,
    );
  }
  return [...lines, 'What to look at next:', ...next.map((step) => `  - ${step}`), ''].join('\n');
}

function describeCause(
  { code, title, detail, fix, frameworks, with: others }: Cause,
  only: Framework | undefined,
): string {
  const own = Object.entries(frameworks) as [Framework, string][];
  const shown = only === undefined ? own : own.filter(([framework]) => framework === only);
  const page = path.relative(process.cwd(), path.join(packageRoot(), 'docs', 'causes', `${code}.md`));
  return [
    `${pc.bold(title)} ${pc.dim(code)}`,
    ...(others.length > 0 ? [pc.dim(`    together with ${others.join(', ')}`)] : []),
    ...detail.split('\n').map((line) => `    ${printable(line)}`),
    `    ${pc.dim('fix:')}  ${fix}`,
    ...shown.map(([framework, how]) => `      ${pc.dim(`${frameworkNames[framework]}:`)} ${how}`),
    `    ${pc.dim('more:')} ${pc.dim(page)}\n`,
  ].join('\n');
}
