import { isCarrierWord } from './carrier-words';
import { type Language, type RatingEvent, type ReplyTexts, replyNames, type Session } from './rating-event';

/** What is wrong in an event file, and where. */
export interface EventFault {
  /** `sessions[1].keyword`; empty for the file as a whole. */
  path: string;
  message: string;
  fix: string;
}

export type ParsedEvent = { ok: true; event: RatingEvent } | { ok: false; faults: EventFault[] };

const languages: readonly Language[] = ['en', 'de', 'fr', 'es', 'ja'];

/** Reads the text of `event.private.json`. Every fault is reported, not only the first. Pure. */
export function parseEvent(text: string): ParsedEvent {
  let value: unknown;
  try {
    value = JSON.parse(text);
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
  const known = [
    'id',
    'title',
    'language',
    'moderation',
    'results',
    'minimumAnswers',
    'heldWords',
    'keepDays',
  ];
  const fields = reader.object('', value, [...known, 'replies', 'sessions']);
  const { id, title, language, moderation, results, minimumAnswers, heldWords, keepDays } = fields;
  return {
    id: reader.text('id', id, /^[a-z0-9-]{1,64}$/, 'Write 1 to 64 of a-z, 0-9 and -.'),
    title: reader.text('title', title, /^(?=.*\S).{1,120}$/u, 'Write 1 to 120 characters in one line.'),
    language: reader.oneOf('language', language, languages, 'en'),
    moderation: reader.oneOf('moderation', moderation, ['doubtful', 'all'], 'doubtful'),
    results: reader.oneOf('results', results, ['always', 'after-close', 'organiser'], 'always'),
    minimumAnswers: minimumAnswers === undefined ? 5 : reader.count('minimumAnswers', minimumAnswers, 1000),
    heldWords: readHeldWords(reader, heldWords),
    keepDays: keepDays === undefined || keepDays === null ? null : reader.count('keepDays', keepDays, 3650),
    replies: readReplies(reader, fields.replies),
    sessions: readSessions(reader, fields.sessions),
  };
}

function readHeldWords(reader: Reader, value: unknown): string[] {
  if (value === undefined) return [];
  if (Array.isArray(value) && value.every((word) => typeof word === 'string' && word.trim() !== ''))
    return value.map((word: string) => word.normalize('NFKC').toLowerCase());
  reader.fault('heldWords', 'must be a list of words', 'Write [ "…", "…" ].');
  return [];
}

function readReplies(reader: Reader, value: unknown): Partial<ReplyTexts> {
  if (value === undefined) return {};
  const texts = reader.object('replies', value, Object.keys(replyNames));
  for (const [name, names] of Object.entries(replyNames)) {
    const text = texts[name];
    if (text === undefined) continue;
    reader.text(`replies.${name}`, text, /^(?=.*\S).{1,320}$/su, 'Write 1 to 320 characters.');
    for (const [, used = ''] of String(text).matchAll(/\{(\w+)\}/g)) {
      if ((names as readonly string[]).includes(used)) continue;
      const choices = names.map((one) => `{${one}}`).join(', ') || 'no braces';
      reader.fault(`replies.${name}`, `does not know {${used}}`, `It can use ${choices}.`);
    }
  }
  return texts as Partial<ReplyTexts>;
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
  const seen = new Set<string>();
  return value.map((one, index) => {
    const session = readSession(reader, `sessions[${index}]`, one);
    if (session.keyword !== '' && seen.has(session.keyword)) {
      reader.fault(
        `sessions[${index}].keyword`,
        `${session.keyword} is there twice`,
        'Give each session its own keyword.',
      );
    }
    seen.add(session.keyword);
    return session;
  });
}

function readSession(reader: Reader, path: string, value: unknown): Session {
  const fields = reader.object(path, value, ['keyword', 'title', 'opensAt', 'closesAt']);
  const keywordFix =
    'Write 2 to 20 letters and digits without spaces, a letter first and last, one that is no digit.';
  const keyword = reader
    .text(`${path}.keyword`, fields.keyword, /^\p{L}[\p{L}\p{N}]{0,18}\p{L}$/u, keywordFix)
    .normalize('NFC')
    .toUpperCase();
  if (isCarrierWord(keyword)) {
    reader.fault(
      `${path}.keyword`,
      `${keyword} belongs to Twilio`,
      'Twilio answers it itself: choose another word.',
    );
  }
  const opensAt = reader.time(`${path}.opensAt`, fields.opensAt);
  const closesAt = reader.time(`${path}.closesAt`, fields.closesAt);
  if (opensAt !== null && closesAt !== null && closesAt <= opensAt) {
    reader.fault(`${path}.closesAt`, 'is not after opensAt', 'Write a later time.');
  }
  const title = reader.text(
    `${path}.title`,
    fields.title,
    /^(?=.*\S).{1,120}$/u,
    'Write 1 to 120 characters in one line.',
  );
  return { keyword, title, opensAt, closesAt };
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
