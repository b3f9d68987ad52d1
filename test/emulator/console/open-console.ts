import { randomUUID } from 'node:crypto';
import type http from 'node:http';
import { type Console, startConsole } from '../../../src/emulator/console/console-server';
import { MessageLog } from '../../../src/emulator/phone/message-log';
import { Messaging } from '../../../src/emulator/phone/messaging';
import { RequestLog } from '../../../src/emulator/request-log';
import {
  accountSid,
  answerMessage,
  authToken,
  type Received,
  startWebhookServer,
  type WebhookServer,
} from '../phone/webhook-server';

export interface OpenConsole {
  console: Console;
  edge: WebhookServer;
  log: RequestLog;
  messages: MessageLog;
}

export const results = {
  event: { title: 'Test event' },
  sessions: [
    {
      keyword: 'KEYNOTE',
      title: 'Opening',
      state: 'open',
      count: 2,
      average: 4.5,
      median: 4.5,
      histogram: { 1: 0, 2: 0, 3: 0, 4: 1, 5: 1 },
      comments: [],
    },
  ],
};

/** A console in front of a small edge: it refuses what Twilio's library refuses and writes every request into the log. */
export async function openConsole(): Promise<OpenConsole> {
  const log = new RequestLog();
  const messages = new MessageLog();
  const edge = await startWebhookServer((response, received) => {
    if (received.target === '/results') {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(results));
      write(received, { status: 200, text: '' }, log);
      return;
    }
    answerAsEdge(response, received, log);
  });
  const console = await startConsole({
    log,
    messages,
    messaging: new Messaging(),
    webhook: { url: `${edge.url}/sms/incoming`, accountSid, authToken },
    edge: { publicUrl: edge.url, edgeUrl: edge.url },
    explain: () => null,
  });
  return { console, edge, log, messages };
}

function answerAsEdge(response: http.ServerResponse, received: Received, log: RequestLog): void {
  const { params, genuine } = received;
  const text = genuine ? `Thanks for "${new Map(params).get('Body')}"`.replaceAll('&', '+') : 'Unauthorized';
  if (genuine) answerMessage(response, text);
  else response.writeHead(403, { 'content-type': 'text/plain' }).end(text);
  write(received, { status: genuine ? 200 : 403, text }, log);
}

function write(
  { method, target, headers, params }: Received,
  { status, text }: { status: number; text: string },
  log: RequestLog,
): void {
  const passed = status === 200;
  log.add({
    id: randomUUID(),
    at: Date.now(),
    method,
    url: `http://${headers.host}${target}`,
    status,
    verdict: passed ? 'passed' : 'refused',
    reason: passed ? null : headers['x-twilio-signature'] ? 'signature-mismatch' : 'missing-signature',
    ms: 3,
    headers: Object.entries(headers).map(([name, value]) => [name, String(value)]),
    body: Buffer.from(new URLSearchParams(params).toString()),
    response: {
      headers: [['content-type', passed ? 'text/xml' : 'text/plain']],
      body: Buffer.from(passed ? `<Response><Message>${text}</Message></Response>` : text),
    },
  });
}
