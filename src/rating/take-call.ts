import type { RatingStore } from '../storage/rating-store';
import { callTexts } from './call-texts';
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
  /** What the next key will be about, as in `RatingCall`; empty ends the call. */
  choices: readonly number[];
}

/** A keypad has no more keys for sessions. */
const mostChoices = 9;

/**
 * Asks for a session where several are open, then for a score, and writes it down. May be given the same moment of a call
 * again: the CallSid counts once.
 */
export async function takeCall(call: RatingCall): Promise<CallPrompt> {
  const { voter, digit, choices, event, store, now } = call;
  const texts = callTexts[event.language];
  if (voter === null) return { say: texts.hidden, choices: [] };
  const sessions = sessionsNow(event, await store.settings(event.id), now);
  const isOpen = (place: number) => sessions[place]?.state === 'open';
  const open = [...sessions.keys()].filter(isOpen).slice(0, mostChoices);
  if (open.length === 0) return { say: texts.nothingOpen, choices: [] };
  if (digit === null || !choices.every(isOpen) || choices.length === 0) return ask(event, open);
  if (choices.length > 1) {
    const chosen = choices[digit - 1];
    return chosen === undefined ? ask(event, choices, texts.again) : ask(event, [chosen]);
  }
  const score = scores.find((one) => one === digit);
  if (score === undefined) return ask(event, choices, texts.again);
  return record(call, { voter, score, place: choices[0] ?? 0 });
}

/** What to say when the store is away. */
export function tryLater({ language }: RatingEvent): CallPrompt {
  return { say: callTexts[language].tryLater, choices: [] };
}

function ask(event: RatingEvent, places: readonly number[], before = ''): CallPrompt {
  const texts = callTexts[event.language];
  const titles = places.map((place) => event.sessions[place]?.title ?? '');
  const question =
    places.length === 1
      ? texts.rate(titles[0] ?? '')
      : titles.map((title, index) => texts.choose(title, index + 1)).join(' ');
  return { say: [before, question].filter((text) => text !== '').join(' '), choices: places };
}

async function record(
  { callSid, event, store, now }: RatingCall,
  { voter, score, place }: { voter: string; score: Score; place: number },
): Promise<CallPrompt> {
  const { keyword = '', title = '' } = event.sessions[place] ?? {};
  await store.record({
    event: event.id,
    session: keyword,
    voter,
    messageSid: callSid,
    score,
    comment: null,
    at: now,
  });
  return { say: callTexts[event.language].thanks(score, title), choices: [] };
}
