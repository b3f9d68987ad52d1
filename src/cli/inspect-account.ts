import type { Account, AccountNumber, CalledWebhook } from '../doctor/project/account';
import { lintWebhookUrl, withoutPassword } from '../number/lint-webhook-url';
import { probeWebhook, type Send } from '../number/probe-webhook';
import {
  type Connect,
  findRouting,
  listAccounts,
  listRoutings,
  type NumberAccount,
} from '../number/read-routing';
import { effectiveWebhook, type Routing } from '../number/routing';
import { TwilioFault } from '../twilio/twilio-api';

export interface AccountQuestion {
  accountSid: string;
  authToken: string;
  connect: Connect;
  /** In E.164; the numbers that lead to the project are looked at in any case. */
  numbers: readonly string[];
  /** Whether a URL leads to a deployment of this project. */
  isOurs: (url: string) => boolean;
  /** How to call the webhooks that lead here; without it none is called. */
  send?: Send | undefined;
}

/** Asks Twilio where the texts of an account's numbers go, and calls the webhooks that lead here. Changes nothing. */
export async function inspectAccount(
  question: AccountQuestion,
): Promise<{ account: Account; called: CalledWebhook[] }> {
  try {
    const { found, unknown } = await findNumbers(question);
    const called = question.send ? await callWebhooks(found, question, question.send) : [];
    return {
      account: {
        fault: null,
        unknownNumbers: unknown.map(showNumber),
        numbers: found.map(({ routing }) => describeRouting(routing, question)),
      },
      called,
    };
  } catch (error) {
    if (!(error instanceof TwilioFault)) throw error;
    return {
      account: {
        fault: { reason: error.message, answered: error.status !== 0 },
        unknownNumbers: [],
        numbers: [],
      },
      called: [],
    };
  }
}

interface Found {
  owner: NumberAccount;
  routing: Routing;
}

// A number that was asked for may belong to a subaccount; the many that were not are looked for in the account itself.
async function findNumbers({
  accountSid,
  authToken,
  connect,
  numbers,
  isOurs,
}: AccountQuestion): Promise<{ found: Found[]; unknown: string[] }> {
  const owner = { accountSid, authToken, client: connect({ accountSid, authToken }) };
  const own = (await listRoutings(owner)).map((routing) => ({ owner, routing }));
  const leadHere = ({ routing }: Found) =>
    numbers.includes(routing.number.phoneNumber) ||
    isOurs(routing.number.smsUrl) ||
    isOurs(effectiveWebhook(routing).url);
  const found = own.filter(leadHere);
  const unknown: string[] = [];
  const missing = numbers.filter(
    (number) => !found.some(({ routing }) => routing.number.phoneNumber === number),
  );
  if (missing.length === 0) return { found, unknown };
  const accounts = await listAccounts({ accountSid, authToken }, connect);
  for (const number of missing) {
    try {
      const { account, routing } = await findRouting(number, accounts);
      found.push({ owner: account, routing });
    } catch (error) {
      if (!(error instanceof TwilioFault && error.status === 404)) throw error;
      unknown.push(number);
    }
  }
  return { found, unknown };
}

function describeRouting(routing: Routing, { isOurs }: AccountQuestion): AccountNumber {
  const { number, service } = routing;
  const { decidedBy, url, why } = effectiveWebhook(routing);
  const [method, fallbackUrl] = {
    'messaging-service': [service?.inboundMethod ?? 'POST', service?.fallbackUrl ?? ''],
    // The application has its own, which is not read.
    application: ['POST', null],
    number: [number.smsMethod, number.smsFallbackUrl],
  }[decidedBy] as [string, string | null];
  return {
    number: showNumber(number.phoneNumber),
    decidedBy,
    why,
    url: withoutPassword(url),
    method,
    fallbackUrl: fallbackUrl && withoutPassword(fallbackUrl),
    ownUrl: withoutPassword(number.smsUrl),
    urlFault: url === '' ? null : lintWebhookUrl(url),
    path: isOurs(url) ? pathOf(url) : null,
  };
}

async function callWebhooks(
  found: Found[],
  { isOurs }: AccountQuestion,
  send: Send,
): Promise<CalledWebhook[]> {
  const called = new Map<string, CalledWebhook>();
  for (const { owner, routing } of found) {
    const { url } = effectiveWebhook(routing);
    if (!isOurs(url) || called.has(url)) continue;
    const { accountSid, authToken } = owner;
    const { fault } = await probeWebhook({ url, accountSid, authToken, send });
    called.set(url, { url: withoutPassword(url), fault });
  }
  return [...called.values()];
}

/** The path of a URL, as Twilio's routes have it: without query and fragment. */
export function pathOf(url: string): string {
  return /^[a-z]+:\/\/[^/?#]*([^?#]*)/i.exec(url)?.[1] || '/';
}

// No number in an output: its end tells an owner which one it is.
function showNumber(number: string): string {
  return `…${number.slice(-4)}`;
}
