import { newSid } from '../phone/message-sid';
import { type Channel, fictionalNumber } from '../phone/phone-numbers';
import { type Chaos, type DeliveryPlan, planDelivery } from './plan-chaos';
import { SeededRandom } from './seeded-random';

/** One text of one attendee. */
export interface PlannedText extends DeliveryPlan {
  messageSid: string;
  body: string;
  channel: Channel;
  /** What has to be counted for it; `null`: nothing. */
  vote: { session: string; score: number } | null;
}

/** One attendee: texts in order, each sent when the one before it was answered. */
export interface PlannedPhone {
  number: string;
  /** Milliseconds after the start. */
  startsAt: number;
  texts: PlannedText[];
}

export interface CrowdOptions {
  phones: number;
  seconds: number;
  seed: number;
  chaos: Chaos;
  /** Keywords of the open sessions, at least one. */
  sessions: readonly string[];
  /** Number of the first phone: a crowd that has not voted before needs phones of its own. */
  firstPhone: number;
}

/** Everything a crowd will do, decided beforehand. The same seed makes the same texts. */
export function planCrowd({
  phones,
  seconds,
  seed,
  chaos,
  sessions,
  firstPhone,
}: CrowdOptions): PlannedPhone[] {
  const random = new SeededRandom(seed);
  return Array.from({ length: phones }, (_, index) => {
    const texts = Array.from({ length: random.chance(0.15) ? 2 : 1 }, () => planText(random, sessions));
    return {
      number: fictionalNumber(firstPhone + index),
      startsAt: random.whole(0, Math.max(0, seconds * 1_000 - 1)),
      texts: texts.map((text) => ({ ...text, ...planDelivery(random, chaos), messageSid: newSid('SM') })),
    };
  });
}

/** What the tally must grow by: the last counted text of each phone and session. */
export function expectTally(plan: readonly PlannedPhone[]): Map<string, number[]> {
  const tally = new Map<string, number[]>();
  for (const { texts } of plan) {
    const last = new Map<string, number>();
    for (const { vote } of texts) if (vote) last.set(vote.session, vote.score);
    for (const [session, score] of last) {
      const histogram = tally.get(session) ?? [0, 0, 0, 0, 0];
      histogram[score - 1] = (histogram[score - 1] ?? 0) + 1;
      tally.set(session, histogram);
    }
  }
  return tally;
}

const words = ['one', 'two', 'three', 'four', 'five'];
const arabic = ['١', '٢', '٣', '٤', '٥'];
const comments = [
  'loved it',
  'lvoed it!!',
  'too long \u{1F634}',
  'great \u{1F44F}\u{1F3FD}',
  'très bien',
  'Q & A was short',
  '“wow”',
];

// Every way to write a score that the event promises to understand, with a keyword.
const spellings: readonly ((keyword: string, score: number) => string)[] = [
  (keyword, score) => `${keyword} ${score}`,
  (keyword, score) => `${keyword.toLowerCase()}${score}`,
  (keyword, score) => `${score} ${keyword.toLowerCase()}`,
  (keyword, score) => ` ${keyword}   ${score} `,
  (keyword, score) => `${keyword} ${words[score - 1]}`,
  (keyword, score) => `${keyword} ${score}/5`,
  (keyword, score) => `${keyword} ${score} out of 5`,
  (keyword, score) => `${keyword} ${'★'.repeat(score)}`,
  (keyword, score) => `${keyword} ${score}\uFE0F\u20E3`,
  (keyword, score) => `${keyword} ${arabic[score - 1]}`,
];

const noVotes = [
  'who is this?',
  'STOP',
  'HELP',
  'KEYWORD 10',
  'KEYWORD 0',
  'KEYWORD 4.5',
  'Liked “Thank you! 5 of 5”',
  '=1+1',
];

function planText(
  random: SeededRandom,
  sessions: readonly string[],
): Pick<PlannedText, 'body' | 'channel' | 'vote'> {
  const session = random.pick(sessions);
  const channel = random.chance(0.05) ? 'whatsapp' : 'sms';
  if (random.chance(0.1)) {
    return { body: random.pick(noVotes).replace('KEYWORD', session), channel, vote: null };
  }
  const score = random.whole(1, 5);
  const rating = random.pick(spellings)(session, score);
  const body = random.chance(0.3) ? `${rating} ${random.pick(comments)}` : rating;
  return { body, channel, vote: { session, score } };
}
