import { isForm } from '../../signature/canonical';
import type { Key } from '../../signature/index';
import { signatureFault } from '../../signature/verify';
import type { CapturedRequest } from '../explanation';

/** What to look at and what to capture next when nothing was proven. Suspicions, worded as such. */
export function suggestNext(request: CapturedRequest, keys: readonly Key[]): string[] {
  return [...suspectHeader(request), ...suspectKeys(request, keys), ...askForMore(request)];
}

function* suspectHeader({ signature, url }: CapturedRequest): Generator<string> {
  const fault = signatureFault(signature);
  if (fault === 'missing-signature')
    yield 'There is no X-Twilio-Signature header: the request is not from Twilio, or a gateway dropped the header or changed its case.';
  if (fault === 'malformed-signature')
    yield 'X-Twilio-Signature is not one text of 28 (or 44) base64 characters: it was sent twice, cut off, quoted or decoded on the way.';
  if (typeof url !== 'string' || !/^[a-z][a-z0-9+.-]*:\/\/[^/?#]/i.test(url))
    yield 'The URL is not absolute: capture scheme and host as well, or give the webhook as it is configured at Twilio.';
}

function* suspectKeys({ params }: CapturedRequest, keys: readonly Key[]): Generator<string> {
  for (const { secret, hash } of keys) {
    if (/^\s*(?:AC|SK)[0-9a-f]{32}\s*$/i.test(secret))
      yield 'A key looks like an Account SID or an API key SID; the key is the Auth Token, 32 hexadecimal digits.';
    else if (hash !== 'sha256' && !/^[0-9a-f]{32}$/.test(secret.trim()))
      yield `A key has ${secret.length} characters that are not all hexadecimal digits; an Auth Token has 32 of them.`;
  }
  const account =
    typeof params === 'object' && params !== null && 'AccountSid' in params ? params.AccountSid : undefined;
  const ids = keys.map(({ id }) => id).filter((id) => id?.startsWith('AC'));
  if (typeof account === 'string' && ids.length > 0 && !ids.includes(account))
    yield 'AccountSid in the request is not the configured account: subaccounts sign with a token of their own.';
  yield 'Was the Auth Token of this account changed, or is it that of another account or region? Only the primary token signs.';
}

function* askForMore({ body, headers, contentType }: CapturedRequest): Generator<string> {
  if (body === undefined)
    yield isForm(contentType) || contentType === undefined
      ? 'Capture the raw body: it shows what a parser changed.'
      : 'Capture the raw body: anything but a form is bound by its bytes.';
  if (!headers) yield 'Capture all headers: Host and X-Forwarded-* tell what a proxy changed.';
  yield 'Give the URL as it is configured at Twilio, character by character.';
}
