import { fetchJson } from '../emulator/fetch-json';
import { findRunningEmulator } from '../emulator/running-emulator';
import { withoutUserinfo } from './webhook-option';

/**
 * What the emulator that runs on `dataDir` says of the request it refused last on the path of `url`.
 * @param since milliseconds since 1970: earlier refusals are somebody else's
 * @returns `null` when there is no such emulator or refusal, and when it has nothing to say
 */
export async function findRefusal(
  url: string,
  { dataDir, since }: { dataDir: string; since: number },
): Promise<string | null> {
  const running = findRunningEmulator(dataDir);
  if (!running?.consoleUrl || !withoutUserinfo(url).startsWith(`${running.publicUrl}/`)) return null;
  try {
    const list = (await fetchJson(`${running.consoleUrl}/api/requests`)) as Summary[];
    const path = pathOf(url);
    const refused = list
      .filter((one) => one.reason !== null && one.at >= since && pathOf(one.url) === path)
      .sort((a, b) => b.at - a.at)[0];
    if (!refused) return null;
    const detail = (await fetchJson(`${running.consoleUrl}/api/requests/${refused.id}`)) as Detail;
    return detail.explanation ? `${refused.reason}: ${detail.explanation}` : refused.reason;
  } catch {
    // The emulator may have ended since: the refusal itself was told already.
    return null;
  }
}

interface Summary {
  id: string;
  at: number;
  url: string;
  reason: string | null;
}

interface Detail {
  explanation: string | null;
}

function pathOf(url: string): string {
  return url.replace(/^[a-z]+:\/\/[^/]*/i, '').replace(/[?#].*/s, '');
}
