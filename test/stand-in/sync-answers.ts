/** Sync's objects as its API shows them; sync-api.ts has the sources. */
import type { Request, Response } from 'express';
import { ApiError } from './api-answers';
import { revisionOf, type SyncMapState, type SyncObjectState, type SyncServiceState } from './sync-objects';

/** A page in the envelope of Sync's lists: 50 entries unless PageSize says otherwise, 100 at most. */
export function answerPage<T>(
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

export function showObject(one: SyncObjectState, service: SyncServiceState): object {
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

export function showDocument(one: SyncObjectState, service: SyncServiceState): object {
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

export function showMap(one: SyncMapState, service: SyncServiceState): object {
  const url = `${urlOf(service)}/Maps/${one.sid}`;
  return {
    sid: one.sid,
    unique_name: one.uniqueName,
    ...showObject(one, service),
    url,
    links: { items: `${url}/Items`, permissions: `${url}/Permissions` },
  };
}

export function showItem(
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

export function showService(service: SyncServiceState): object {
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

export function urlOf({ sid }: SyncServiceState): string {
  return `https://sync.twilio.com/v1/Services/${sid}`;
}
