import { Command } from 'commander';
import pc from 'picocolors';
import { checkProject, type Finding, isSound } from '../doctor/project/check-project';
import { describeFinding } from './describe-finding';
import { explainCommand } from './doctor-explain';
import { inspectProject } from './inspect-project';

interface DoctorOptions {
  env?: string;
  json?: boolean;
}

/** `ringtrue doctor`: whether the project in this folder is sound; `doctor explain`: why a request does not verify. */
export function doctorCommand(): Command {
  return (
    new Command('doctor')
      .description('Say what is wrong with this project before it is started or deployed')
      .option('--env <file>', 'variables of the project (default: .env)')
      .option('--json', 'print the findings as JSON')
      .addHelpText(
        'after',
        '\nWorks in any Twilio Functions project and changes nothing.\n' +
          'Exit code: 0 sound (notes are no obstacle), 1 errors or warnings, 2 wrong usage.\n' +
          'Each finding is described in docs/findings.',
      )
      // What stands after `explain` belongs to it.
      .enablePositionalOptions()
      .addCommand(explainCommand())
      .action(diagnose)
  );
}

async function diagnose({ env, json }: DoctorOptions): Promise<void> {
  const findings = checkProject(await inspectProject(process.cwd(), { envFile: env }));
  const sound = isSound(findings);
  if (json) console.log(JSON.stringify({ sound, findings }, null, 2));
  else {
    for (const finding of findings) console.log(describeFinding(finding));
    console.log(summarise(findings));
  }
  if (!sound) process.exitCode = 1;
}

function summarise(findings: Finding[]): string {
  const count = (severity: Finding['severity']) => findings.filter((one) => one.severity === severity).length;
  const parts = (['error', 'warning', 'note'] as const)
    .map((severity) => [count(severity), severity] as const)
    .filter(([number]) => number > 0)
    .map(([number, severity]) => `${number} ${severity}${number > 1 ? 's' : ''}`);
  const verdict = isSound(findings) ? pc.green('sound') : pc.red('not sound');
  return `${verdict}${parts.length > 0 ? `: ${parts.join(', ')}` : ''}`;
}
