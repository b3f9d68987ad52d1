import { ConfigFault } from '../config-fault';
import { StoreUnavailable } from '../rating-store';
import { pause, type SyncAnswer, type SyncCall, type SyncClient } from './sync-client';
import { registryName } from './sync-names';

/** A Document or Map item as Sync answers it. */
export interface SyncObject {
  unique_name: string | null;
  revision: string;
  data: unknown;
}

interface Page<T> {
  [key: string]: T[] | unknown;
  meta: { next_page_url: string | null };
}

type Call = Omit<SyncCall, 'path'> & { /** Below the service. */ path: string };

/**
 * The Sync service that holds one event, so that reading the results need not pass by anything else. Made on first use; a
 * Document with the event's name in the account's default service says which it is, as only names of Documents are unique:
 * of two that make one at once, the second finds the name taken and uses the first one's.
 */
export class SyncService {
  private sid: Promise<string> | undefined;

  constructor(
    private readonly client: SyncClient,
    readonly event: string,
    /** SYNC_SERVICE_SID, which is used as it is. */
    private readonly chosen: string | undefined,
  ) {}

  async call<T>(call: Call): Promise<SyncAnswer<T>> {
    const sid = await this.find(call.deadline);
    return this.client.call<T>({ ...call, path: `/${sid}/${call.path}` });
  }

  /** Every Document, with its data. */
  async documents(deadline: number): Promise<SyncObject[]> {
    const documents = await this.list<SyncObject>('Documents', { key: 'documents', deadline });
    if (!documents) throw this.gone();
    return documents;
  }

  /** The keys of a Map's items; none when there is no Map. */
  async keys(map: string, deadline: number): Promise<string[]> {
    const items = await this.list<{ key: string }>(`Maps/${map}/Items`, { key: 'items', deadline });
    return (items ?? []).map(({ key }) => key);
  }

  /** All pages of a list, of the largest size there is. */
  private async list<T>(
    path: string,
    { key, deadline }: { key: string; deadline: number },
  ): Promise<T[] | undefined> {
    const found: T[] = [];
    let next: string | null = `/${await this.find(deadline)}/${path}?PageSize=100`;
    while (next) {
      const answer: SyncAnswer<Page<T>> = await this.client.call({ method: 'get', path: next, deadline });
      if (answer.kind !== 'done') return undefined;
      found.push(...((answer.body[key] as T[] | undefined) ?? []));
      next = answer.body.meta.next_page_url;
    }
    return found;
  }

  /** What to say when Twilio does not know the service. Where there is another by now, the next call finds it. */
  gone(): ConfigFault {
    this.sid = undefined;
    if (this.chosen !== undefined) return unknownService(this.chosen);
    return new ConfigFault(
      `The Sync service of event ${this.event} was deleted: delete the Document ${registryName(this.event)} of the account's default Sync service too to begin anew, or set SYNC_SERVICE_SID.`,
    );
  }

  /** Whether there is one already. Makes none. */
  async isMade(deadline: number): Promise<boolean> {
    return this.chosen !== undefined || (await this.registered(deadline)) !== undefined;
  }

  private find(deadline: number): Promise<string> {
    if (this.chosen !== undefined) return Promise.resolve(this.chosen);
    this.sid ??= this.look(deadline).catch((error) => {
      this.sid = undefined;
      throw error;
    });
    return this.sid;
  }

  private async look(deadline: number): Promise<string> {
    const name = registryName(this.event);
    for (let tries = 0; ; tries += 1) {
      const known = await this.registered(deadline);
      if (known !== undefined) return known;
      const made = await this.make(name, deadline);
      if (made !== undefined) return made;
      // Somebody was quicker; Twilio does not promise that a read sees it at once.
      await pause(tries, deadline);
    }
  }

  private async registered(deadline: number): Promise<string | undefined> {
    const path = `/default/Documents/${registryName(this.event)}`;
    const known = await this.client.call<SyncObject>({ method: 'get', path, deadline });
    return known.kind === 'done' ? (known.body.data as { service: string }).service : undefined;
  }

  private async make(name: string, deadline: number): Promise<string | undefined> {
    const service = await this.client.call<{ sid: string }>({
      method: 'post',
      path: '',
      // With access control, a token that somebody makes for a browser opens nothing here.
      form: { FriendlyName: name, AclEnabled: 'true' },
      deadline,
    });
    if (service.kind !== 'done') throw new StoreUnavailable('Twilio Sync made no service');
    const { sid } = service.body;
    const registered = await this.client.call({
      method: 'post',
      path: '/default/Documents',
      form: { UniqueName: name, Data: JSON.stringify({ service: sid }) },
      deadline,
    });
    if (registered.kind === 'done') return sid;
    if (registered.kind === 'missing') {
      throw unknownService(undefined);
    }
    const own = await this.registered(deadline);
    // The name may be taken by ourselves, by a try whose answer got lost.
    if (own === sid) return sid;
    if (own !== undefined) await this.client.call({ method: 'delete', path: `/${sid}`, deadline });
    return undefined;
  }
}

/** @param sid SYNC_SERVICE_SID; `undefined`: the account's default service is meant */
export function unknownService(sid: string | undefined): ConfigFault {
  return new ConfigFault(
    sid === undefined
      ? 'The account ACCOUNT_SID has no default Sync service: make a service in the Twilio Console and set SYNC_SERVICE_SID to its sid (IS…).'
      : 'SYNC_SERVICE_SID names no Sync service of the account ACCOUNT_SID: copy its sid (IS…) from the Twilio Console, or remove the variable and one is made.',
  );
}
