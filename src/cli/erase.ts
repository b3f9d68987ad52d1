import path from 'node:path';
import { Command } from 'commander';
import pc from 'picocolors';
import { deletePhoneRecord, findPhoneRecords, type PhoneRecord } from '../twilio/phone-records';
import { TwilioFault } from '../twilio/twilio-api';
import { confirmChange } from './ask';
import { collect } from './option-values';
import { connectToTwilio, type TwilioConnection } from './twilio-connection';
import { UsageFault } from './usage-fault';

interface EraseOptions {
  number?: string[];
  dryRun?: boolean;
  yes?: boolean;
  env?: string;
  data: string;
  json?: boolean;
}

/** `ringtrue erase`: deletes the records that Twilio keeps of a phone. */
export function eraseCommand(): Command {
  return new Command('erase')
    .description("Delete what Twilio keeps of a phone: its texts, replies and calls with the event's numbers")
    .argument('<phone>', 'the phone, as +15551234567; it is never printed')
    .option('--number <number>', 'a number of the event; may be repeated (default: EVENT_NUMBER)', collect)
    .option('--dry-run', 'count the records and delete none')
    .option('--yes', 'do not ask')
    .option('--env <file>', 'where the credentials are read (default: .env)')
    .option('--data <folder>', 'where demo credentials are kept', '.ringtrue')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nWhat ringtrue keeps of the phone is erased on /organiser, or by POST /organiser/erase. What is deleted at Twilio cannot be brought\n' +
        'back. Exit code: 0 nothing is left, 1 something is, or nothing was deleted, 2 wrong usage.',
    )
    .action(erase);
}

async function erase(typed: string, options: EraseOptions): Promise<void> {
  const phone = typed.replace(/[\s().-]/g, '');
  if (!/^\+[1-9]\d{6,14}$/.test(phone)) throw new UsageFault('The phone is written like +15551234567.');
  const twilio = await connectToTwilio({ envFile: options.env, dataDir: path.resolve(options.data) });
  const numbers = readNumbers(options, twilio);
  const search = { accountSid: twilio.accountSid, phone, numbers };
  const records = await findPhoneRecords(twilio.client, search);
  if (!options.json) console.log(`Twilio keeps ${count(records)} of this phone with ${numbers.join(', ')}.`);
  const goesOn = records.length > 0 && !options.dryRun;
  const question = `Delete ${count(records)} at Twilio? They cannot be brought back.`;
  if (goesOn) await confirmChange(question, options.yes === true);
  const reasons = goesOn ? await deleteAll(records, twilio) : new Set<string>();
  const left = goesOn ? await findPhoneRecords(twilio.client, search) : records;
  if (options.json) {
    const numberOf = (kind: PhoneRecord['kind']) => records.filter((one) => one.kind === kind).length;
    const found = { messages: numberOf('message'), calls: numberOf('call') };
    console.log(JSON.stringify({ numbers, found, left: left.length, reasons: [...reasons] }, null, 2));
  } else if (goesOn) {
    for (const reason of reasons) console.log(pc.red(reason));
    console.log(
      left.length === 0 ? pc.green('Nothing is left.') : pc.red(`Left: ${count(left)}. Run it again later.`),
    );
    console.log('What ringtrue keeps is erased on /organiser.');
  }
  if (left.length > 0 && !options.dryRun) process.exitCode = 1;
}

function readNumbers({ number = [] }: EraseOptions, { variables }: TwilioConnection): string[] {
  const event = process.env.EVENT_NUMBER || variables.EVENT_NUMBER;
  const numbers = number.length > 0 ? number : event ? [event] : [];
  if (numbers.length === 0)
    throw new UsageFault('Which number do attendees text? Add --number +15551234567, or set EVENT_NUMBER.');
  const wrong = numbers.find((one) => !/^(?:(?:whatsapp:)?\+[1-9]\d{6,14}|rcs:[\w-]{1,100})$/.test(one));
  if (wrong !== undefined)
    throw new UsageFault('--number is written like +15551234567, whatsapp:+15551234567 or rcs:agent.');
  return [...new Set(numbers)];
}

/** Goes on after a record that Twilio does not delete; answers why, each reason once. */
async function deleteAll(records: readonly PhoneRecord[], twilio: TwilioConnection): Promise<Set<string>> {
  const reasons = new Set<string>();
  for (const record of records) {
    try {
      await deletePhoneRecord(twilio.client, twilio.accountSid, record);
    } catch (error) {
      if (!(error instanceof TwilioFault)) throw error;
      reasons.add(error.message);
      // The same answer would come to each of the rest.
      if (error.status === 0 || error.status === 401 || error.status === 429) break;
    }
  }
  return reasons;
}

function count(records: readonly PhoneRecord[]): string {
  const number = (kind: PhoneRecord['kind']) => records.filter((one) => one.kind === kind).length;
  const [messages, calls] = [number('message'), number('call')];
  return `${messages} ${messages === 1 ? 'message' : 'messages'} and ${calls} ${calls === 1 ? 'call' : 'calls'}`;
}
