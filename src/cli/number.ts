import path from 'node:path';
import { Command, Option } from 'commander';
import type { Route } from '../number/plan-change';
import { listNumbers } from './list-numbers';
import type { TargetOptions } from './number-target';
import { rotateCheck } from './rotate-check';
import { setNumbers } from './set-numbers';
import { UsageFault } from './usage-fault';

export interface NumberOptions extends TargetOptions {
  route?: Route;
  account?: string;
  restore?: boolean;
  dryRun?: boolean;
  list?: boolean;
  yes?: boolean;
  json?: boolean;
  env?: string;
  data: string;
}

/** `ringtrue number`: where the texts and calls of a phone number go. */
export function numberCommand(): Command {
  return new Command('number')
    .description(
      'Point phone numbers at the webhook: show what decides now, the change, apply it, restore it',
    )
    .argument('[number...]', 'phone numbers as +15551234567, or rotate-check')
    .option(
      '--url <url>',
      'the webhook, https:// (default: /sms/incoming of the last deploy, or of the emulator under its --public-url)',
    )
    .option('--fallback-url <url>', 'called when the webhook fails (default: /sms/fallback on the same host)')
    .option(
      '--voice [url]',
      'take over calls, too; without it those that nobody answers (default: /voice/incoming on the same host)',
    )
    .option('--no-voice', 'leave calls as they are')
    .option('--overrides <settings>', "connection overrides for the URLs' fragment, such as 'rc=2&rp=ct,rt'")
    .addOption(
      new Option(
        '--route <route>',
        'for a number whose Messaging Service decides: change the service, or make it use the number',
      ).choices(['service', 'number']),
    )
    .option('--account <sid>', 'only this account or subaccount')
    .option('--restore', 'bring back what the latest change replaced')
    .option('--dry-run', 'show the change and make none')
    .option('--list', 'list the numbers of the account and where their texts and calls go')
    .option('--yes', 'do not ask')
    .option('--env <file>', 'where the credentials are read (default: .env)')
    .option('--data <folder>', 'where former values are kept', '.ringtrue')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nrotate-check tries AUTH_TOKEN and AUTH_TOKEN_SECONDARY before and after one is promoted; it changes nothing.\n' +
        'Exit code: 0 done, 1 refused or failed, 2 wrong usage.\n\n' +
        'Examples:\n' +
        '  npm run number -- +15551234567 --url https://ringtrue-1234.twil.io/sms/incoming\n' +
        '  npm run number -- +15551234567 --restore\n' +
        '  npm run number -- --list\n' +
        '  npm run number -- rotate-check',
    )
    .action(async (numbers: string[], options: NumberOptions) => {
      if (numbers[0] === 'rotate-check' && numbers.length === 1) return rotateCheck(options);
      if (options.list && numbers.length > 0)
        throw new UsageFault('--list lists every number: leave the number out.');
      if (options.list) return listNumbers(options);
      checkNumbers(numbers);
      if (options.restore && options.url !== undefined)
        throw new UsageFault('--restore brings back what was there: leave --url out.');
      return setNumbers([...new Set(numbers)], { ...options, data: path.resolve(options.data) });
    });
}

function checkNumbers(numbers: string[]): void {
  if (numbers.length === 0)
    throw new UsageFault('Which number? For example: npm run number -- +15551234567 --url https://…');
  for (const number of numbers) {
    if (!/^\+[1-9]\d{6,14}$/.test(number))
      throw new UsageFault(`${number} is not a phone number with + and country code, such as +15551234567.`);
  }
}
