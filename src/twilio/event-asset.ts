import { parseEvent } from '../rating/parse-event';
import type { RatingEvent } from '../rating/rating-event';
import { ConfigFault } from '../storage/config-fault';

let lastText: string | undefined;
let lastEvent: RatingEvent | undefined;

/**
 * The event that `assets/event.private.json` describes; parsed again only when its text changed.
 * @throws ConfigFault when the file is missing or its first fault, in one sentence
 */
export function readEventAsset(): RatingEvent {
  const text = readPrivateAsset('/event.json');
  if (text === lastText && lastEvent) return lastEvent;
  const parsed = parseEvent(text);
  if (!parsed.ok) {
    const [fault] = parsed.faults;
    throw new ConfigFault(
      `assets/event.private.json, ${fault?.path || 'the file'}: ${fault?.message}. ${fault?.fix}`,
    );
  }
  lastText = text;
  lastEvent = parsed.event;
  return parsed.event;
}

/** @throws ConfigFault when it was not deployed */
export function readPrivateAsset(path: string): string {
  const asset = Runtime.getAssets()[path];
  if (asset) return asset.open();
  throw new ConfigFault(`assets${path.replace('.', '.private.')} is missing: deploy the assets, too.`);
}
