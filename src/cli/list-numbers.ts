import path from 'node:path';
import pc from 'picocolors';
import { type Found, listRoutings } from '../number/read-routing';
import { chooseAccounts } from './choose-accounts';
import { describeRouting, routingAsJson } from './describe-routing';
import { connectToTwilio } from './twilio-connection';

/** `ringtrue number --list`: every number of the account and its subaccounts, and where its texts and calls go. */
export async function listNumbers({
  account: only,
  env,
  data,
  json,
}: {
  account?: string;
  env?: string;
  data: string;
  json?: boolean;
}): Promise<void> {
  const twilio = await connectToTwilio({ envFile: env, dataDir: path.resolve(data) });
  const listed: Found[] = [];
  for (const account of await chooseAccounts(twilio, only)) {
    for (const routing of await listRoutings(account)) listed.push({ account, routing });
  }
  if (json) {
    const shown = listed.map(({ account, routing }) => routingAsJson(account, routing));
    console.log(JSON.stringify(shown, null, 2));
    return;
  }
  if (listed.length === 0) console.log('This account has no phone numbers.');
  for (const { account, routing } of listed) {
    const place =
      account.accountSid === twilio.accountSid ? '' : pc.dim(`  subaccount ${account.accountSid}`);
    console.log([pc.bold(routing.number.phoneNumber) + place, ...describeRouting(routing)].join('\n'));
  }
}
