import type { RatingStore } from '../storage/rating-store';
import { callTexts } from './call-texts';
import { eventTexts } from './event-texts';
import { fillIn } from './fill-in';
import { type RatingEvent, type Score, scores, sessionsNow } from './rating-event';

/** A call at one of its moments. */
export interface RatingCall {
  callSid: string;
  /** A pseudonym, the same as that of the phone's texts; `null` for a caller without a number. */
  voter: string | null;
  /** The key that was pressed; `null` at the beginning. */
  digit: number | null;
  /** What was asked for: places of sessions in the event file; several: which of them, one: its score. */
  choices: readonly number[];
  event: RatingEvent;
  store: RatingStore;
  /** Milliseconds since 1970. */
  now: number;
}

export interface CallPrompt {
  say: string;
  /** BCP 47 tag of the language it is said in. */
  locale: string;
  /** What the next key will be about, as in `RatingCall`; empty ends the call. */
  choices: readonly number[];
}

/** A keypad has no more keys for sessions. */
const mostChoices = 9;

/**
 * Asks for a session where several are open, then for a score, and writes it down. May be given the same moment of a call
 * again: the CallSid counts once, and what is said then is what counted.
 */
export async function takeCall(call: RatingCall): Promise<CallPrompt> {
  const { callSid, voter, digit, choices, event, store, now } = call;
  if (voter === null) return endWith('hidden', event);
  const sessions = sessionsNow(event, await store.settings(event.id), now);
  const isOpen = (place: number) => sessions[place]?.state === 'open';
  const open = [...sessions.keys()].filter(isOpen).slice(0, mostChoices);
  if (digit !== null && !choices.every(isOpen)) {
    const did = await store.delivered(event.id, { voter, messageSid: callSid });
    if (did?.session && did.score) return thank(event, did.session, did.score);
  }
  if (open.length === 0) return endWith('nothingOpen', event);
  if (digit === null || !choices.every(isOpen) || choices.length === 0) return ask(event, open);
  if (choices.length > 1) {
    const chosen = choices[digit - 1];
    return chosen === undefined ? askAgain(event, choices) : ask(event, [chosen]);
  }
  const score = scores.find((one) => one === digit);
  if (score === undefined) return askAgain(event, choices);
  return record(call, { voter, score, place: choices[0] ?? 0 });
}

/** What to say when a rating could not be written down, be it because the event's file cannot be read (`null`). */
export function tryLater(event: RatingEvent | null): CallPrompt {
  return endWith('tryLater', event);
}

function endWith(name: 'hidden' | 'nothingOpen' | 'tryLater', event: RatingEvent | null): CallPrompt {
  const { texts, locale } = eventTexts(event, null, 'calls', callTexts);
  return { say: texts[name], locale, choices: [] };
}

/** A single session is asked for in its own language, several in that of the event. */
function textsOf(event: RatingEvent, places: readonly number[]) {
  const [first = 0] = places;
  const keyword = places.length === 1 ? (event.sessions[first]?.keyword ?? null) : null;
  return eventTexts(event, keyword, 'calls', callTexts);
}

function ask(event: RatingEvent, places: readonly number[]): CallPrompt {
  const { texts, locale } = textsOf(event, places);
  const template = places.length === 1 ? texts.rate : texts.choose;
  const say = places.map((place, index) =>
    fillIn(template, { title: event.sessions[place]?.title ?? '', digit: index + 1 }),
  );
  return { say: say.join(' '), locale, choices: places };
}

function askAgain(event: RatingEvent, places: readonly number[]): CallPrompt {
  const question = ask(event, places);
  return { ...question, say: `${textsOf(event, places).texts.again} ${question.say}` };
}

async function record(
  { callSid, event, store, now }: RatingCall,
  { voter, score, place }: { voter: string; score: Score; place: number },
): Promise<CallPrompt> {
  const keyword = event.sessions[place]?.keyword ?? '';
  const recorded = await store.record({
    event: event.id,
    session: keyword,
    voter,
    messageSid: callSid,
    score,
    comment: null,
    at: now,
  });
  const did = recorded.duplicate ? recorded : null;
  return thank(event, did?.session ?? keyword, did?.score ?? score);
}

/** @param keyword of a session that may have left the event file since */
function thank(event: RatingEvent, keyword: string, score: Score): CallPrompt {
  const title = event.sessions.find((one) => one.keyword === keyword)?.title ?? keyword;
  const { texts, locale } = eventTexts(event, keyword, 'calls', callTexts);
  return { say: fillIn(texts.thanks, { score, title }), locale, choices: [] };
}
