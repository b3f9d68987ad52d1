import { readConnectionOverrides } from '../phone/connection-overrides';
import { exchange, type Reroute } from '../phone/http-exchange';
import { parseWebhookUrl } from '../phone/webhook-url';
import type { RequestRecord } from '../request-log';
import { formOf, headerOf } from './describe-record';
import { type Mask, mask, maskFor } from './mask-numbers';
import { signAgain } from './sign-again';

/** What is different from the request as it was received. */
export interface Edits {
  /** Fields of a form, all of them; a masked number stands for the one received. */
  params?: [name: string, value: string][] | undefined;
  /** The whole body, for what is no form. */
  body?: string | undefined;
  method?: string | undefined;
  /** `as-received` repeats the signature, `again` makes the right one (and `bodySHA256` in the URL), `none` leaves it out. */
  signature: 'as-received' | 'again' | 'none';
}

export type Replayed = { status: number; body: string } | { problem: string };

/**
 * Sends a request again, to the edge, with its own headers and bytes but for the edits.
 * @returns the answer; the edge writes the request itself into the log
 */
export async function replayRequest(
  record: RequestRecord,
  edits: Edits,
  { reroute, authToken, ca }: { reroute: Reroute; authToken: string; ca?: string | undefined },
): Promise<Replayed> {
  const method = edits.method ?? record.method;
  if (!/^[A-Z]{1,16}$/.test(method)) return { problem: 'A method is a word in capital letters.' };
  const hide = maskFor(record);
  const received = formOf(record);
  const params = edits.params && received ? unmask(edits.params, received, hide) : received;
  const body =
    edits.params && params
      ? Buffer.from(new URLSearchParams(params).toString())
      : Buffer.from(edits.body ?? record.body);
  const headers = record.headers.filter(([name]) => !madeAnew.has(name.toLowerCase()));
  const again =
    edits.signature === 'again'
      ? signAgain(
          { url: record.url, method, contentType: headerOf(record.headers, 'content-type'), body },
          authToken,
        )
      : null;
  if (again && 'problem' in again) return again;
  const url = parseWebhookUrl(again?.url ?? record.url);
  if (typeof url === 'string') return { problem: `This request cannot be sent again: ${url}.` };
  const asReceived =
    edits.signature === 'as-received' ? headerOf(record.headers, 'x-twilio-signature') : undefined;
  const signature = again?.signature ?? asReceived;
  if (signature !== undefined) headers.push(['X-Twilio-Signature', signature]);
  const { settings } = readConnectionOverrides('');
  const outcome = await exchange(
    { method, url: { ...url, host: headerOf(record.headers, 'host') ?? url.host }, headers, body },
    { settings, timeLeft: settings.totalTimeout, ca, reroute },
  );
  if ('problem' in outcome) return { problem: outcome.problem.detail };
  return { status: outcome.answer.status, body: hide(outcome.answer.body.toString('utf8')) };
}

// The page never saw real numbers: where it sends a mask back, the received value is meant.
function unmask(
  edited: [name: string, value: string][],
  received: [name: string, value: string][],
  hide: Mask,
): [name: string, value: string][] {
  return edited.map(([name, value], index): [string, string] => {
    if (!value.includes(mask)) return [name, value];
    const original =
      received[index]?.[0] === name ? received[index] : received.find((pair) => pair[0] === name);
    return original && hide(original[1]) === value ? [name, original[1]] : [name, value];
  });
}

const madeAnew = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'x-twilio-signature']);
