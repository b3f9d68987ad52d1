import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';

/** A form request with the signature that Twilio's own library makes for it. */
export function signWithTwilio({
  token,
  url,
  params,
}: {
  token: string;
  url: string;
  params: Record<string, string>;
}): { method: 'POST'; target: string; headers: string[]; body: string } {
  return {
    method: 'POST',
    target: url.replace(/^https?:\/\/[^/]+/, ''),
    headers: [
      'content-type',
      'application/x-www-form-urlencoded',
      'x-twilio-signature',
      getExpectedTwilioSignature(token, url, params),
    ],
    body: new URLSearchParams(params).toString(),
  };
}
