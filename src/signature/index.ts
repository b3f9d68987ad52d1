export type { CompatName } from './compat';
export {
  getExpectedBodyHash,
  getExpectedTwilioSignature,
  validateRequest,
  validateRequestWithBody,
} from './drop-in';
export type { Key, Params, SignatureReason, SignedRequest } from './signed-request';
export { type TwilioWebhookOptions, twilioWebhook } from './twilio-webhook';
export { type Matched, sign, type Verification, type VerifyOptions, verify } from './verify';
export { type FetchOptions, verifyFetchRequest } from './verify-fetch-request';
export {
  type NodeOptions,
  type ReceivedVerification,
  verifyNodeRequest,
  type WebhookReason,
} from './verify-node-request';
