import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { generate } from 'selfsigned';
import { Messaging, type Webhook } from '../../../src/emulator/phone/messaging';
import { accountSid, authToken, closeServers, startWebhookServer } from './webhook-server';

let server: https.Server | undefined;

afterEach(async () => {
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(null)));
  server = undefined;
  await closeServers();
});

/** A server with a certificate for `name`. */
async function start(name: string, { expired = false } = {}): Promise<{ url: string; ca: string }> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
    keySize: 2048,
    notBeforeDate: new Date(expired ? '2020-01-01' : '2026-01-01'),
    notAfterDate: new Date(expired ? '2020-02-01' : '2046-01-01'),
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: name }] }],
  });
  const started = https.createServer({ cert, key }, (request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'text/xml', connection: 'close' }).end('<Response/>');
  });
  server = started;
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  return { url: `https://localhost:${(started.address() as AddressInfo).port}/sms`, ca: cert };
}

async function codesOf(url: string, webhook: Partial<Webhook> = {}): Promise<number[]> {
  const delivery = await new Messaging().receive(
    { from: '+15550100001', body: 'KEYNOTE 5' },
    { url, accountSid, authToken, ...webhook },
  );
  return delivery.problems.map(({ code }) => code);
}

describe('a certificate', () => {
  it('that somebody trusted signed is fine', async () => {
    const { url, ca } = await start('localhost');
    expect(await codesOf(url, { ca })).toEqual([]);
  });

  it('that nobody trusted signed counts as 11237, unless any will do', async () => {
    const { url } = await start('localhost');
    expect(await codesOf(url)).toEqual([11237]);
    expect(await codesOf(url, { insecure: true })).toEqual([]);
  });

  it('for another host counts as 11235', async () => {
    const { url, ca } = await start('other.example');
    expect(await codesOf(url, { ca })).toEqual([11235]);
  });

  it('that has expired counts as 11236', async () => {
    const { url, ca } = await start('localhost', { expired: true });
    expect(await codesOf(url, { ca })).toEqual([11236]);
  });

  it('that is none, because the server speaks HTTP only, counts as 11220', async () => {
    const plain = await startWebhookServer();
    expect(await codesOf(plain.url.replace('http:', 'https:'))).toEqual([11220]);
  });
});
