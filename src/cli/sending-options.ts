import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import type { Webhook } from '../emulator/phone/messaging';
import { collect } from './option-values';
import { UsageFault } from './usage-fault';
import { webhookCredentials } from './webhook-credentials';
import { checkUrl, chooseWebhook } from './webhook-option';

/** Options of the commands that call one webhook as Twilio would. */
export interface SendingOptions {
  url?: string;
  param?: string[];
  method: 'GET' | 'POST';
  unsigned?: boolean;
  token?: string;
  fallbackUrl?: string;
  ca?: string;
  insecure?: boolean;
  env?: string;
  data: string;
}

/** Gives a command these options. */
export function addSendingOptions(command: Command): Command {
  return command
    .option('--param <name=value>', 'a further parameter; may be repeated', collect)
    .addOption(
      new Option('--method <method>', 'how the webhook is called').choices(['GET', 'POST']).default('POST'),
    )
    .option('--unsigned', 'leave the signature out, as a forger would')
    .option('--token <token>', 'sign with this Auth Token')
    .option('--fallback-url <url>', 'called when the webhook fails, as configured at the number')
    .option('--ca <file>', 'a certificate to trust, PEM')
    .option('--insecure', 'accept any certificate; Twilio does not')
    .option('--env <file>', 'where ACCOUNT_SID and AUTH_TOKEN are read (default: .env)')
    .option('--data <folder>', 'the data folder of the emulator', '.ringtrue');
}

/**
 * The webhook to call, and with whose key.
 * @param path of the function, where no URL is given
 * @throws UsageFault
 */
export function readWebhook(
  options: SendingOptions,
  { dataDir, path }: { dataDir: string; path: string },
): { webhook: Webhook; secret: string; isGuess: boolean } {
  const { url, reroute, ca, isGuess } = chooseWebhook(options.url, dataDir, path);
  if (options.fallbackUrl !== undefined) checkUrl('--fallback-url', options.fallbackUrl);
  const signs = !options.unsigned && options.token === undefined;
  const credentials = webhookCredentials(url, { envFile: options.env, data: options.data, signs });
  const authToken = options.unsigned ? null : (options.token ?? credentials.authToken);
  const webhook = {
    url,
    method: options.method,
    fallbackUrl: options.fallbackUrl,
    accountSid: credentials.accountSid,
    authToken,
    ca: options.ca === undefined ? ca : readCertificate(options.ca),
    insecure: options.insecure,
    reroute,
  };
  // Opt-outs are kept under the token of the project, whatever a message is signed with.
  return { webhook, secret: credentials.authToken, isGuess };
}

function readCertificate(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new UsageFault(`There is no certificate ${file}: check --ca.`);
  }
}

/** @throws UsageFault */
export function readParameter(text: string): [name: string, value: string] {
  const at = text.indexOf('=');
  if (at < 1) throw new UsageFault('--param is written NAME=value.');
  return [text.slice(0, at), text.slice(at + 1)];
}
