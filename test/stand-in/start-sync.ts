import { Agent, createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { generate } from 'selfsigned';
import twilio from 'twilio';
import type { RatingStore } from '../../src/storage/rating-store';
import type { StoreSettings } from '../../src/storage/store-settings';
import type { SyncRequests } from '../../src/storage/sync/sync-client';
import { openSyncStore } from '../../src/storage/sync/sync-store';
import { ApiError, answerError } from './api-answers';
import { checkCalls } from './description/check-call';
import { type SyncStandIn, syncStandIn } from './sync-api';
import { newSid } from './twilio-account';

export interface StartedSync extends SyncStandIn, SyncAddress {
  accountSid: string;
  authToken: string;
  /** A store as a process of its own would open it: through the real client, over connections of its own. */
  open(settings?: Partial<StoreSettings>): RatingStore;
  /** The same for a process that dies when it wants to call once more than `calls` times. */
  openDying(calls: number): { store: RatingStore; dead: Promise<void> };
  connect: Connect;
  close(): Promise<void>;
}

/** Where a process finds the stand-in, and what it must trust. */
export interface SyncAddress {
  port: number;
  ca: string;
}

type Connect = (credentials: { accountSid: string; authToken: string }) => SyncRequests;

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
    .use(checkCalls())
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
  const address = { port: (server.address() as AddressInfo).port, ca: cert };
  const { connect, close } = connectToSync(address);
  const settings = { deployed: true, accountSid, authToken };
  return Object.assign(sync, address, {
    accountSid,
    authToken,
    connect,
    open: (change: Partial<StoreSettings> = {}) => openSyncStore({ ...settings, ...change }, connect),
    openDying: (calls: number) => {
      let die = () => {};
      const dead = new Promise<void>((resolve) => {
        die = resolve;
      });
      const store = openSyncStore(settings, (credentials) => dyingAfter(calls, connect(credentials), die));
      return { store, dead };
    },
    close: async () => {
      close();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  });
}

function dyingAfter(calls: number, client: SyncRequests, die: () => void): SyncRequests {
  let left = calls;
  return {
    request: (options) => {
      left -= 1;
      if (left >= 0) return client.request(options);
      die();
      return new Promise(() => {});
    },
  };
}

/** Makes real clients that take the stand-in for Twilio, each with connections of its own. */
export function connectToSync(address: SyncAddress): { connect: Connect; close(): void } {
  const agents: Agent[] = [];
  return {
    connect: ({ accountSid, authToken }) => {
      const client = twilio(accountSid, authToken);
      const agent = new SyncAgent(address);
      agents.push(agent);
      // The client's own way of sending, with another idea of where sync.twilio.com is.
      const { axios } = client.httpClient as unknown as { axios: { defaults: { httpsAgent: Agent } } };
      axios.defaults.httpsAgent = agent;
      return client as unknown as SyncRequests;
    },
    close: () => {
      for (const agent of agents) agent.destroy();
    },
  };
}

class SyncAgent extends Agent {
  constructor(private readonly address: SyncAddress) {
    super({ keepAlive: true, maxSockets: 64, ca: address.ca });
  }

  override createConnection(
    ...args: Parameters<Agent['createConnection']>
  ): ReturnType<Agent['createConnection']> {
    const [options, ...rest] = args;
    return super.createConnection(
      { ...(options as object), host: '127.0.0.1', port: this.address.port, servername: 'sync.twilio.com' },
      ...rest,
    );
  }
}
