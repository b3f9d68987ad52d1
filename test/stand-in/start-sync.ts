import { Agent, createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { generate } from 'selfsigned';
import twilio from 'twilio';
import type { RatingStore } from '../../src/storage/rating-store';
import type { StoreSettings } from '../../src/storage/store-settings';
import type { SyncRequests } from '../../src/storage/sync-client';
import { openSyncStore } from '../../src/storage/sync-store';
import { ApiError, answerError } from './api-answers';
import { type SyncStandIn, syncStandIn } from './sync-api';
import { newSid } from './twilio-account';

export interface StartedSync extends SyncStandIn {
  accountSid: string;
  authToken: string;
  /** A store as a process of its own would open it: through the real client, over connections of its own. */
  open(settings?: Partial<StoreSettings>): RatingStore;
  close(): Promise<void>;
}

/** sync.twilio.com alone, for tests of the store: TLS on a port of this machine, which the real client takes for Twilio. */
export async function startSync(): Promise<StartedSync> {
  const sync = syncStandIn();
  const accountSid = newSid('AC');
  const authToken = newSid('').padEnd(32, '0');
  const basic = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;
  const app = express()
    .use((request, response, next) => {
      response.locals.account = { sid: accountSid };
      next(request.get('authorization') === basic ? undefined : new ApiError(401, 20003, 'Authenticate'));
    })
    .use(express.urlencoded({ extended: false }))
    .use('/v1', sync.api)
    .use((request, _response, next) =>
      next(new ApiError(404, 20404, `The requested resource ${request.path} was not found`)),
    )
    .use(answerError);
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'Sync stand-in' }], {
    keyType: 'ec',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'sync.twilio.com' }] }],
  });
  const server = createTlsServer({ cert, key }, app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  const agents: Agent[] = [];
  const connect = (credentials: { accountSid: string; authToken: string }): SyncRequests => {
    const client = twilio(credentials.accountSid, credentials.authToken);
    const agent = new SyncAgent({ port, ca: cert });
    agents.push(agent);
    // The client's own way of sending, with another idea of where sync.twilio.com is.
    const { axios } = client.httpClient as unknown as { axios: { defaults: { httpsAgent: Agent } } };
    axios.defaults.httpsAgent = agent;
    return client as unknown as SyncRequests;
  };
  return Object.assign(sync, {
    accountSid,
    authToken,
    open: (settings: Partial<StoreSettings> = {}) =>
      openSyncStore({ deployed: true, accountSid, authToken, ...settings }, connect),
    close: async () => {
      for (const agent of agents) agent.destroy();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  });
}

class SyncAgent extends Agent {
  constructor(private readonly target: { port: number; ca: string }) {
    super({ keepAlive: true, maxSockets: 64, ca: target.ca });
  }

  override createConnection(
    ...args: Parameters<Agent['createConnection']>
  ): ReturnType<Agent['createConnection']> {
    const [options, ...rest] = args;
    return super.createConnection(
      { ...(options as object), host: '127.0.0.1', port: this.target.port, servername: 'sync.twilio.com' },
      ...rest,
    );
  }
}
