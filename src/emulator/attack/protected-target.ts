import { randomBytes } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import type { EdgePolicy } from '../edge';
import { createGateway } from '../gateway';
import type { Route } from '../routes';
import { type Eavesdropper, startEavesdropper } from './eavesdropper';
import { RatingApp } from './rating-app';

/** The ways of the article, one by one and together. */
export interface Protection {
  name: string;
  https: boolean;
  basic: boolean;
  signature: boolean;
  exactlyOnce: boolean;
}

const none = { https: false, basic: false, signature: false, exactlyOnce: false };

export const protections: readonly Protection[] = [
  { ...none, name: 'none' },
  { ...none, name: 'HTTPS', https: true },
  { ...none, name: 'Basic', basic: true },
  { ...none, name: 'signature', signature: true },
  { ...none, name: 'signature+once', signature: true, exactlyOnce: true },
  { name: 'all', https: true, basic: true, signature: true, exactlyOnce: true },
];

export interface ProtectedTarget {
  app: RatingApp;
  /** What is configured at the number: with the password, where there is one. */
  webhookUrl: string;
  /** Where attackers and Twilio come in: past the eavesdropper. */
  origin: string;
  line: Eavesdropper;
  authToken: string;
  close(): Promise<void>;
}

/** The rating application on sockets of its own, with one set of protections and somebody on the line. */
export async function startProtectedTarget(protection: Protection): Promise<ProtectedTarget> {
  const authToken = randomBytes(16).toString('hex');
  const userinfo = protection.basic ? `twilio:${randomBytes(12).toString('base64url')}` : null;
  const app = new RatingApp({ basic: userinfo, exactlyOnce: protection.exactlyOnce });
  const tls = protection.https ? await makeCertificate() : undefined;
  const policy: EdgePolicy = { routes, keys: [{ secret: authToken }], publicUrls: [] };
  const server = protection.signature ? behindEdge(app, { policy, tls }) : unguarded(app, tls);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const line = await startEavesdropper((server.address() as AddressInfo).port);
  const host = `127.0.0.1:${line.port}`;
  const scheme = protection.https ? 'https' : 'http';
  policy.publicUrls = [`${scheme}://${host}`];
  return {
    app,
    webhookUrl: `${scheme}://${userinfo === null ? '' : `${userinfo}@`}${host}/sms/incoming`,
    origin: `${scheme}://${host}`,
    line,
    authToken,
    async close() {
      await line.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const routes: ReadonlyMap<string, Route> = new Map(
  [
    { path: '/sms/incoming', kind: 'function', access: 'protected', filePath: '' },
    { path: '/sms/fallback', kind: 'function', access: 'protected', filePath: '' },
    { path: '/event.json', kind: 'asset', access: 'private', filePath: '' },
  ].map((route) => [route.path, route as Route]),
);

interface Certificate {
  cert: string;
  key: string;
}

function behindEdge(
  app: RatingApp,
  { policy, tls }: { policy: EdgePolicy; tls: Certificate | undefined },
): http.Server {
  return createGateway({
    policy: () => policy,
    enforce: 'on',
    tls,
    onRequest: () => {},
    runtime: {
      async send({ method, target, rawHeaders, body }) {
        const headers: Record<string, string> = {};
        for (let at = 0; at < rawHeaders.length; at += 2) {
          headers[String(rawHeaders[at]).toLowerCase()] = String(rawHeaders[at + 1]);
        }
        const answer = app.answer({ method, target, headers, body: body.toString('utf8') });
        return {
          status: answer.status,
          rawHeaders: ['content-type', answer.type, ...Object.entries(answer.headers ?? {}).flat()],
          body: Buffer.from(answer.body),
        };
      },
    },
  });
}

function unguarded(app: RatingApp, tls: Certificate | undefined): http.Server {
  const handle: http.RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('error', () => response.destroy());
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { status, type, body, headers } = app.answer({
        method: request.method ?? '',
        target: request.url ?? '',
        headers: request.headers as Record<string, string | undefined>,
        body: Buffer.concat(chunks).toString('utf8'),
      });
      response.writeHead(status, { 'content-type': type, ...headers }).end(body);
    });
  };
  return tls ? (https.createServer(tls, handle) as unknown as http.Server) : http.createServer(handle);
}

async function makeCertificate(): Promise<Certificate> {
  const { generate } = await import('selfsigned');
  const { cert, private: key } = await generate([{ name: 'commonName', value: '127.0.0.1' }], {
    keySize: 2048,
  });
  return { cert, key };
}
