import { signWithTwilio } from './sign-with-twilio';

/** An inbound text to a running ringtrue, signed by Twilio's own library. */
export function signText(
  { url, accountSid, authToken }: { url: string; accountSid: string; authToken: string },
  { body, sid, change = {} }: { body: string; sid: string; change?: Record<string, string> },
): ReturnType<typeof signWithTwilio> {
  const params = {
    MessageSid: sid,
    SmsSid: sid,
    AccountSid: accountSid,
    From: '+15550100001',
    To: '+15550100000',
    Body: body,
    NumMedia: '0',
    FromCity: '',
    ...change,
  };
  return signWithTwilio({ token: authToken, url: `${url}/sms/incoming`, params });
}
