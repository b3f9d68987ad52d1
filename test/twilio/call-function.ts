import { readFileSync } from 'node:fs';
import path from 'node:path';
import { markEdge } from '../../src/twilio/edge-mark';
import type { Handler } from '../../src/twilio/handler';

const accountSid = `AC${'1'.repeat(32)}`;
const variables = {
  ACCOUNT_SID: accountSid,
  AUTH_TOKEN: '2'.repeat(32),
  VOTER_SECRET: 's'.repeat(32),
  ORGANISER_USER: 'olga',
  ORGANISER_PASSWORD: 'correct horse',
  DOMAIN_NAME: 'localhost:3000',
};

/** What is used of Twilio's response. */
class Response {
  statusCode = 0;
  body = '';
  setStatusCode(status: number): void {
    this.statusCode = status;
  }
  setBody(body: string): void {
    this.body = body;
  }
  appendHeader(): void {}
}

/**
 * Calls a handler of ours in this process, behind an edge, with the event that is shipped.
 * @param project.variables in place of the usual ones; `undefined`: not set
 * @param project.event the text of another event file
 */
export async function callFunction(
  handler: Handler,
  fields: Record<string, unknown>,
  project: { variables?: Record<string, string | undefined>; event?: string } = {},
): Promise<{ status: number; body: string }> {
  markEdge();
  return callUnmarked(handler, fields, project);
}

/** As `callFunction`, and without an edge where none was marked before. */
export async function callUnmarked(
  handler: Handler,
  fields: Record<string, unknown>,
  { variables: others = {}, event = shippedEvent() }: Parameters<typeof callFunction>[2] = {},
): Promise<{ status: number; body: string }> {
  Object.assign(globalThis, {
    Runtime: { getAssets: () => ({ '/event.json': { open: () => event } }), getFunctions: () => ({}) },
    Twilio: { Response },
  });
  const basic = Buffer.from('olga:correct horse').toString('base64');
  const request = { headers: { authorization: `Basic ${basic}`, 'content-type': 'application/json' } };
  const { statusCode, body } = await new Promise<Response>((resolve, reject) => {
    handler({ ...variables, ...others } as never, { request, ...fields }, (error, result) =>
      error ? reject(error) : resolve(result as Response),
    );
  });
  return { status: statusCode, body };
}

function shippedEvent(): string {
  return readFileSync(path.join(__dirname, '..', '..', 'assets', 'event.private.json'), 'utf8');
}

/** The fields of a text, as Twilio sends them. */
export function textFields(body: string): Record<string, string> {
  return {
    AccountSid: accountSid,
    MessageSid: `SM${'3'.repeat(32)}`,
    From: '+15550100001',
    To: '+15550100000',
    Body: body,
    NumMedia: '0',
  };
}

/** The fields of a call in which a key was pressed for the first session. */
export function callFields(digits: string): Record<string, string> {
  return {
    AccountSid: accountSid,
    CallSid: `CA${'3'.repeat(32)}`,
    From: '+15550100001',
    To: '+15550100000',
    Digits: digits,
    choices: '0',
  };
}
