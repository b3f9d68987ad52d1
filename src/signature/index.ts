export type { Key, Params, SignatureReason, SignedRequest } from './signed-request';
export { sign, type Verification, verify } from './verify';
