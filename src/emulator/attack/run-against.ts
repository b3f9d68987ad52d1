import { inboundParameters } from '../phone/inbound-parameters';
import { newSid } from '../phone/messaging';
import { eventNumber, fictionalNumber } from '../phone/phone-numbers';
import { buildRequest } from '../phone/retrieve-document';
import { parseWebhookUrl } from '../phone/webhook-url';
import { type Attack, describeCapture } from './attack';
import { type RawAnswer, type RawRequest, sendRaw } from './raw-request';

/** What an attack on a given URL came to; `status` is the most telling answer. */
export interface Trial {
  attack: Attack;
  through: boolean;
  /** `null`: the server closed the connection. */
  status: number | null;
}

/** No rating in any language: were it counted as one, nothing would be lost. */
const harmlessText = 'ringtrue attack test';

/**
 * Runs the harmless attacks against a webhook that somebody owns: they try to get in, with a text that counts for
 * nothing. An attack is through when the server answers it as it would answer Twilio.
 * @param where `connectTo` is where requests really go, when the URL is that of a tunnel
 */
export async function runAgainst(
  attacks: readonly Attack[],
  where: { url: string; accountSid: string; authToken: string; connectTo?: string | undefined },
  onTrial: (trial: Trial) => void = () => {},
): Promise<Trial[]> {
  const url = parseWebhookUrl(where.url);
  if (typeof url === 'string') throw new TypeError(url);
  const origin = url.signed.slice(0, url.signed.length - url.target.length);
  const captured = genuineRequest(where);
  const situation = {
    origin,
    target: url.target,
    text: harmlessText,
    capture: describeCapture(captured, url.target),
  };
  const trials: Trial[] = [];
  for (const attack of attacks) {
    if (attack.onUrl === false) continue;
    const answers: RawAnswer[] = [];
    for (const request of attack.build(situation)) {
      answers.push(
        await sendRaw(where.connectTo ?? origin, { ...request, headers: withHost(request, url.host) }),
      );
    }
    const passed = answers.find(isThrough);
    const trial = { attack, through: passed !== undefined, status: (passed ?? answers[0])?.status ?? null };
    trials.push(trial);
    onTrial(trial);
  }
  return trials;
}

function isThrough({ status }: RawAnswer): boolean {
  return status !== null && status >= 200 && status < 300;
}

function withHost({ headers }: RawRequest, host: string): RawRequest['headers'] {
  return headers.some(([name]) => name.toLowerCase() === 'host') ? headers : [['Host', host], ...headers];
}

// Signed and never sent: an attacker who had read it could start from here.
function genuineRequest({
  url,
  accountSid,
  authToken,
}: {
  url: string;
  accountSid: string;
  authToken: string;
}): RawRequest {
  const parsed = parseWebhookUrl(url);
  if (typeof parsed === 'string') throw new TypeError(parsed);
  const params = inboundParameters(
    {
      from: fictionalNumber(9_950_000),
      to: eventNumber,
      body: `${harmlessText}, as captured`,
      channel: 'sms',
      media: [],
      messageSid: newSid('SM'),
    },
    accountSid,
  );
  const request = buildRequest(
    { url: parsed, method: 'POST', params },
    { authToken, idempotencyToken: '00000000-0000-4000-8000-000000000001' },
  );
  return { method: 'POST', target: parsed.target, headers: request.headers, body: request.body };
}
