import path from 'node:path';
import { readDeployed } from '../deploy/deployed-file';
import { findRunningEmulator } from '../emulator/running-emulator';
import { checkRotation, rotationFaults, type TriedWebhook } from '../number/check-rotation';
import { sendDirectly } from './send-directly';
import { connectToTwilio } from './twilio-connection';
import { UsageFault } from './usage-fault';
import { checkUrl, withOwnUserinfo, withUserinfo } from './webhook-option';

/** `ringtrue number rotate-check`: what each of the two Auth Tokens opens while one takes the place of the other. */
export async function rotateCheck({
  url,
  env,
  data,
  json,
}: {
  url?: string;
  env?: string;
  data: string;
  json?: boolean;
}): Promise<void> {
  const dataDir = path.resolve(data);
  if (url !== undefined) checkUrl('--url', url);
  const { accountSid, authToken, variables, connect, send } = await connectToTwilio({
    envFile: env,
    dataDir,
  });
  const secondary = process.env.AUTH_TOKEN_SECONDARY || variables.AUTH_TOKEN_SECONDARY;
  if (!secondary || !/^[0-9a-f]{32}$/.test(secondary)) {
    throw new UsageFault(
      'AUTH_TOKEN_SECONDARY is missing or not 32 hex digits: create a secondary Auth Token in the Twilio Console and put it into .env.',
    );
  }
  const deployedTo = readDeployed(dataDir, accountSid);
  const webhookUrl = url ?? (deployedTo && `https://${deployedTo.domain}/sms/incoming`);
  const tried = webhookUrl === undefined ? null : withOwnUserinfo(webhookUrl, { variables, dataDir });
  if (tried?.notice) console.error(tried.notice);
  const states = await checkRotation({
    accountSid,
    tokens: { AUTH_TOKEN: authToken, AUTH_TOKEN_SECONDARY: secondary },
    deployed: tried && { url: tried.url, send },
    local: localWebhook(dataDir),
    connect,
  });
  const faults = rotationFaults(states);
  if (faults.length > 0) process.exitCode = 1;
  if (json) {
    console.log(JSON.stringify({ webhookUrl: webhookUrl ?? null, tokens: states, faults }, null, 2));
    return;
  }
  const word = (answer: boolean | null) => (answer === null ? 'not asked' : answer ? 'yes' : 'no');
  for (const { variable, opensApi, signsWebhooks, acceptedLocally } of states) {
    console.log(
      `${variable.padEnd(22)} opens the API: ${word(opensApi)}   accepted by the webhook: ${word(signsWebhooks)}   by the edge here: ${word(acceptedLocally)}`,
    );
  }
  for (const fault of faults) console.error(`ringtrue: ${fault}`);
  const primary = states.find(({ signsWebhooks }) => signsWebhooks)?.variable;
  if (faults.length === 0)
    console.log(`Fine.${primary ? ` ${primary} is the primary token: Twilio signs with it now.` : ''}`);
}

function localWebhook(dataDir: string): TriedWebhook | null {
  const running = findRunningEmulator(dataDir);
  if (!running) return null;
  const reroute = { publicUrl: running.publicUrl, edgeUrl: running.url };
  return {
    url: withUserinfo(`${running.publicUrl}/sms/incoming`, running.userinfo),
    send: sendDirectly({ reroute, ca: running.ca ?? undefined }),
  };
}
