import type { SessionSetting, SettingChange } from '../rating/rating-event';

/** What is kept about a session once `change` is made; `former` is `undefined` where nothing was. */
export function mergeSetting(former: SessionSetting | undefined, change: SettingChange): SessionSetting {
  return { state: null, ...former, ...change };
}
