/** What Sync keeps, and what it lets nobody do with it; sync-api.ts has the sources. */
import type { Request } from 'express';
import { ApiError, takeForm } from './api-answers';
import { newSid } from './twilio-account';

export interface SyncServiceState {
  sid: string;
  accountSid: string;
  uniqueName: string | null;
  friendlyName: string;
  aclEnabled: boolean;
  made: Date;
  documents: Map<string, SyncObjectState>;
  maps: Map<string, SyncMapState>;
}

export interface SyncObjectState {
  sid: string;
  uniqueName: string | null;
  revision: number;
  data: object;
  expires: Date | null;
  made: Date;
  updated: Date;
}

export interface SyncMapState extends SyncObjectState {
  items: Map<string, SyncObjectState & { key: string }>;
}

const largestData = 16 * 1024;
export const longestName = 256;
const name = /^(?![A-Z]{2}[0-9a-f]{32}$).{1,256}$/;
export const ttl = /^\d{1,8}$/;

export function makeService(accountSid: string, uniqueName: string | null): SyncServiceState {
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

export function makeObject(prefix: string, form: Record<string, string>): SyncObjectState {
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

export function update(
  request: Request,
  found: SyncObjectState,
  { mismatch, count }: { mismatch: number; count: (bytes: number) => void },
): void {
  const form = takeForm(request, { optional: { Data: 1e6, Ttl: ttl, ItemTtl: ttl } });
  if (Object.keys(form).length === 0) throw new ApiError(400, 54010, 'No parameters given');
  const data = form.Data === undefined ? found.data : readData(form.Data);
  checkRevision(request, found, mismatch);
  count(Buffer.byteLength(form.Data ?? ''));
  found.data = data;
  found.revision += 1;
  found.updated = new Date();
  if (form.Ttl !== undefined || form.ItemTtl !== undefined) found.expires = expiry(form);
}

export function checkRevision(request: Request, found: SyncObjectState, mismatch: number): void {
  const wanted = request.get('if-match');
  if (wanted === undefined) return;
  if (!/^"?[0-9a-f]+"?$/.test(wanted)) throw new ApiError(400, 54003, 'Invalid If-Match header');
  if (wanted.replaceAll('"', '') !== revisionOf(found))
    throw new ApiError(412, mismatch, 'The revision of the object does not match the expected revision');
}

export function readData(text: string): object {
  if (Buffer.byteLength(text) > largestData) throw new ApiError(413, 54006, 'Request entity too large');
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {}
  if (typeof data !== 'object' || data === null || Array.isArray(data))
    throw new ApiError(400, 20001, 'Data is no JSON object');
  return data;
}

export function expiry({ Ttl, ItemTtl }: Record<string, string>): Date | null {
  const seconds = Number(Ttl ?? ItemTtl ?? 0);
  return seconds === 0 ? null : new Date(Date.now() + seconds * 1000);
}

export function hasExpired({ expires }: SyncObjectState): boolean {
  return expires !== null && expires.getTime() <= Date.now();
}

export function checkName(service: SyncServiceState, wanted: string | null): void {
  if (wanted === null) return;
  if (!name.test(wanted)) throw new ApiError(400, 54302, 'Invalid unique name');
  const taken = [...service.documents.values(), ...service.maps.values()].some(
    (one) => one.uniqueName === wanted && !hasExpired(one),
  );
  if (taken) throw new ApiError(409, 54301, 'Unique name already exists');
}

export function findObject<T extends SyncObjectState>(
  objects: Map<string, T>,
  wanted: string,
  code: number,
): T {
  const found = objects.get(wanted) ?? [...objects.values()].find(({ uniqueName }) => uniqueName === wanted);
  if (found && !hasExpired(found)) return found;
  throw /^[A-Z]{2}[0-9a-f]{32}$/.test(wanted)
    ? missing(code, 'The object was not found')
    : missing(54300, 'Unique name not found');
}

export function missing(code: number, message: string): ApiError {
  return new ApiError(404, code, message);
}

export function revisionOf({ revision }: SyncObjectState): string {
  return revision.toString(16);
}
