import path from 'node:path';
import { Command } from 'commander';
import { type CallDelivery, InvalidCall, type PhoneCall, placeCall } from '../emulator/phone/calling';
import { fictionalNumber, withheldNumber } from '../emulator/phone/phone-numbers';
import { callToJson, describeCall } from './describe-call';
import { findRefusal } from './find-refusal';
import { addSendingOptions, readParameter, readWebhook, type SendingOptions } from './sending-options';
import { UsageFault } from './usage-fault';

interface CallOptions extends SendingOptions {
  from?: string;
  withheld?: boolean;
  to?: string;
  sid?: string;
  json?: boolean;
}

/** `ringtrue call`: one phone call, its webhook called exactly as Twilio would call it. */
export function callCommand(): Command {
  const command = new Command('call')
    .description('Call the number as a phone would, press keys, and show what the caller hears')
    .argument('[keys...]', 'what is pressed at each question: digits, * and #; - presses nothing')
    .option('--from <number>', `the phone that calls (default: ${fictionalNumber(0)})`)
    .option('--withheld', 'the phone hides its number')
    .option('--to <number>', 'the number that is called')
    .option(
      '--url <url>',
      'the webhook, deployed ones too (default: /voice/incoming of the running emulator)',
    )
    .option('--sid <sid>', 'the CallSid, to repeat a call');
  return addSendingOptions(command)
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nSilence is not waited for. Exit code: 0 answered to the end, 1 refused or failed as Twilio would hear it, 2 wrong usage.\n\n' +
        'Examples:\n' +
        '  npm run call -- 1 5              the first session, five points\n' +
        '  npm run call -- 1 9 4            a wrong key first\n' +
        '  npm run call -- --withheld\n' +
        '  npm run call -- 2 3 --url https://example.com/voice/incoming',
    )
    .action(makeCall);
}

async function makeCall(keys: string[], options: CallOptions): Promise<void> {
  const wrong = keys.find((pressed) => !/^(?:[\d*#]{1,32}|-)$/.test(pressed));
  if (wrong !== undefined)
    throw new UsageFault(`"${wrong}" cannot be pressed: there are digits, * and #, and - for nothing.`);
  if (options.withheld && options.from !== undefined)
    throw new UsageFault('--from and --withheld exclude each other.');
  const dataDir = path.resolve(options.data);
  const { webhook, isGuess } = readWebhook(options, { dataDir, path: '/voice/incoming' });
  const since = Date.now();
  const delivery = await place(
    {
      from: options.withheld ? withheldNumber : (options.from ?? fictionalNumber(0)),
      to: options.to,
      callSid: options.sid,
      keys,
      extra: (options.param ?? []).map(readParameter),
    },
    webhook,
  );
  const failed = delivery.end === 'error';
  const refusal = failed ? await findRefusal(webhook.url, { dataDir, since }) : null;
  if (options.json) {
    console.log(JSON.stringify({ ...callToJson(delivery), ...(failed && { refusal }) }, null, 2));
  } else {
    console.log(describeCall(delivery).join('\n'));
    if (refusal) console.log(`why: ${refusal}`);
    if (isGuess && failed)
      console.log('No emulator is running on this checkout: npm start, or give the webhook with --url.');
  }
  if (failed) process.exitCode = 1;
}

async function place(...[call, webhook]: Parameters<typeof placeCall>): Promise<CallDelivery> {
  try {
    return await placeCall(call satisfies PhoneCall, webhook);
  } catch (error) {
    if (error instanceof InvalidCall) throw new UsageFault(error.message);
    throw error;
  }
}
