import { isCarrierWord } from './carrier-words';
import { foldKeyword } from './find-keyword';
import { isOrganiserVerb } from './organiser-verbs';
import {
  callTextNames,
  languages,
  posterTextNames,
  type RatingEvent,
  replyNames,
  type Session,
} from './rating-event';
import { readScore } from './read-score';

/** What is wrong in an event file, and where. */
export interface EventFault {
  /** `sessions[1].keyword`; empty for the file as a whole. */
  path: string;
  message: string;
  fix: string;
}

export type ParsedEvent = { ok: true; event: RatingEvent } | { ok: false; faults: EventFault[] };

/** Reads the text of `event.private.json`. Every fault is reported, not only the first. Pure. */
export function parseEvent(text: string): ParsedEvent {
  let value: unknown;
  try {
    // Editors of Windows put a mark before the text.
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return {
      ok: false,
      faults: [{ path: '', message: `it is not JSON: ${message}`, fix: 'Check commas and quotes.' }],
    };
  }
  const reader = new Reader();
  const event = readEvent(reader, value);
  return reader.faults.length > 0 ? { ok: false, faults: reader.faults } : { ok: true, event };
}

class Reader {
  readonly faults: EventFault[] = [];

  fault(path: string, message: string, fix: string): void {
    this.faults.push({ path, message, fix });
  }

  object(path: string, value: unknown, known: readonly string[]): Record<string, unknown> {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.fault(path, 'must be an object', 'Write { … }.');
      return {};
    }
    for (const name of Object.keys(value)) {
      if (!known.includes(name))
        this.fault(join(path, name), 'is not known', `Known are ${known.join(', ')}.`);
    }
    return value as Record<string, unknown>;
  }

  text(path: string, value: unknown, shape: RegExp, fix: string): string {
    if (typeof value === 'string' && shape.test(value)) return value;
    this.fault(path, value === undefined ? 'is missing' : 'does not fit', fix);
    return '';
  }

  oneOf<T extends string>(path: string, value: unknown, choices: readonly T[], fallback: T): T {
    if (value === undefined) return fallback;
    if (choices.includes(value as T)) return value as T;
    this.fault(path, 'does not fit', `Write one of ${choices.join(', ')}.`);
    return fallback;
  }

  count(path: string, value: unknown, most: number): number {
    if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most) return value;
    this.fault(path, 'does not fit', `Write a whole number from 1 to ${most}.`);
    return 1;
  }

  time(path: string, value: unknown): number | null {
    if (value === undefined || value === null) return null;
    const zoned =
      typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)$/.test(value);
    const time = zoned ? Date.parse(value as string) : Number.NaN;
    if (!Number.isNaN(time)) return time;
    this.fault(path, 'is not a time with a zone', 'Write it like 2026-05-04T09:30+02:00.');
    return null;
  }
}

function readEvent(reader: Reader, value: unknown): RatingEvent {
  const fields = reader.object('', value, eventFields);
  const { id, title, language, locale, moderation, results, minimumAnswers, keepDays } = fields;
  return {
    id: reader.text('id', id, /^[a-z0-9-]{1,64}$/, 'Write 1 to 64 of a-z, 0-9 and -.'),
    title: reader.text('title', title, oneLine, 'Write 1 to 120 characters in one line.'),
    language: reader.oneOf('language', language, languages, 'en'),
    moderation: reader.oneOf('moderation', moderation, ['doubtful', 'all'], 'doubtful'),
    results: reader.oneOf('results', results, ['always', 'after-close', 'organiser'], 'always'),
    minimumAnswers: minimumAnswers === undefined ? 5 : reader.count('minimumAnswers', minimumAnswers, 1000),
    heldWords: readHeldWords(reader, fields.heldWords),
    keepDays: keepDays === undefined || keepDays === null ? null : reader.count('keepDays', keepDays, 3650),
    replies: readTexts(reader, 'replies', fields.replies, replyNames),
    calls: readTexts(reader, 'calls', fields.calls, callTextNames),
    poster: readTexts(reader, 'poster', fields.poster, posterNames),
    locale:
      locale === undefined || locale === null
        ? null
        : reader.text('locale', locale, /^[a-z]{2,3}-[A-Z]{2}$/, 'Write language and country, like cy-GB.'),
    sessions: readSessions(reader, fields.sessions),
  };
}

const oneLine = /^(?=.*\S).{1,120}$/u;
const posterNames = Object.fromEntries(posterTextNames.map((name) => [name, []]));
const eventFields = [
  'id',
  'title',
  'language',
  'locale',
  'moderation',
  'results',
  'minimumAnswers',
  'heldWords',
  'keepDays',
  'replies',
  'calls',
  'poster',
  'sessions',
];

function readHeldWords(reader: Reader, value: unknown): string[] {
  if (value === undefined) return [];
  if (Array.isArray(value) && value.every((word) => typeof word === 'string' && word.trim() !== ''))
    return value.map((word: string) => word.normalize('NFKC').toLowerCase());
  reader.fault('heldWords', 'must be a list of words', 'Write [ "…", "…" ].');
  return [];
}

/** @param known what each text may name in braces */
function readTexts<Name extends string>(
  reader: Reader,
  path: string,
  value: unknown,
  known: Record<Name, readonly string[]>,
): Partial<Record<Name, string>> {
  if (value === undefined) return {};
  const texts = reader.object(path, value, Object.keys(known));
  for (const [name, names] of Object.entries<readonly string[]>(known)) {
    const text = texts[name];
    if (text === undefined) continue;
    reader.text(`${path}.${name}`, text, /^(?=.*\S).{1,320}$/su, 'Write 1 to 320 characters.');
    for (const [, used = ''] of String(text).matchAll(/\{([^{}]*)\}/g)) {
      if (names.includes(used)) continue;
      const choices = names.map((one) => `{${one}}`).join(', ') || 'no braces';
      reader.fault(`${path}.${name}`, `does not know {${used}}`, `It can use ${choices}.`);
    }
  }
  return texts as Partial<Record<Name, string>>;
}

function readSessions(reader: Reader, value: unknown): Session[] {
  if (!Array.isArray(value) || value.length === 0) {
    reader.fault(
      'sessions',
      'must be a list of at least one session',
      'Write [ { "keyword": …, "title": … } ].',
    );
    return [];
  }
  const seen = new Map<string, string>();
  return value.map((one, index) => {
    const session = readSession(reader, `sessions[${index}]`, one);
    const folded = foldKeyword(session.keyword);
    const other = seen.get(folded);
    if (session.keyword !== '' && other !== undefined) {
      reader.fault(
        `sessions[${index}].keyword`,
        other === session.keyword
          ? `${session.keyword} is there twice`
          : `${session.keyword} is read like ${other}, since people leave accents out`,
        'Give each session its own keyword.',
      );
    }
    seen.set(folded, session.keyword);
    return session;
  });
}

function readSession(reader: Reader, path: string, value: unknown): Session {
  const fields = reader.object(path, value, ['keyword', 'title', 'language', 'opensAt', 'closesAt']);
  const keyword = readKeyword(reader, `${path}.keyword`, fields.keyword);
  const opensAt = reader.time(`${path}.opensAt`, fields.opensAt);
  const closesAt = reader.time(`${path}.closesAt`, fields.closesAt);
  if (opensAt !== null && closesAt !== null && closesAt <= opensAt) {
    reader.fault(`${path}.closesAt`, 'is not after opensAt', 'Write a later time.');
  }
  const title = reader.text(`${path}.title`, fields.title, oneLine, 'Write 1 to 120 characters in one line.');
  const session: Session = { keyword, title, opensAt, closesAt };
  if (fields.language !== undefined)
    session.language = reader.oneOf(`${path}.language`, fields.language, languages, 'en');
  return session;
}

function readKeyword(reader: Reader, path: string, value: unknown): string {
  const keyword = reader
    .text(
      path,
      value,
      /^\p{L}[\p{L}\p{N}]{0,18}\p{L}$/u,
      'Write 2 to 20 letters and digits without blanks, a letter first and last: after TALK1, "TALK15" could mean two things.',
    )
    .normalize('NFC')
    .toUpperCase();
  if (isCarrierWord(keyword))
    reader.fault(path, `${keyword} belongs to Twilio`, 'Twilio answers it itself: choose another word.');
  if (isOrganiserVerb(keyword))
    reader.fault(path, `${keyword} is what organisers text`, 'It changes a session: choose another word.');
  if (keyword !== '' && readScore(keyword))
    reader.fault(path, `${keyword} is read as a number`, 'Choose a word that is none.');
  return keyword;
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
