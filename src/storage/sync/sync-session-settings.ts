import type { SessionSetting, SettingChange } from '../../rating/rating-event';
import { keptMessages, mergeSetting } from '../merge-setting';
import { pause } from './sync-client';
import { sizeOf } from './sync-head';
import { digest, settingsName } from './sync-names';
import type { SyncObject, SyncService } from './sync-service';

/**
 * How long a process uses settings without reading them again, in milliseconds: every text needs them, and Sync gives one
 * Document 20 times a second. What another process changes is seen that much later.
 */
const lifetime = 3000;

/** Bytes of the Document; Sync takes 16 KiB. */
const largest = 16_000;

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

  /** Messages are remembered by digests, as their sids would take most of the room. */
  merge(change: SettingChange, messageSid: string | undefined, deadline: number): Promise<void> {
    const message = messageSid === undefined ? undefined : digest('message', messageSid);
    const alter = (former: SessionSetting | undefined) => {
      const known = former && withDigests(former);
      const merged = mergeSetting(known, change, message);
      return former && merged === known ? former : merged;
    };
    return this.change(change.keyword, alter, deadline);
  }

  /** @param alter is asked again where another process was quicker; nothing is written where it gives back what there was */
  async change(
    keyword: string,
    alter: (former: SessionSetting | undefined) => SessionSetting,
    deadline: number,
  ): Promise<void> {
    for (let tries = 0; ; tries += 1) {
      const { settings, revision } = await this.load(deadline);
      const changed = fitting({ ...settings, [keyword]: alter(settings[keyword]) });
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

/** Older versions wrote sids. */
function withDigests(setting: SessionSetting): SessionSetting {
  const { messages } = setting;
  if (!messages) return setting;
  return { ...setting, messages: messages.map((one) => (isSid.test(one) ? digest('message', one) : one)) };
}

const isSid = /^(?:SM|MM)[0-9a-f]{32}$/;

/** Where there is no room for all of them, fewer messages of each session are remembered. */
function fitting(settings: Settings): Settings {
  let fits = settings;
  for (let kept = keptMessages - 1; kept > 0 && sizeOf(fits) > largest; kept -= 1)
    fits = Object.fromEntries(Object.entries(fits).map(([keyword, one]) => [keyword, withNewest(one, kept)]));
  return fits;
}

function withNewest(setting: SessionSetting, kept: number): SessionSetting {
  return setting.messages ? { ...setting, messages: setting.messages.slice(-kept) } : setting;
}
