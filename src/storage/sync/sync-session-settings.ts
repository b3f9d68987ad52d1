import type { SessionSetting } from '../../rating/rating-event';
import { pause } from './sync-client';
import { settingsName } from './sync-names';
import type { SyncObject, SyncService } from './sync-service';

/**
 * How long a process uses settings without reading them again, in milliseconds: every text needs them, and Sync gives one
 * Document 20 times a second. What another process changes is seen that much later.
 */
const lifetime = 3000;

type Settings = Record<string, SessionSetting>;

/** What organisers changed about sessions, in one Document. */
export class SyncSessionSettings {
  private latest: Promise<Settings> | undefined;
  private validUntil = 0;

  constructor(private readonly service: SyncService) {}

  /**
   * In the order of keywords.
   * @param newest whether to read them anew in any case
   */
  async read(deadline: number, { newest }: { newest: boolean }): Promise<SessionSetting[]> {
    if (newest || !this.latest || Date.now() > this.validUntil) {
      this.validUntil = Date.now() + lifetime;
      const latest = this.load(deadline).then(({ settings }) => settings);
      this.latest = latest;
      latest.catch(() => {
        if (this.latest === latest) this.latest = undefined;
      });
    }
    const settings = await this.latest;
    return Object.keys(settings)
      .sort()
      .flatMap((keyword) => settings[keyword] ?? []);
  }

  /** @param alter is asked again where another process was quicker; nothing is written where it gives back what there was */
  async change(
    keyword: string,
    alter: (former: SessionSetting | undefined) => SessionSetting,
    deadline: number,
  ): Promise<void> {
    for (let tries = 0; ; tries += 1) {
      const { settings, revision } = await this.load(deadline);
      const changed = { ...settings, [keyword]: alter(settings[keyword]) };
      const written =
        changed[keyword] === settings[keyword] || (await this.write(changed, { revision, deadline }));
      if (written) {
        this.latest = Promise.resolve(changed);
        this.validUntil = Date.now() + lifetime;
        return;
      }
      await pause(tries, deadline);
    }
  }

  private async load(deadline: number): Promise<{ settings: Settings; revision: string | null }> {
    const answer = await this.service.call<SyncObject>({ method: 'get', path: this.path, deadline });
    if (answer.kind !== 'done') return { settings: {}, revision: null };
    return { settings: answer.body.data as Settings, revision: answer.body.revision };
  }

  private async write(
    settings: Settings,
    { revision, deadline }: { revision: string | null; deadline: number },
  ): Promise<boolean> {
    const Data = JSON.stringify(settings);
    const answer = await this.service.call(
      revision === null
        ? {
            method: 'post',
            path: 'Documents',
            form: { UniqueName: settingsName(this.service.event), Data },
            deadline,
          }
        : { method: 'post', path: this.path, form: { Data }, ifMatch: revision, deadline },
    );
    if (answer.kind === 'missing' && revision === null) throw this.service.gone();
    return answer.kind === 'done';
  }

  private get path(): string {
    return `Documents/${settingsName(this.service.event)}`;
  }
}
