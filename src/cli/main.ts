import { Command, CommanderError } from 'commander';
import { attackCommand } from './attack';
import { buildCommand } from './build';
import { callCommand } from './call';
import { crowdCommand } from './crowd';
import { deployCommand } from './deploy';
import { doctorCommand } from './doctor';
import { endWith } from './end-with';
import { eraseCommand } from './erase';
import { printFaultAsJson } from './fault-as-json';
import { migrateCommand } from './migrate';
import { numberCommand } from './number';
import { repliesCommand } from './replies';
import { scenarioCommand } from './scenario';
import { smsCommand } from './sms';
import { startCommand } from './start';
import { UsageFault } from './usage-fault';

const program = new Command('ringtrue')
  .description('Webhooks that only Twilio can call: an edge, a phone and a doctor for your own machine.')
  .showHelpAfterError('(add --help for what it takes)')
  .exitOverride()
  // What stands behind a command belongs to it, or to a command of its own.
  .enablePositionalOptions()
  .addCommand(startCommand())
  .addCommand(smsCommand())
  .addCommand(callCommand())
  .addCommand(attackCommand())
  .addCommand(crowdCommand())
  .addCommand(scenarioCommand())
  .addCommand(repliesCommand())
  .addCommand(doctorCommand())
  .addCommand(deployCommand())
  .addCommand(numberCommand())
  .addCommand(migrateCommand())
  .addCommand(eraseCommand())
  .addCommand(buildCommand());

for (const command of program.commands.flatMap((one) => [one, ...one.commands])) {
  command.exitOverride().showHelpAfterError('(add --help for what it takes)');
  // As it is typed: without the quotes of a value in the program.
  for (const option of command.options)
    if (typeof option.defaultValue === 'string') option.defaultValueDescription ??= option.defaultValue;
}

// `--host "$HOST"` with a variable that is not set: an empty text would be taken for any address, or this folder.
program.hook('preAction', (_, command) => {
  for (const option of command.options) {
    const values = [command.getOptionValue(option.attributeName())].flat();
    if (values.some((value) => typeof value === 'string' && value.trim() === ''))
      throw new UsageFault(`${option.long} is empty: give it a value, or leave it out.`);
  }
});

// Whoever reads the output may leave (`| head`): the command goes on to its own end and exit code, unheard.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

program.parseAsync().catch((error: unknown) => {
  if (!(error instanceof CommanderError)) endWith(error);
  else if (error.exitCode !== 0) {
    printFaultAsJson(error.message);
    process.exitCode = 2;
  }
});
