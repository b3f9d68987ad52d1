import path from 'node:path';
import { Command } from 'commander';
import pc from 'picocolors';
import { checkProject, type Finding, isSound } from '../doctor/project/check-project';
import type { Project } from '../doctor/project/project';
import { readEventFile } from './check-event-file';
import { describeFinding } from './describe-finding';
import { explainCommand } from './doctor-explain';
import { inspectProject } from './inspect-project';
import { lookAtStore } from './inspect-store';
import { collect } from './option-values';
import { UsageFault } from './usage-fault';

interface DoctorOptions {
  env?: string;
  data: string;
  publicUrl?: string;
  number?: string[];
  offline?: boolean;
  json?: boolean;
}

/** `ringtrue doctor`: whether the project in this folder is sound; `doctor explain`: why a request does not verify. */
export function doctorCommand(): Command {
  return (
    new Command('doctor')
      .description('Say what is wrong with this project before it is started or deployed')
      .option('--env <file>', 'variables of the project (default: .env)')
      .option(
        '--public-url <url>',
        'the URL Twilio calls (a tunnel); it is called for a trial (default: PUBLIC_URL)',
      )
      .option('--number <number>', 'a number to look at, +15551234567; may be repeated', collect)
      .option(
        '--data <folder>',
        'where demo credentials and the address of the deployment are kept',
        '.ringtrue',
      )
      .option('--offline', 'look at this folder alone: ask nobody, call nothing')
      .option('--json', 'print the findings as JSON')
      .addHelpText(
        'after',
        '\nWorks in any Twilio Functions project and changes nothing. It looks whether ratings can be kept where the variables\n' +
          'say. With credentials it asks Twilio where the numbers of the account lead, and tries the webhooks of ringtrue with a\n' +
          'text that counts for nothing.\n' +
          'Exit code: 0 sound (notes are no obstacle), 1 errors or warnings, 2 wrong usage.\n' +
          'Each finding is described in docs/findings.',
      )
      // What stands after `explain` belongs to it.
      .enablePositionalOptions()
      .addCommand(explainCommand())
      .action(diagnose)
  );
}

async function diagnose({ offline, json, number = [], ...others }: DoctorOptions): Promise<void> {
  const options = { ...others, number };
  const wrong = number.find((one) => !/^\+[1-9]\d{6,14}$/.test(one));
  if (wrong !== undefined) throw new UsageFault('--number is written like +15551234567.');
  const project = await inspectProject(process.cwd(), { envFile: options.env });
  if (options.publicUrl !== undefined) project.environment.variables.PUBLIC_URL = options.publicUrl;
  const dataDir = path.resolve(options.data);
  const event = readEventFile(process.cwd())?.event?.id;
  project.store = await lookAtStore(project, { dataDir, offline: offline === true, event });
  const findings = checkProject(offline ? project : await addOnline(project, options, json === true));
  const sound = isSound(findings);
  if (json) console.log(JSON.stringify({ sound, findings }, null, 2));
  else {
    for (const finding of findings) console.log(describeFinding(finding));
    console.log(summarise(findings));
  }
  if (!sound) process.exitCode = 1;
}

async function addOnline(
  project: Project,
  options: DoctorOptions & { number: string[] },
  silent: boolean,
): Promise<Project> {
  const { inspectOnline } = await import('./inspect-online');
  return inspectOnline(project, {
    ...options,
    say: silent ? () => {} : (line) => console.error(pc.dim(line)),
  });
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
