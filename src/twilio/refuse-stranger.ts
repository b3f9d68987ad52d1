import { type Answer, plainText } from './answer';
import { askForBasic, matchesBasic, readHeaders } from './basic-auth';
import type { HandlerConfig } from './config';
import { isBehindEdge } from './edge-mark';
import { findSignatureFault } from './plain-runtime-check';

const unauthorizedText = 'Unauthorized - you are not authenticated to perform this request';

/**
 * The answer to a request that Twilio did not send, or `null` when it may go on. With WEBHOOK_USER and WEBHOOK_PASSWORD
 * the number is pointed at `https://user:pass@…`, and both the signature and the password must be right.
 * @param queryNames what the handler's own TwiML puts into the query of its URLs
 */
export function refuseStranger(
  context: object,
  fields: unknown,
  { deployed, webhook }: HandlerConfig,
  queryNames: readonly string[] = [],
): Answer | null {
  if (!deployed && !isBehindEdge()) {
    const fault = findSignatureFault(context, fields, queryNames);
    if (fault) {
      console.log(`refused, not signed by Twilio: ${fault}`);
      return plainText(403, unauthorizedText);
    }
  }
  if (webhook && !matchesBasic(readHeaders(fields).authorization, webhook)) {
    console.log('refused, without the user and password of WEBHOOK_USER and WEBHOOK_PASSWORD');
    return askForBasic('webhook');
  }
  return null;
}
