/** A whole score, worst to best. */
export type Score = 1 | 2 | 3 | 4 | 5;

/** Every score, worst first: the order of a histogram. */
export const scores = [1, 2, 3, 4, 5] as const satisfies readonly Score[];

/** The languages that replies are written in. */
export type Language = (typeof languages)[number];

export const languages = ['en', 'de', 'fr', 'es', 'ja'] as const;

/** Whether ratings of a session are taken now. */
export type SessionState = 'scheduled' | 'open' | 'paused' | 'closed';

/** Templates of replies; what stands in `{braces}` is filled in. */
export type ReplyTexts = Record<ReplyName, string>;

/** What each reply may name, in braces. */
export const replyNames = {
  recorded: ['title', 'score'],
  changed: ['title', 'score', 'former'],
  howTo: ['keyword'],
  outOfRange: ['keyword'],
  oneEach: ['keyword'],
  whichSession: ['keywords'],
  didYouMean: ['keyword'],
  closed: ['title'],
  paused: ['title'],
  notOpenYet: ['title'],
  nothingOpen: [],
  tryLater: [],
} as const;

export type ReplyName = keyof typeof replyNames;

/** Templates of what a caller hears. */
export type CallTexts = Record<CallTextName, string>;

/** What each of them may name. `choose` is said once for each open session. */
export const callTextNames = {
  choose: ['title', 'digit'],
  rate: ['title'],
  again: [],
  thanks: ['title', 'score'],
  nothingOpen: [],
  hidden: [],
  tryLater: [],
} as const;

export type CallTextName = keyof typeof callTextNames;

/** What a poster says. */
export type PosterTexts = Record<PosterTextName, string>;

export const posterTextNames = ['rate', 'scan', 'text', 'to', 'scale', 'legal', 'privacy'] as const;

export type PosterTextName = (typeof posterTextNames)[number];

/** One thing to rate, as the event file describes it. */
export interface Session {
  /** What attendees text: upper case letters and digits of any script, at least two characters, unique in the event. */
  keyword: string;
  title: string;
  /** Of replies, calls and the poster of this session; `undefined`: the event's. */
  language?: Language | undefined;
  /** Milliseconds since 1970; `null`: open from the start. */
  opensAt: number | null;
  /** Milliseconds since 1970, the first moment that is too late; `null`: never closes by itself. */
  closesAt: number | null;
}

/** What an organiser changed about a session after the event file was deployed. */
export interface SessionSetting {
  keyword: string;
  /** Held until changed; `null`: the times decide. */
  state: 'open' | 'paused' | 'closed' | null;
  /** Replaces the session's own time; `undefined`: the event file's time stands. */
  opensAt?: number | null | undefined;
  closesAt?: number | null | undefined;
  /** Who sees the results of this session, whatever the event says of all; `undefined`: as the event says. */
  results?: 'shown' | 'hidden' | undefined;
  /** MessageSids of the last texts that changed it, or digests of them, the newest last: none of them does it again. */
  messages?: string[] | undefined;
}

/** What an organiser changes of it. What is not named stays; what is named `undefined` is as the event's file says again. */
export type SettingChange = Pick<SessionSetting, 'keyword'> & Partial<Omit<SessionSetting, 'messages'>>;

/** An event as its file describes it. */
export interface RatingEvent {
  /** Names the event in the store and in pseudonyms: 1 to 64 of `a-z 0-9 -`. Changing it starts an empty event. */
  id: string;
  title: string;
  language: Language;
  /** `doubtful`: clean comments are shown at once, doubtful ones held. `all`: every comment is held. */
  moderation: 'doubtful' | 'all';
  /** Who sees results when: everybody at once, everybody once a session is closed, or organisers only. */
  results: 'always' | 'after-close' | 'organiser';
  /** With fewer ratings the results page says how few there are; with as many it shows how sure the average is. */
  minimumAnswers: number;
  /** Comments with one of these words wait for an organiser. Lower case. */
  heldWords: string[];
  /** Days after which a rating is deleted; `null`: kept until an organiser deletes it. */
  keepDays: number | null;
  /** Texts of the event's own, in place of those of its language: another language, another tone. */
  replies: Partial<ReplyTexts>;
  calls: Partial<CallTexts>;
  poster: Partial<PosterTexts>;
  /** BCP 47 tag of the language those are in (`cy-GB`); `null`: `language`. */
  locale: string | null;
  sessions: Session[];
}

/**
 * The state of a session at a moment: an organiser's word first, then the times.
 * @param now milliseconds since 1970
 */
export function sessionState(
  session: Session,
  setting: SessionSetting | undefined,
  now: number,
): SessionState {
  if (setting?.state) return setting.state;
  const opensAt = setting?.opensAt === undefined ? session.opensAt : setting.opensAt;
  const closesAt = setting?.closesAt === undefined ? session.closesAt : setting.closesAt;
  if (closesAt !== null && now >= closesAt) return 'closed';
  return opensAt !== null && now < opensAt ? 'scheduled' : 'open';
}

/** Every session with its state at a moment, in the event file's order. */
export function sessionsNow(
  event: RatingEvent,
  settings: readonly SessionSetting[],
  now: number,
): { keyword: string; title: string; state: SessionState }[] {
  return event.sessions.map((session) => {
    const { keyword, title } = session;
    const setting = settings.find((one) => one.keyword === keyword);
    return { keyword, title, state: sessionState(session, setting, now) };
  });
}
