/**
 * sync.twilio.com, as far as the store uses it: Services, Documents, Maps and their items.
 *
 * Shapes: https://github.com/twilio/twilio-oai/blob/main/spec/json/twilio_sync_v1.json. Limits: sync-limits.ts. Codes:
 * https://www.twilio.com/docs/api/errors (54006 too large, 54100 and 54103 Document, 54201, 54205 and 54208 Map item, 54300
 * to 54302 unique names, 54010 no parameters); 404, 409 and 412 as the live tests of
 * https://github.com/twilio/twilio-sync-sdk have them. Revisions: https://www.twilio.com/docs/sync/mutation-and-conflict-resolution.
 *
 * Gaps: no Lists, Streams, permissions or webhooks; one reading of what is not documented, the stricter one: unique names
 * are unique over all kinds of objects of a service.
 */
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { ApiError, callerOf, takeForm } from './api-answers';
import { answerPage, showDocument, showItem, showMap, showService } from './sync-answers';
import { SyncLimits } from './sync-limits';
import {
  checkName,
  checkRevision,
  findObject,
  hasExpired,
  longestName,
  makeObject,
  makeService,
  missing,
  revisionOf,
  type SyncMapState,
  type SyncServiceState,
  ttl,
  update,
} from './sync-objects';

/**
 * What goes wrong with a request. `no-answer`: it is not done, and nothing comes back. `answer-lost`: it is done, and nothing
 * comes back. `reset` and `reset-after`: the same, but the connection breaks at once.
 */
export type SyncFault =
  | { status: number; code: number }
  | 'no-answer'
  | 'answer-lost'
  | 'reset'
  | 'reset-after';

export interface SyncStandIn {
  api: RequestHandler;
  /** `METHOD /path` of every request, oldest first. */
  calls: string[];
  limits: SyncLimits;
  /** Says for each request what goes wrong with it; nothing unless replaced. */
  fault: (call: string) => SyncFault | undefined;
  /** Milliseconds from request to answer, half of them before it is done; 0 unless replaced. */
  latency: () => number;
  /** Services of all accounts, by sid. */
  services: Map<string, SyncServiceState>;
}

export function syncStandIn(): SyncStandIn {
  const standIn: SyncStandIn = {
    api: (request, response, next) => {
      takeRequest(standIn, router, { request, response, next });
    },
    calls: [],
    limits: new SyncLimits(),
    fault: () => undefined,
    latency: () => 0,
    services: new Map(),
  };
  const router = makeRouter(standIn);
  return standIn;
}

async function takeRequest(
  standIn: SyncStandIn,
  router: Router,
  { request, response, next }: { request: Request; response: Response; next: (error?: unknown) => void },
): Promise<void> {
  const call = `${request.method} ${request.path}`;
  standIn.calls.push(call);
  const fault = standIn.fault(call);
  const half = standIn.latency() / 2;
  await wait(half);
  if (fault === 'no-answer') return;
  if (fault === 'reset') {
    request.socket.destroy();
    return;
  }
  if (typeof fault === 'object') {
    await wait(half);
    next(new ApiError(fault.status, fault.code, 'A fault of the stand-in'));
    return;
  }
  const send = response.end.bind(response);
  response.end = ((...args: []) => {
    if (fault === 'reset-after') request.socket.destroy();
    else if (fault !== 'answer-lost') setTimeout(() => send(...args), half);
    return response;
  }) as typeof response.end;
  router(request, response, next);
}

function makeRouter({ services, limits }: SyncStandIn): Router {
  const api = Router();

  const findService = (request: Request, response: Response): SyncServiceState => {
    const { sid: owner } = callerOf(response);
    const wanted = String(request.params.service);
    if (wanted === 'default' && !services.has(owner)) services.set(owner, makeService(owner, 'default'));
    const found = services.get(wanted === 'default' ? owner : wanted);
    if (found?.accountSid !== owner)
      throw missing(20404, `The requested resource ${request.path} was not found`);
    return found;
  };
  const findDocument = (request: Request, service: SyncServiceState) =>
    findObject(service.documents, String(request.params.document), 54100);
  const findMap = (request: Request, service: SyncServiceState) =>
    findObject(service.maps, String(request.params.map), 54200);
  const findItem = (request: Request, map: SyncMapState) => {
    const item = map.items.get(String(request.params.key));
    if (!item || hasExpired(item)) throw missing(54201, 'Map Item not found');
    return item;
  };

  api.post('/Services', (request, response) => {
    const form = takeForm(request, { optional: { FriendlyName: 256, AclEnabled: /^(?:true|false)$/ } });
    const { sid: owner } = callerOf(response);
    const service = makeService(owner, null);
    service.friendlyName = form.FriendlyName ?? '';
    service.aclEnabled = form.AclEnabled === 'true';
    services.set(service.sid, service);
    response.status(201).json(showService(service));
  });
  api.get('/Services/:service', (request, response) => {
    response.json(showService(findService(request, response)));
  });
  api.delete('/Services/:service', (request, response) => {
    services.delete(findService(request, response).sid);
    response.status(204).end();
  });

  api.get('/Services/:service/Documents', (request, response) => {
    const service = findService(request, response);
    limits.read(service.sid);
    const all = [...service.documents.values()].filter((one) => !hasExpired(one));
    answerPage(request, response, {
      key: 'documents',
      entries: all,
      nameOf: ({ sid }) => sid,
      show: (one) => showDocument(one, service),
    });
  });
  api.post('/Services/:service/Documents', (request, response) => {
    const service = findService(request, response);
    const form = takeForm(request, { optional: { UniqueName: longestName * 2, Data: 1e6, Ttl: ttl } });
    const document = makeObject('ET', form);
    checkName(service, document.uniqueName);
    limits.create(service.sid);
    service.documents.set(document.sid, document);
    response.status(201).set('ETag', revisionOf(document)).json(showDocument(document, service));
  });
  const document = '/Services/:service/Documents/:document';
  api.get(document, (request, response) => {
    const service = findService(request, response);
    const found = findDocument(request, service);
    limits.read(found.sid);
    response.set('ETag', revisionOf(found)).json(showDocument(found, service));
  });
  api.post(document, (request, response) => {
    const service = findService(request, response);
    const found = findDocument(request, service);
    update(request, found, { mismatch: 54103, count: (bytes) => limits.write(found.sid, bytes) });
    response.set('ETag', revisionOf(found)).json(showDocument(found, service));
  });
  api.delete(document, (request, response) => {
    const service = findService(request, response);
    service.documents.delete(findDocument(request, service).sid);
    response.status(204).end();
  });

  api.post('/Services/:service/Maps', (request, response) => {
    const service = findService(request, response);
    const form = takeForm(request, {
      optional: { UniqueName: longestName * 2, Ttl: ttl, CollectionTtl: ttl },
    });
    const map: SyncMapState = { ...makeObject('MP', form), items: new Map() };
    checkName(service, map.uniqueName);
    limits.create(service.sid);
    service.maps.set(map.sid, map);
    response.status(201).json(showMap(map, service));
  });
  api.get('/Services/:service/Maps/:map', (request, response) => {
    const service = findService(request, response);
    response.json(showMap(findMap(request, service), service));
  });
  const items = '/Services/:service/Maps/:map/Items';
  api.get(items, (request, response) => {
    const service = findService(request, response);
    const map = findMap(request, service);
    limits.read(map.sid);
    const all = [...map.items.values()].filter((one) => !hasExpired(one));
    answerPage(request, response, {
      key: 'items',
      entries: all.sort((a, b) => (a.key < b.key ? -1 : 1)),
      nameOf: ({ key }) => key,
      show: (item) => showItem(item, { map, service }),
    });
  });
  api.post(items, (request, response) => {
    const service = findService(request, response);
    const map = findMap(request, service);
    const form = takeForm(request, {
      required: { Key: 1e6, Data: 1e6 },
      optional: { Ttl: ttl, ItemTtl: ttl },
    });
    const key = form.Key ?? '';
    if (key.length < 1 || key.length > 256) throw new ApiError(400, 54209, 'Invalid Map Item key');
    const item = { ...makeObject('', form), key };
    const known = map.items.get(key);
    if (known && !hasExpired(known)) throw new ApiError(409, 54208, 'Map Item already exists');
    limits.write(map.sid, Buffer.byteLength(form.Data ?? ''));
    map.items.set(key, item);
    response.status(201).set('ETag', revisionOf(item)).json(showItem(item, { map, service }));
  });
  const item = '/Services/:service/Maps/:map/Items/:key';
  api.get(item, (request, response) => {
    const service = findService(request, response);
    const map = findMap(request, service);
    limits.read(map.sid);
    const found = findItem(request, map);
    response.set('ETag', revisionOf(found)).json(showItem(found, { map, service }));
  });
  api.post(item, (request, response) => {
    const service = findService(request, response);
    const map = findMap(request, service);
    const found = findItem(request, map);
    update(request, found, { mismatch: 54205, count: (bytes) => limits.write(map.sid, bytes) });
    response.set('ETag', revisionOf(found)).json(showItem(found, { map, service }));
  });
  api.delete(item, (request, response) => {
    const map = findMap(request, findService(request, response));
    const found = findItem(request, map);
    checkRevision(request, found, 54205);
    limits.write(map.sid, 0);
    map.items.delete(found.key);
    response.status(204).end();
  });
  return api;
}

function wait(ms: number): Promise<void> | undefined {
  return ms > 0 ? new Promise((resolve) => setTimeout(resolve, ms)) : undefined;
}
