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
import { SyncLimits } from './sync-limits';
import { newSid } from './twilio-account';

interface SyncServiceState {
  sid: string;
  accountSid: string;
  uniqueName: string | null;
  friendlyName: string;
  aclEnabled: boolean;
  made: Date;
  documents: Map<string, SyncObjectState>;
  maps: Map<string, SyncMapState>;
}

interface SyncObjectState {
  sid: string;
  uniqueName: string | null;
  revision: number;
  data: object;
  expires: Date | null;
  made: Date;
  updated: Date;
}

interface SyncMapState extends SyncObjectState {
  items: Map<string, SyncObjectState & { key: string }>;
}

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

const largestData = 16 * 1024;
const longestName = 256;
const name = /^(?![A-Z]{2}[0-9a-f]{32}$).{1,256}$/;
const ttl = /^\d{1,8}$/;

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
    limits.write(map.sid, form.Data?.length ?? 0);
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

function makeService(accountSid: string, uniqueName: string | null): SyncServiceState {
  return {
    sid: newSid('IS'),
    accountSid,
    uniqueName,
    friendlyName: '',
    aclEnabled: false,
    made: new Date(),
    documents: new Map(),
    maps: new Map(),
  };
}

function makeObject(prefix: string, form: Record<string, string>): SyncObjectState {
  const now = new Date();
  return {
    sid: newSid(prefix),
    uniqueName: form.UniqueName ?? null,
    revision: 0,
    data: form.Data === undefined ? {} : readData(form.Data),
    expires: expiry(form),
    made: now,
    updated: now,
  };
}

function update(
  request: Request,
  found: SyncObjectState,
  { mismatch, count }: { mismatch: number; count: (bytes: number) => void },
): void {
  const form = takeForm(request, { optional: { Data: 1e6, Ttl: ttl, ItemTtl: ttl } });
  if (Object.keys(form).length === 0) throw new ApiError(400, 54010, 'No parameters given');
  const data = form.Data === undefined ? found.data : readData(form.Data);
  checkRevision(request, found, mismatch);
  count(form.Data?.length ?? 0);
  found.data = data;
  found.revision += 1;
  found.updated = new Date();
  if (form.Ttl !== undefined || form.ItemTtl !== undefined) found.expires = expiry(form);
}

function checkRevision(request: Request, found: SyncObjectState, mismatch: number): void {
  const wanted = request.get('if-match');
  if (wanted === undefined) return;
  if (!/^"?[0-9a-f]+"?$/.test(wanted)) throw new ApiError(400, 54003, 'Invalid If-Match header');
  if (wanted.replaceAll('"', '') !== revisionOf(found))
    throw new ApiError(412, mismatch, 'The revision of the object does not match the expected revision');
}

function readData(text: string): object {
  if (Buffer.byteLength(text) > largestData) throw new ApiError(413, 54006, 'Request entity too large');
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {}
  if (typeof data !== 'object' || data === null || Array.isArray(data))
    throw new ApiError(400, 20001, 'Data is no JSON object');
  return data;
}

function expiry({ Ttl, ItemTtl }: Record<string, string>): Date | null {
  const seconds = Number(Ttl ?? ItemTtl ?? 0);
  return seconds === 0 ? null : new Date(Date.now() + seconds * 1000);
}

function hasExpired({ expires }: SyncObjectState): boolean {
  return expires !== null && expires.getTime() <= Date.now();
}

function checkName(service: SyncServiceState, wanted: string | null): void {
  if (wanted === null) return;
  if (!name.test(wanted)) throw new ApiError(400, 54302, 'Invalid unique name');
  const taken = [...service.documents.values(), ...service.maps.values()].some(
    (one) => one.uniqueName === wanted && !hasExpired(one),
  );
  if (taken) throw new ApiError(409, 54301, 'Unique name already exists');
}

function findObject<T extends SyncObjectState>(objects: Map<string, T>, wanted: string, code: number): T {
  const found = objects.get(wanted) ?? [...objects.values()].find(({ uniqueName }) => uniqueName === wanted);
  if (found && !hasExpired(found)) return found;
  throw /^[A-Z]{2}[0-9a-f]{32}$/.test(wanted)
    ? missing(code, 'The object was not found')
    : missing(54300, 'Unique name not found');
}

function missing(code: number, message: string): ApiError {
  return new ApiError(404, code, message);
}

/** A page in the envelope of Sync's lists: 50 entries unless PageSize says otherwise, 100 at most. */
function answerPage<T>(
  request: Request,
  response: Response,
  {
    key,
    entries,
    nameOf,
    show,
  }: { key: string; entries: T[]; nameOf: (entry: T) => string; show: (entry: T) => object },
): void {
  const size = Number(request.query.PageSize ?? 50);
  if (!(size >= 1 && size <= 100)) throw new ApiError(400, 20001, 'Invalid value for parameter PageSize');
  const { PageToken: token } = request.query;
  const start = token === undefined ? 0 : entries.findIndex((entry) => `PT${nameOf(entry)}` === token) + 1;
  const shown = entries.slice(start, start + size);
  const last = shown.at(-1);
  const here = `https://${request.hostname}${request.baseUrl}${request.path}`;
  const page = Number(request.query.Page ?? 0);
  const more = last !== undefined && start + size < entries.length;
  response.json({
    [key]: shown.map(show),
    meta: {
      key,
      page,
      page_size: size,
      url: `${here}?PageSize=${size}&Page=${page}`,
      first_page_url: `${here}?PageSize=${size}&Page=0`,
      previous_page_url: null,
      next_page_url: more
        ? `${here}?PageSize=${size}&Page=${page + 1}&PageToken=PT${encodeURIComponent(nameOf(last))}`
        : null,
    },
  });
}

function revisionOf({ revision }: SyncObjectState): string {
  return revision.toString(16);
}

function showObject(one: SyncObjectState, service: SyncServiceState): object {
  return {
    account_sid: service.accountSid,
    service_sid: service.sid,
    revision: revisionOf(one),
    date_expires: one.expires?.toISOString() ?? null,
    date_created: one.made.toISOString(),
    date_updated: one.updated.toISOString(),
    created_by: 'system',
  };
}

function showDocument(one: SyncObjectState, service: SyncServiceState): object {
  const url = `${urlOf(service)}/Documents/${one.sid}`;
  return {
    sid: one.sid,
    unique_name: one.uniqueName,
    ...showObject(one, service),
    data: one.data,
    url,
    links: { permissions: `${url}/Permissions` },
  };
}

function showMap(one: SyncMapState, service: SyncServiceState): object {
  const url = `${urlOf(service)}/Maps/${one.sid}`;
  return {
    sid: one.sid,
    unique_name: one.uniqueName,
    ...showObject(one, service),
    url,
    links: { items: `${url}/Items`, permissions: `${url}/Permissions` },
  };
}

function showItem(
  one: SyncObjectState & { key: string },
  { map, service }: { map: SyncMapState; service: SyncServiceState },
): object {
  return {
    key: one.key,
    map_sid: map.sid,
    ...showObject(one, service),
    data: one.data,
    url: `${urlOf(service)}/Maps/${map.sid}/Items/${encodeURIComponent(one.key)}`,
  };
}

function showService(service: SyncServiceState): object {
  const url = urlOf(service);
  return {
    sid: service.sid,
    unique_name: service.uniqueName,
    account_sid: service.accountSid,
    friendly_name: service.friendlyName,
    date_created: service.made.toISOString(),
    date_updated: service.made.toISOString(),
    url,
    webhook_url: null,
    webhooks_from_rest_enabled: false,
    reachability_webhooks_enabled: false,
    acl_enabled: service.aclEnabled,
    reachability_debouncing_enabled: false,
    reachability_debouncing_window: 5000,
    links: {
      documents: `${url}/Documents`,
      lists: `${url}/Lists`,
      maps: `${url}/Maps`,
      streams: `${url}/Streams`,
    },
  };
}

function urlOf({ sid }: SyncServiceState): string {
  return `https://sync.twilio.com/v1/Services/${sid}`;
}

function wait(ms: number): Promise<void> | undefined {
  return ms > 0 ? new Promise((resolve) => setTimeout(resolve, ms)) : undefined;
}
