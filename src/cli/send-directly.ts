import { readConnectionOverrides } from '../emulator/phone/connection-overrides';
import { exchange, type Reroute } from '../emulator/phone/http-exchange';
import { parseWebhookUrl } from '../emulator/phone/webhook-url';
import type { Send } from '../number/probe-webhook';

/** Sends past any proxy, for what runs on this machine. */
export function sendDirectly({ reroute, ca }: { reroute: Reroute; ca: string | undefined }): Send {
  const { settings } = readConnectionOverrides('');
  return async ({ method, url, headers, form }) => {
    const parsed = parseWebhookUrl(url);
    if (typeof parsed === 'string') throw new Error(parsed);
    const body = form ? new URLSearchParams(form).toString() : '';
    const type = form ? { 'Content-Type': 'application/x-www-form-urlencoded' } : {};
    const outcome = await exchange(
      { method, url: parsed, headers: Object.entries({ ...headers, ...type }), body },
      { settings, timeLeft: settings.totalTimeout, ca, reroute },
    );
    if (!('answer' in outcome)) throw Object.assign(new Error('no answer'), { code: 'no answer' });
    const lower = Object.fromEntries(
      outcome.answer.headers.map(([name, value]) => [name.toLowerCase(), value] as const),
    );
    return {
      status: outcome.answer.status,
      contentType: lower['content-type'] ?? '',
      body: outcome.answer.body.toString(),
      headers: lower,
    };
  };
}
