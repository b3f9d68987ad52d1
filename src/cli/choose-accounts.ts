import { listAccounts, type NumberAccount } from '../number/read-routing';
import type { TwilioConnection } from './twilio-connection';
import { UsageFault } from './usage-fault';

/** The account and its subaccounts, or only the one that the user named. @throws UsageFault when that is none of them */
export async function chooseAccounts(
  twilio: TwilioConnection,
  only: string | undefined,
): Promise<NumberAccount[]> {
  const accounts = await listAccounts(twilio, twilio.connect);
  if (only === undefined) return accounts;
  const chosen = accounts.filter(({ accountSid }) => accountSid === only);
  if (chosen.length === 0)
    throw new UsageFault(`--account ${only} is neither this account nor an active subaccount of it.`);
  return chosen;
}
