import path from 'node:path';
import pc from 'picocolors';
import { listRoutings } from '../number/read-routing';
import { chooseAccounts } from './choose-accounts';
import { routingAsJson } from './describe-routing';
import { connectToTwilio } from './twilio-connection';

/** `ringtrue number --list`: every number of the account and its subaccounts, and where its texts go. */
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
  const listed: ReturnType<typeof routingAsJson>[] = [];
  for (const account of await chooseAccounts(twilio, only)) {
    for (const routing of await listRoutings(account)) listed.push(routingAsJson(account, routing));
  }
  if (json) console.log(JSON.stringify(listed, null, 2));
  else if (listed.length === 0) console.log('This account has no phone numbers.');
  else {
    for (const { number, accountSid, url, why } of listed) {
      const place = accountSid === twilio.accountSid ? '' : pc.dim(`  subaccount ${accountSid}`);
      console.log(`${pc.bold(number)}  ${url ?? 'nowhere'}${place}\n  ${pc.dim(why)}`);
    }
  }
}
