import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { validateRequest } from 'twilio/lib/webhooks/webhooks';

export interface Received {
  method: string;
  /** As it arrived: path and query. */
  target: string;
  headers: http.IncomingHttpHeaders;
  params: [name: string, value: string][];
  /** What Twilio's own library says of the signature. */
  genuine: boolean;
}

export interface WebhookServer {
  url: string;
  received: Received[];
}

export const authToken = '0123456789abcdef0123456789abcdef';
export const accountSid = `AC${'1'.repeat(32)}`;

const open: http.Server[] = [];

/** Ends every server of the file; call it in `afterEach`. */
export async function closeServers(): Promise<void> {
  await Promise.all(
    open.splice(0).map((server) => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    }),
  );
}

/** A customer's server: keeps what it receives, checks it with Twilio's own library and answers as the test says. */
export async function startWebhookServer(
  answer: (response: http.ServerResponse, received: Received, count: number) => void = (response) =>
    answerTwiml(response, '<Response/>'),
): Promise<WebhookServer> {
  const received: Received[] = [];
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const params = [...new URLSearchParams(Buffer.concat(chunks).toString())];
      const target = request.url ?? '';
      const seen: Received = {
        method: request.method ?? '',
        target,
        headers: request.headers,
        params,
        genuine: isGenuine(request, target, params),
      };
      received.push(seen);
      answer(response, seen, received.length);
    });
  });
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

function isGenuine(request: http.IncomingMessage, target: string, params: [string, string][]): boolean {
  const signature = String(request.headers['x-twilio-signature'] ?? '');
  const url = `http://${request.headers.host}${target}`;
  try {
    return validateRequest(authToken, signature, url, Object.fromEntries(params));
  } catch {
    // Twilio's library throws for some URLs that only an attacker writes.
    return false;
  }
}

export function answerTwiml(response: http.ServerResponse, document: string): void {
  response.writeHead(200, { 'content-type': 'text/xml' }).end(document);
}

export function answerMessage(response: http.ServerResponse, text: string): void {
  answerTwiml(
    response,
    `<?xml version="1.0" encoding="UTF-8"?><Response><Message>${text}</Message></Response>`,
  );
}
