import { Command, Option } from 'commander';
import pc from 'picocolors';
import { countSegments, type Segments } from '../emulator/phone/count-segments';
import { everyReply, type SampleReply } from '../rating/every-reply';
import { type Language, languages, type RatingEvent } from '../rating/rating-event';
import { eventFile, readEventFile } from './check-event-file';
import { describeSegments } from './describe-segments';
import { printable } from './printable';
import { UsageFault } from './usage-fault';

interface RepliesOptions {
  language?: Language | 'all';
  json?: boolean;
}

/** `ringtrue replies`: every reply of the event, and what it costs. */
export function repliesCommand(): Command {
  return new Command('replies')
    .description('Show every reply of the event, with the longest title it can have, and its segments')
    .addOption(
      new Option('--language <language>', "ours in this language, instead of the event's").choices([
        ...languages,
        'all',
      ]),
    )
    .option('--json', 'print them as JSON')
    .addHelpText(
      'after',
      '\nA segment is what is paid for: 160 characters, or 70 with one that GSM-7 lacks. Titles are cut so that a reply is one.\n' +
        'Exit code: 0 each is one segment, 1 one is longer, 2 wrong usage or a fault in the event file.',
    )
    .action(showReplies);
}

function showReplies({ language, json }: RepliesOptions): void {
  const event = readEvent();
  const events = language === undefined ? [event] : inOurs(event, language);
  const replies = events.flatMap(everyReply).map((reply) => ({ ...reply, ...countSegments(reply.text) }));
  const long = replies.filter(({ segments }) => segments > 1);
  if (json) console.log(JSON.stringify({ oneSegment: long.length === 0, replies }, null, 2));
  else {
    for (const reply of replies) console.log(describeReply(reply));
    console.log(
      long.length === 0
        ? pc.green(`each of ${replies.length} replies is one segment`)
        : pc.red(`${long.length} of ${replies.length} replies cost more than one segment`),
    );
  }
  if (long.length > 0) process.exitCode = 1;
}

function readEvent(): RatingEvent {
  const read = readEventFile(process.cwd());
  if (read === null)
    throw new UsageFault(`${eventFile} is missing: it describes the event and its sessions.`);
  if (read.event === null) throw new UsageFault(read.faults.join('\n          '));
  return read.event;
}

/** The event as it would be in other languages, without texts of its own. */
function inOurs(event: RatingEvent, language: Language | 'all'): RatingEvent[] {
  return (language === 'all' ? languages : [language]).map((one) => ({
    ...event,
    language: one,
    locale: null,
    replies: {},
    sessions: event.sessions.map((session) => ({ ...session, language: undefined })),
  }));
}

function describeReply({ reply, locale, text, ...segments }: SampleReply & Segments): string {
  const paint = segments.segments > 1 ? pc.red : pc.dim;
  const head = `${pc.bold(reply)} ${pc.dim(locale)} ${paint(`(${describeSegments(segments)})`)}`;
  return `${head}\n    ${text.split('\n').map(printable).join('\n    ')}`;
}
