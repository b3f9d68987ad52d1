import { callTwilio, listTwilio, type TwilioClient, TwilioFault } from './twilio-api';

/** One text, reply or call that Twilio keeps, with both numbers in it. */
export interface PhoneRecord {
  kind: 'message' | 'call';
  sid: string;
}

const kinds = [
  { kind: 'message', list: 'Messages', key: 'messages' },
  { kind: 'call', list: 'Calls', key: 'calls' },
] as const;

/**
 * What Twilio keeps of a phone and the numbers of an event: texts and replies by SMS, MMS, WhatsApp and RCS, and calls. Records of
 * the phone with other numbers of the account are none of the event's.
 * Source: https://www.twilio.com/docs/messaging/api/message-resource, https://www.twilio.com/docs/voice/api/call-resource
 * @param numbers E.164, `rcs:` and an agent, `whatsapp:` and a number; a bare number stands for its WhatsApp sender, too
 * @throws TwilioFault
 */
export async function findPhoneRecords(
  client: TwilioClient,
  { accountSid, phone, numbers }: { accountSid: string; phone: string; numbers: readonly string[] },
): Promise<PhoneRecord[]> {
  const found = new Map<string, PhoneRecord>();
  for (const { kind, list, key } of kinds) {
    for (const [a, b] of pairs(phone, numbers, kind)) {
      for (const [From, To] of [
        [a, b],
        [b, a],
      ] as const) {
        const query = new URLSearchParams({ From, To, PageSize: '1000' });
        const records = await listTwilio<{ sid: string }>(client, {
          url: `${accountUrl(accountSid)}/${list}.json?${query}`,
          key,
          subject: `the ${key}`,
        });
        for (const { sid } of records) found.set(sid, { kind, sid });
      }
    }
  }
  return [...found.values()];
}

function pairs(
  phone: string,
  numbers: readonly string[],
  kind: PhoneRecord['kind'],
): [phone: string, number: string][] {
  return numbers.flatMap((number): [string, string][] => {
    const channel = /^[a-z]+:/.exec(number)?.[0];
    if (kind === 'call') return channel ? [] : [[phone, number]];
    if (channel) return [[channel + phone, number]];
    return [
      [phone, number],
      [`whatsapp:${phone}`, `whatsapp:${number}`],
    ];
  });
}

/**
 * Deletes a record. One that is gone already is fine.
 * @throws TwilioFault also for one that is still on its way: Twilio deletes what has ended only
 */
export async function deletePhoneRecord(
  client: TwilioClient,
  accountSid: string,
  { kind, sid }: PhoneRecord,
): Promise<void> {
  const list = kinds.find((one) => one.kind === kind)?.list;
  try {
    await callTwilio(client, {
      url: `${accountUrl(accountSid)}/${list}/${sid}.json`,
      subject: `the ${kind}`,
      method: 'delete',
    });
  } catch (error) {
    if (!(error instanceof TwilioFault)) throw error;
    if (error.status === 404) return;
    // 20009, https://www.twilio.com/docs/api/errors/20009
    if (error.status !== 409) throw error;
    const reason = `A ${kind} is still on its way (error ${error.code}): Twilio deletes it once it has ended.`;
    throw new TwilioFault(reason, error.status, error.code);
  }
}

function accountUrl(accountSid: string): string {
  return `https://api.twilio.com/2010-04-01/Accounts/${accountSid}`;
}
