import { isDemoAccount } from '../emulator/demo-credentials';
import { type Credentials, readEnvironment } from './environment';
import { UsageFault } from './usage-fault';
import { isAtTwilio } from './webhook-option';

/**
 * The credentials with which a command signs what it sends to a webhook.
 * @param data the folder as it was given, where those of the emulator are
 * @param signs `false`: the command signs with nothing, or with a token that it was given
 * @throws UsageFault when there are none, or demo ones for a webhook that does not know them
 */
export function webhookCredentials(
  url: string,
  { envFile, data, signs = true }: { envFile: string | undefined; data: string; signs?: boolean },
): Credentials {
  const { credentials } = readEnvironment({ dir: process.cwd(), envFile, dataDir: data });
  if (!signs) return credentials;
  if (isDemoAccount(credentials.accountSid) && isAtTwilio(url)) {
    throw new UsageFault(
      'This URL is deployed at Twilio, which knows nothing of the demo credentials: set ACCOUNT_SID and AUTH_TOKEN.',
    );
  }
  if (credentials.source === 'none') {
    throw new UsageFault(
      `There is nothing to sign with: no emulator was ever started on ${data} (npm start, or check --data), and ACCOUNT_SID and AUTH_TOKEN are not set.`,
    );
  }
  return credentials;
}
