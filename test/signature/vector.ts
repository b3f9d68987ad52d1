import type { SignedRequest } from '../../src/signature/index';

/** A row of test/fixtures/signature. */
export interface Vector {
  id: string;
  authToken: string;
  url: string;
  params?: unknown;
  body?: unknown;
  signature: string | null;
  right: string;
}

/** The request a row describes: a body that is text is JSON, whatever parameters stand beside it. */
export function asRequest({ url, params, body, signature }: Vector): SignedRequest {
  const json = typeof body === 'string';
  return {
    url,
    ...(params && !json ? { params: params as Record<string, string> } : {}),
    ...(json ? { body, contentType: 'application/json' } : {}),
    ...(signature === null ? {} : { signature }),
  };
}
