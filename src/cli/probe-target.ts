import { withoutPassword } from '../number/lint-webhook-url';
import { type Target, takesCallsTo } from '../number/plan-change';
import { probeWebhook } from '../number/probe-webhook';
import type { Found } from '../number/read-routing';
import type { TwilioConnection } from './twilio-connection';

/**
 * The target without its URL for calls where nothing answers them and nobody asked for it: an older deployment, or a webhook
 * that only looks like ours. With its reason, when that changes what would be done.
 */
export async function dropSilentVoice(
  target: Target,
  found: Found[],
  { send }: TwilioConnection,
): Promise<{ target: Target; notice: string | null }> {
  const { voice } = target;
  const one = voice && !voice.takeOver && found.find(({ routing }) => takesCallsTo(routing, voice));
  if (!voice || !one) return { target, notice: null };
  const { accountSid, authToken } = one.account;
  const { fault } = await probeWebhook({ url: voice.url, accountSid, authToken, send, kind: 'call' });
  if (fault === null) return { target, notice: null };
  const notice = `Calls stay as they are: ${withoutPassword(voice.url)} does not answer them, because ${fault}.`;
  return { target: { ...target, voice: null }, notice };
}

/** Tries each URL with the token of each account that will call it. @returns the first that must not be set, and why */
export async function probeTarget(
  { url, fallbackUrl, voice }: Target,
  found: Found[],
  { send }: TwilioConnection,
): Promise<string | null> {
  const accounts = new Map(found.map(({ account }) => [account.accountSid, account]));
  const calls = voice && found.some(({ routing }) => takesCallsTo(routing, voice)) ? [voice.url] : [];
  const tried = [
    ...[url, fallbackUrl].map((one) => ({ url: one, kind: 'text' as const })),
    ...calls.map((one) => ({ url: one, kind: 'call' as const })),
  ];
  for (const { accountSid, authToken } of accounts.values()) {
    for (const one of tried) {
      const { fault } = await probeWebhook({ ...one, accountSid, authToken, send });
      if (fault !== null) return `${withoutPassword(one.url)} is not fit for a phone number: ${fault}.`;
    }
  }
  return null;
}
