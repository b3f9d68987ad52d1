import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';
import { newSid, type PhoneNumber, type TwilioState } from './twilio-account';
import { type Visit, visitSite } from './visit-site';

interface Connection {
  port: number;
  ca: string;
}

/**
 * Delivers a text as Twilio does: to the Messaging Service's URL, the TwiML application's or the number's own.
 * Source: https://www.twilio.com/docs/messaging/api/service-resource
 */
export function deliverText(
  state: TwilioState,
  { phoneNumber, body }: { phoneNumber: string; body: string },
  connection: Connection,
): Promise<Visit> {
  const number = findNumber(state, phoneNumber);
  const service = state.messagingServices.find(({ numberSids }) => numberSids.includes(number.sid));
  const application = state.applications.find(({ sid }) => sid === number.sms_application_sid);
  const decides = service && !service.use_inbound_webhook_on_number;
  const url = decides ? service.inbound_request_url : (application?.sms_url ?? number.sms_url);
  const sid = newSid('SM');
  const form = {
    ToCountry: 'US',
    MessageSid: sid,
    SmsSid: sid,
    SmsMessageSid: sid,
    From: '+15550100100',
    To: phoneNumber,
    Body: body,
    FromCity: '',
    NumMedia: '0',
    NumSegments: '1',
    SmsStatus: 'received',
  };
  return post(state, { number, url, form }, connection);
}

/**
 * Calls a number, and presses a key each time its TwiML asks for one, until there are no more.
 * Source: https://www.twilio.com/docs/voice/twiml#request-parameters, https://www.twilio.com/docs/voice/twiml/gather
 */
export async function deliverCall(
  state: TwilioState,
  { phoneNumber, keys }: { phoneNumber: string; keys: string },
  connection: Connection,
): Promise<Visit> {
  const number = findNumber(state, phoneNumber);
  const application = state.applications.find(({ sid }) => sid === number.voice_application_sid);
  const url = number.trunk_sid ? '' : (application?.voice_url ?? number.voice_url);
  const form = {
    CallSid: newSid('CA'),
    From: '+15550100200',
    To: phoneNumber,
    CallStatus: 'in-progress',
    Direction: 'inbound',
  };
  let answer = await post(state, { number, url, form }, connection);
  for (const key of keys) {
    const action = /<Gather[^>]*\baction="([^"]*)"/.exec(answer.body)?.[1]?.replaceAll('&amp;', '&');
    if (action === undefined) break;
    const { href } = new URL(action, url.replace(/#.*/, ''));
    answer = await post(state, { number, url: href, form: { ...form, Digits: key } }, connection);
  }
  return answer;
}

function findNumber(state: TwilioState, phoneNumber: string): PhoneNumber {
  const number = state.numbers.find(({ phone_number }) => phone_number === phoneNumber);
  if (!number) throw new Error(`there is no number ${phoneNumber}`);
  return number;
}

// Signed with the primary token of the number's account, without the URL's fragment and userinfo:
// https://www.twilio.com/docs/usage/security
function post(
  state: TwilioState,
  { number, url, form }: { number: PhoneNumber; url: string | null; form: Record<string, string> },
  connection: Connection,
): Promise<Visit> {
  if (!url) throw new Error(`nothing is set for ${number.phone_number}`);
  const account = state.accounts.find(({ sid }) => sid === number.accountSid);
  const { username, password } = new URL(url);
  const signed = url.replace(/#.*/, '').replace(/:\/\/[^/?#]*@/, '://');
  const all = { AccountSid: number.accountSid, ApiVersion: '2010-04-01', ...form };
  const basic = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
  return visitSite(signed, {
    ...connection,
    form: all,
    headers: {
      'X-Twilio-Signature': getExpectedTwilioSignature(account?.primaryToken ?? '', signed, all),
      ...(username && { Authorization: `Basic ${basic.toString('base64')}` }),
    },
  });
}
