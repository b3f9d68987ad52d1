import type { SessionSetting, SettingChange } from '../rating/rating-event';

/** How many MessageSids are remembered of a session. */
export const keptMessages = 20;

/**
 * What is kept about a session once `change` is made; `former` is `undefined` where nothing was, and comes back itself where
 * `messageSid` made its change before.
 */
export function mergeSetting(
  former: SessionSetting | undefined,
  change: SettingChange,
  messageSid?: string,
): SessionSetting {
  const setting = { state: null, ...former, ...change };
  if (messageSid === undefined) return setting;
  const { messages = [] } = former ?? {};
  if (former && messages.includes(messageSid)) return former;
  return { ...setting, messages: [...messages, messageSid].slice(-keptMessages) };
}
