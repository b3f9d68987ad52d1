/**
 * A stand-in for Twilio's cloud on this machine, for tests of what deploys and configures. The real `twilio-run` and the
 * real `twilio` client reach it unchanged: `HTTP_PROXY` makes both ask a proxy for a tunnel (CONNECT) to the host, the proxy
 * leads every tunnel to one TLS server here, and `NODE_EXTRA_CA_CERTS` makes its certificate trusted. What is deployed
 * through it is served at its `*.twil.io` name, behind the checks of the platform.
 *
 * Requests, and its own answers, are held to Twilio's OpenAPI description (description/check-call.ts). What else is known of
 * each part stands with its source in the head of the part (serverless-api.ts, numbers-api.ts, sync-api.ts, deployed-site.ts). For all:
 * Basic authentication with AccountSid and either Auth Token, https://www.twilio.com/docs/usage/requests-to-twilio; errors
 * `{ code, message, more_info, status }`, https://www.twilio.com/docs/usage/twilios-response; 20003 for wrong credentials.
 *
 * Gaps: no rate limits but those of Sync, no API keys, no OAuth, one region (names of others lead to the same place).
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import express, { type RequestHandler } from 'express';
import { generate } from 'selfsigned';
import { ApiError, answerError } from './api-answers';
import { deliverCall, deliverText } from './deliver';
import { DeployedSites } from './deployed-site';
import { checkCalls } from './description/check-call';
import { accountsApi, messagingApi } from './numbers-api';
import { recordsApi } from './records-api';
import { serverlessApi, serverlessUploadApi } from './serverless-api';
import { type SyncStandIn, syncStandIn } from './sync-api';
import { newSid, type TwilioState } from './twilio-account';
import { type Visit, visitSite } from './visit-site';

/** One request that reached the stand-in. */
export interface Call {
  method: string;
  host: string;
  path: string;
}

/** What goes wrong, for the next requests that match. */
export interface Fault {
  /** Tested on `METHOD host/path`. */
  on: RegExp;
  /** An error of the API, no answer at all, or the right one after something else has happened. */
  answer: { status: number; code: number; message: string } | 'time-out' | (() => Promise<void>);
  times?: number;
  /** How many matching requests pass before. */
  skip?: number;
}

export interface TwilioStandIn {
  state: TwilioState;
  /** sync.twilio.com: what is stored there, its limits and its faults. */
  sync: SyncStandIn;
  /** The account that owns everything made without another. */
  accountSid: string;
  authToken: string;
  /** What a process needs in its environment to take this for Twilio. */
  environment: Record<string, string>;
  /** Requests to its APIs, oldest first. */
  calls: Call[];
  fail(fault: Fault): void;
  /** Forgets faults that no request met. */
  stopFailing(): void;
  /** Somebody texts a number: Twilio calls the webhook that its settings name, signed, and gets the answer. */
  text(phoneNumber: string, body: string): Promise<Visit>;
  /** Somebody calls a number and presses keys. */
  call(phoneNumber: string, keys: string): Promise<Visit>;
  /** Ends the processes that run functions; the next request starts them anew, as Twilio does all the time. */
  coolDown(): void;
  /** Opens a deployed URL without a signature. */
  visit(url: string): Promise<Visit>;
  close(): Promise<void>;
}

export async function startTwilio(further: Record<string, RequestHandler> = {}): Promise<TwilioStandIn> {
  const account = {
    sid: newSid('AC'),
    primaryToken: newSid('').padEnd(32, '0'),
    secondaryToken: null,
    status: 'active' as const,
  };
  const state: TwilioState = {
    accounts: [{ ...account, ownerSid: account.sid }],
    numbers: [],
    applications: [],
    messagingServices: [],
    services: [],
    records: [],
    buildOutcomes: [],
  };
  const sync = syncStandIn();
  const dir = mkdtempSync(path.join(tmpdir(), 'stand-in-twilio-'));
  const certificateFile = path.join(dir, 'certificate.pem');
  const environment: Record<string, string> = { NODE_EXTRA_CA_CERTS: certificateFile };
  const sites = new DeployedSites(state, () => environment);
  const calls: Call[] = [];
  const faults: Fault[] = [];

  const apis: Record<string, RequestHandler> = {
    'serverless.twilio.com': express().use('/v1', serverlessApi(state)),
    'serverless-upload.twilio.com': express().use('/v1', serverlessUploadApi(state)),
    'api.twilio.com': express().use('/2010-04-01', accountsApi(state)).use('/2010-04-01', recordsApi(state)),
    'messaging.twilio.com': express().use('/v1', messagingApi(state)),
    'sync.twilio.com': express().use('/v1', sync.api),
    ...further,
  };
  const door = express()
    .use((request, _response, next) => {
      const { method, hostname: host, path: target } = request;
      calls.push({ method, host, path: target });
      const fault = takeFault(faults, `${method} ${host}${target}`);
      if (fault === undefined) return next();
      if (fault.answer === 'time-out') return;
      if (typeof fault.answer === 'function') {
        fault.answer().then(() => next(), next);
        return;
      }
      const { status, code, message } = fault.answer;
      // Not before all of it has arrived: who still sends would see a broken pipe instead of the answer.
      request.on('end', () => next(new ApiError(status, code, message))).resume();
    })
    .use(authenticate(state))
    .use(express.urlencoded({ extended: false }))
    .use(checkCalls())
    .use((request, response, next) => {
      // https://www.twilio.com/docs/global-infrastructure: HOST.EDGE.REGION.twilio.com
      const host = request.hostname.replace(/^([\w-]+)(?:\.[\w-]+)*\.twilio\.com$/, '$1.twilio.com');
      const api = apis[host];
      if (api) api(request, response, next);
      else next(new ApiError(404, 20404, `The requested resource ${request.path} was not found`));
    })
    .use((request, _response, next) =>
      next(new ApiError(404, 20404, `The requested resource ${request.path} was not found`)),
    )
    .use(answerError);

  const certificate = await makeCertificate();
  writeFileSync(certificateFile, certificate.cert);
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    if (!request.headers.host?.endsWith('.twil.io')) door(request, response);
    else
      sites.answer(request, response).catch((error: unknown) => {
        response.writeHead(500).end(String(error));
      });
  };
  const tls = createTlsServer(certificate, answer);
  const tlsPort = await listen(tls);
  const proxy = createServer((_request, response) => response.writeHead(405).end());
  const sockets = new Set<Socket>();
  proxy.on('connect', (request, socket: Socket) => {
    if (!/\.(?:twilio\.com|twil\.io):443$/.test(request.url ?? '')) {
      socket.end('HTTP/1.1 502 Not Twilio\r\n\r\n');
      return;
    }
    const tunnel = connect(tlsPort, '127.0.0.1', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
    sockets.add(socket).add(tunnel);
    socket.pipe(tunnel).pipe(socket);
    socket.on('error', () => tunnel.destroy()).on('close', () => tunnel.destroy());
    tunnel.on('error', () => socket.destroy()).on('close', () => socket.destroy());
  });
  environment.HTTP_PROXY = `http://127.0.0.1:${await listen(proxy)}`;

  return {
    state,
    sync,
    accountSid: account.sid,
    authToken: account.primaryToken,
    environment,
    calls,
    fail: (fault) => faults.push(fault),
    stopFailing: () => void faults.splice(0),
    text: (phoneNumber, body) =>
      deliverText(state, { phoneNumber, body }, { port: tlsPort, ca: certificate.cert }),
    coolDown: () => sites.close(),
    call: (phoneNumber, keys) =>
      deliverCall(state, { phoneNumber, keys }, { port: tlsPort, ca: certificate.cert }),
    visit: (url) => visitSite(url, { port: tlsPort, ca: certificate.cert }),
    close: async () => {
      sites.close();
      for (const socket of sockets) socket.destroy();
      await Promise.all([tls, proxy].map((server) => new Promise((done) => server.close(done))));
      rmSync(dir, { recursive: true });
    },
  };
}

// The account of the Basic credentials; closed accounts and wrong tokens get what Twilio answers.
function authenticate(state: TwilioState): RequestHandler {
  return (request, response, next) => {
    const [, encoded = ''] = /^Basic (\S+)$/.exec(request.headers.authorization ?? '') ?? [];
    const [sid = '', token = ''] = Buffer.from(encoded, 'base64').toString().split(':');
    const account = state.accounts.find(
      (one) => one.sid === sid && [one.primaryToken, one.secondaryToken].includes(token),
    );
    if (account?.status !== 'active') return next(new ApiError(401, 20003, 'Authenticate'));
    response.locals.account = account;
    next();
  };
}

function takeFault(faults: Fault[], request: string): Fault | undefined {
  const fault = faults.find(({ on }) => on.test(request));
  if (!fault) return undefined;
  if (fault.skip) {
    fault.skip -= 1;
    return undefined;
  }
  fault.times = (fault.times ?? 1) - 1;
  if (fault.times <= 0) faults.splice(faults.indexOf(fault), 1);
  return fault;
}

async function makeCertificate(): Promise<{ cert: string; key: string }> {
  const names = ['*.twilio.com', '*.dublin.ie1.twilio.com', '*.twil.io', '*.dublin.ie1.twil.io'];
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'Twilio stand-in' }], {
    keyType: 'ec',
    extensions: [{ name: 'subjectAltName', altNames: names.map((value) => ({ type: 2, value })) }],
  });
  return { cert, key };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
