import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Command, Option } from 'commander';
import { chaotic, planDelivery } from '../emulator/crowd/plan-chaos';
import { SeededRandom } from '../emulator/crowd/seeded-random';
import { InvalidText, type Text } from '../emulator/phone/complete-text';
import { mediaAt } from '../emulator/phone/media-at';
import { newSid } from '../emulator/phone/message-sid';
import { type Delivery, Messaging } from '../emulator/phone/messaging';
import { OptOutsOnDisk } from '../emulator/phone/opt-outs-on-disk';
import { type Channel, channels, fictionalNumber } from '../emulator/phone/phone-numbers';
import { deliveryToJson, describeDelivery } from './describe-delivery';
import { findRefusal } from './find-refusal';
import { collect, readWhole } from './option-values';
import { addSendingOptions, readParameter, readWebhook, type SendingOptions } from './sending-options';
import { UsageFault } from './usage-fault';

interface SmsOptions extends SendingOptions {
  from: string;
  to?: string;
  channel: Channel;
  media?: string[];
  sid?: string;
  duplicate: number;
  delay: number;
  slow: number;
  chaos?: number;
  json?: boolean;
}

const second = 1_000;

/** `ringtrue sms`: one inbound message, sent exactly as Twilio would send it. */
export function smsCommand(): Command {
  const command = new Command('sms')
    .description('Send one message to the webhook exactly as Twilio would, and show what the phone gets back')
    .argument('[text...]', 'what the attendee texts; may be left out with --media')
    .option('--from <number>', 'the phone that texts', fictionalNumber(0))
    .option('--to <number>', 'the number that is texted')
    .option('--url <url>', 'the webhook, deployed ones too (default: /sms/incoming of the running emulator)')
    .addOption(new Option('--channel <channel>', 'how the message travels').choices(channels).default('sms'))
    .option('--media <url>', 'a picture or other media; may be repeated', collect)
    .option('--sid <sid>', 'the MessageSid, to repeat a message');
  return addSendingOptions(command)
    .option('--duplicate <times>', 'deliver it this many times more, at once', readWhole(1, 100), 0)
    .option('--delay <ms>', 'wait before it is delivered', readWhole(0, 600 * second), 0)
    .option('--slow <ms>', 'send the body in pieces over this time', readWhole(0, 10 * second), 0)
    .option('--chaos <seed>', 'late, slowly or several times, as the seed says', readWhole(0, 4_294_967_295))
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nExit code: 0 delivered, 1 refused or failed as Twilio would see it, 2 wrong usage.\n\n' +
        'Examples:\n' +
        '  npm run sms -- "KEYNOTE 5 loved it"\n' +
        '  npm run sms -- "5" --url https://user:password@example.com/sms/incoming#rc=2\n' +
        '  npm run sms -- "KEYNOTE 4" --duplicate 2 --channel whatsapp',
    )
    .action(sendText);
}

async function sendText(words: string[], options: SmsOptions): Promise<void> {
  const dataDir = path.resolve(options.data);
  const { webhook, secret, isGuess } = readWebhook(options, { dataDir, path: '/sms/incoming' });
  const { media = [], param = [] } = options;
  const text: Text = {
    from: options.from,
    to: options.to,
    body: words.join(' '),
    channel: options.channel,
    media: media.map(mediaAt),
    messageSid: options.sid ?? newSid(media.length > 0 ? 'MM' : 'SM'),
    extra: param.map(readParameter),
  };
  const messaging = new Messaging({ optOuts: new OptOutsOnDisk({ dataDir, secret }) });
  const plan = planDeliveries(options);
  const since = Date.now();
  let deliveries: Delivery[];
  try {
    const send = (after: number) =>
      wait(after).then(() => messaging.receive(text, { ...webhook, trickleMs: plan.trickle }));
    deliveries = await Promise.all(plan.startTimes.map(send));
  } catch (error) {
    if (error instanceof InvalidText) throw new UsageFault(error.message);
    throw error;
  }
  const refused = deliveries.some(({ delivered }) => !delivered);
  const refusal = refused ? await findRefusal(webhook.url, { dataDir, since }) : null;
  if (options.json) {
    const results = deliveries.map((delivery) =>
      delivery.delivered ? deliveryToJson(delivery) : { ...deliveryToJson(delivery), refusal },
    );
    console.log(JSON.stringify(results.length > 1 ? results : results[0], null, 2));
  } else {
    for (const delivery of deliveries) console.log(describeDelivery(delivery).join('\n'));
    if (refusal) console.log(`why: ${refusal}`);
    if (isGuess && refused) {
      console.log('No emulator is running on this checkout: npm start, or give the webhook with --url.');
    }
  }
  if (refused) process.exitCode = 1;
}

/** When each delivery starts, in milliseconds from now, and over how long its body trickles in. */
function planDeliveries({ duplicate, delay, slow, chaos }: SmsOptions): {
  startTimes: number[];
  trickle: number;
} {
  const extra =
    chaos === undefined
      ? { delay: 0, copies: [], trickle: 0 }
      : planDelivery(new SeededRandom(chaos), chaotic);
  const first = delay + extra.delay;
  const copies = [...Array.from({ length: duplicate }, () => 0), ...extra.copies];
  return { startTimes: [first, ...copies.map((after) => first + after)], trickle: slow + extra.trickle };
}
