import { callTwilio, type TwilioClient, TwilioFault } from '../twilio/twilio-api';
import type { Update } from './plan-change';

/** An update that could not be made. Everything before it was undone, unless `leftChanged` names it. */
export class UpdateFault extends Error {
  override name = 'UpdateFault';
  constructor(
    cause: unknown,
    readonly leftChanged: Update[],
  ) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const state =
      leftChanged.length === 0
        ? 'Nothing was changed, or it was changed back.'
        : `Twilio could not be reached to change it back: ${leftChanged.map(({ name }) => name).join(', ')} may be half done, so run the same command with --restore.`;
    super(`${reason} ${state}`, { cause });
  }
}

/**
 * Makes all updates or none: when one fails, those before it are undone, and so is the failed one itself unless Twilio refused
 * it, because a request without an answer may have arrived.
 * @param clients by account
 * @param interrupted once aborted, what was done is undone
 * @param mayBeGone of what is not there any more the update is left out, and the others are made
 * @returns those left out
 * @throws UpdateFault
 */
export async function applyUpdates(
  updates: Update[],
  clients: ReadonlyMap<string, TwilioClient>,
  interrupted: AbortSignal,
  mayBeGone: (update: Update) => boolean,
): Promise<Update[]> {
  const tried: Update[] = [];
  const gone: Update[] = [];
  for (const update of updates) {
    try {
      await send(update, update.to, clients);
    } catch (error) {
      if (error instanceof TwilioFault && error.status === 404 && mayBeGone(update)) {
        gone.push(update);
        continue;
      }
      const refused = error instanceof TwilioFault && error.status >= 400 && error.status < 500;
      if (!refused) tried.unshift(update);
      throw new UpdateFault(error, await undo(tried, clients));
    }
    tried.unshift(update);
    if (interrupted.aborted) throw new UpdateFault(new Error('Interrupted.'), await undo(tried, clients));
  }
  return gone;
}

async function undo(tried: Update[], clients: ReadonlyMap<string, TwilioClient>): Promise<Update[]> {
  const left: Update[] = [];
  for (const update of tried) {
    try {
      await send(update, update.from, clients);
    } catch {
      left.push(update);
    }
  }
  return left;
}

async function send(
  { url, name, accountSid }: Update,
  form: Record<string, string>,
  clients: ReadonlyMap<string, TwilioClient>,
): Promise<void> {
  const client = clients.get(accountSid);
  if (!client) throw new Error(`an update for an account that was not read: ${accountSid}`);
  await callTwilio(client, { url, form, subject: name });
}
