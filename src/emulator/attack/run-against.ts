import type { Reroute } from '../phone/http-exchange';
import { inboundParameters } from '../phone/inbound-parameters';
import { newSid } from '../phone/message-sid';
import { eventNumber, fictionalNumber } from '../phone/phone-numbers';
import { buildRequest } from '../phone/retrieve-document';
import { parseWebhookUrl } from '../phone/webhook-url';
import { type Attack, describeCapture, forgedParameters, postForm, type Situation } from './attack';
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

/** A webhook and the key that signs for it. */
export interface Owned {
  url: string;
  accountSid: string;
  authToken: string;
  /** Straight to the emulator what is addressed to its public URL. */
  reroute?: Reroute | undefined;
}

/**
 * Runs the harmless attacks against a webhook that somebody owns: they try to get in, with a text that counts for
 * nothing. An attack is through when the server answers it as it would answer Twilio: takes it, or lets the handler
 * refuse its fields.
 */
export async function runAgainst(
  attacks: readonly Attack[],
  owned: Owned,
  onTrial: (trial: Trial) => void = () => {},
): Promise<Trial[]> {
  const { origin, target } = splitUrl(owned.url);
  const { accountSid } = owned;
  const situation = {
    origin,
    target,
    text: harmlessText,
    accountSid,
    capture: describeCapture(genuineRequest(owned), { target, accountSid }),
  };
  const refusal = attacks.some(({ misshapen }) => misshapen) ? await findRefusal(situation, owned) : null;
  const trials: Trial[] = [];
  for (const attack of attacks) {
    if (attack.onUrl === false) continue;
    const answers: RawAnswer[] = [];
    for (const request of attack.build(situation)) answers.push(await send(request, owned));
    const reached = (answer: RawAnswer) => attack.misshapen === true && isSame(answer, refusal);
    const passed = answers.find(isThrough) ?? answers.find(reached);
    const trial = { attack, through: passed !== undefined, status: (passed ?? answers[0])?.status ?? null };
    trials.push(trial);
    onTrial(trial);
  }
  return trials;
}

/** Sends a genuine message that counts for nothing. @returns its status; `null`: nothing answered */
export async function sendGenuine(owned: Owned): Promise<number | null> {
  return (await send(genuineRequest(owned), owned)).status;
}

/**
 * How the handler itself refuses fields: its answer to a signed message without MessageSid. `null` when it takes that one, or
 * when a stranger with all fields is answered the same, so that nothing tells who refused.
 */
async function findRefusal(situation: Situation, owned: Owned): Promise<RawAnswer | null> {
  const refusal = await send(genuineRequest(owned, 'MessageSid'), owned);
  const stranger = await send(postForm(situation.target, forgedParameters(situation)), owned);
  const isHandler = refusal.status !== null && [400, 422, 500].includes(refusal.status);
  return isHandler && !isSame(stranger, refusal) ? refusal : null;
}

function isSame(answer: RawAnswer, other: RawAnswer | null): boolean {
  return answer.status === other?.status && answer.body === other.body;
}

function splitUrl(text: string): { origin: string; host: string; target: string } {
  const url = parseWebhookUrl(text);
  if (typeof url === 'string') throw new TypeError(url);
  return { origin: url.signed.slice(0, -url.target.length), host: url.host, target: url.target };
}

function send(request: RawRequest, { url, reroute }: Owned): Promise<RawAnswer> {
  const { origin, host } = splitUrl(url);
  const headers = withHost(request, host);
  if (!reroute) return sendRaw(origin, { ...request, headers });
  // A proxy that serves the emulator below a path takes that path away.
  const prefix = reroute.publicUrl.replace(/^[a-z]+:\/\/[^/]*/i, '');
  const target = request.target.startsWith(`${prefix}/`)
    ? request.target.slice(prefix.length)
    : request.target;
  return sendRaw(reroute.edgeUrl, { ...request, headers, target });
}

function isThrough({ status }: RawAnswer): boolean {
  return status !== null && status >= 200 && status < 300;
}

function withHost({ headers }: RawRequest, host: string): RawRequest['headers'] {
  return headers.some(([name]) => name.toLowerCase() === 'host') ? headers : [['Host', host], ...headers];
}

// An attacker who read it on the line could start from here.
function genuineRequest({ url, accountSid, authToken }: Owned, without?: string): RawRequest {
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
  ).filter(([name]) => name !== without);
  const request = buildRequest(
    { url: parsed, method: 'POST', params },
    { authToken, idempotencyToken: '00000000-0000-4000-8000-000000000001' },
  );
  return { method: 'POST', target: parsed.target, headers: request.headers, body: request.body };
}
