import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';
import { newSid, type TwilioState } from './twilio-account';
import { type Visit, visitSite } from './visit-site';

/**
 * Delivers a text as Twilio does: to the Messaging Service's URL, the TwiML application's or the number's own, signed with
 * the primary token of the number's account, without the URL's fragment and userinfo.
 * Source: https://www.twilio.com/docs/messaging/api/service-resource, https://www.twilio.com/docs/usage/security
 */
export async function sendText(
  state: TwilioState,
  { phoneNumber, body }: { phoneNumber: string; body: string },
  connection: { port: number; ca: string },
): Promise<Visit> {
  const number = state.numbers.find(({ phone_number }) => phone_number === phoneNumber);
  const service = state.messagingServices.find(({ numberSids }) => numberSids.includes(number?.sid ?? ''));
  const application = state.applications.find(({ sid }) => sid === number?.sms_application_sid);
  const decides = service && !service.use_inbound_webhook_on_number;
  const url = decides ? service.inbound_request_url : (application?.sms_url ?? number?.sms_url);
  if (!number || !url) throw new Error(`Twilio drops the text: nothing is set for ${phoneNumber}`);
  const account = state.accounts.find(({ sid }) => sid === number.accountSid);
  const { username, password } = new URL(url);
  const signed = url.replace(/#.*/, '').replace(/:\/\/[^/?#]*@/, '://');
  const sid = newSid('SM');
  const form = {
    ToCountry: 'US',
    MessageSid: sid,
    SmsSid: sid,
    SmsMessageSid: sid,
    AccountSid: number.accountSid,
    ApiVersion: '2010-04-01',
    From: '+15550100100',
    To: phoneNumber,
    Body: body,
    FromCity: '',
    NumMedia: '0',
    NumSegments: '1',
    SmsStatus: 'received',
  };
  const basic = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
  return visitSite(signed, {
    ...connection,
    form,
    headers: {
      'X-Twilio-Signature': getExpectedTwilioSignature(account?.primaryToken ?? '', signed, form),
      ...(username && { Authorization: `Basic ${basic.toString('base64')}` }),
    },
  });
}
