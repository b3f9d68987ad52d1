import JSON5 from 'json5';
import * as v from 'valibot';

/** The file is no scenario: each message names the field or the line. */
export class ScenarioFault extends Error {
  override name = 'ScenarioFault';
  readonly messages: string[];

  constructor(messages: string[]) {
    super(messages.join('\n'));
    this.messages = messages;
  }
}

const units: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const duration = v.pipe(
  v.string(),
  v.regex(/^\d+(?:ms|s|m|h|d)$/, 'write a time like 500ms, 2s, 10m, 1h or 1d'),
  v.transform((text) => {
    const [, amount, unit] = /^(\d+)(\D+)$/.exec(text) ?? [];
    return Number(amount) * (units[unit ?? ''] ?? 0);
  }),
);

const moment = v.pipe(
  v.string(),
  v.regex(
    /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)$/,
    'write a time with its zone, like 2026-05-04T16:59+02:00',
  ),
  v.transform((text) => Date.parse(text)),
);

/** The pattern of a text written `/…/` or `/…/i`; `undefined` for a plain text. @throws SyntaxError */
export function readPattern(text: string): RegExp | undefined {
  const [, source, flags] = /^\/(.+)\/(i?)$/s.exec(text) ?? [];
  return source === undefined ? undefined : new RegExp(source, `u${flags}`);
}

function isReadable(text: string): boolean {
  try {
    readPattern(text);
    return true;
  } catch {
    return false;
  }
}

const part = v.pipe(v.string(), v.check(isReadable, 'the pattern is no regular expression'));

const expectation = v.strictObject({
  /** A part of the one reply; `/…/` is a pattern; `null`: the phone stays silent. */
  reply: v.optional(v.nullable(part)),
  delivered: v.optional(v.boolean()),
  /** A code of Twilio that has to come up. */
  problem: v.optional(v.number()),
});

const textStep = v.strictObject({
  text: v.string(),
  /** Any name; each name is a phone of its own. */
  from: v.optional(v.string(), 'attendee'),
  channel: v.optional(v.picklist(['sms', 'whatsapp', 'rcs']), 'sms'),
  media: v.optional(v.array(v.string()), []),
  /** Any name; the same name is the same MessageSid. */
  message: v.optional(v.string()),
  /** Delivered so many times more. */
  copies: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100)), 0),
  unsigned: v.optional(v.boolean(), false),
  expect: v.optional(expectation, {}),
});

const callStep = v.strictObject({
  /** What is pressed at each question; `-` is nothing. */
  call: v.array(
    v.pipe(v.string(), v.regex(/^(?:[\d*#]{1,32}|-)$/, 'keys are digits, * and #, or - for none')),
  ),
  /** Any name, as in a text; `null`: the number is hidden. */
  from: v.optional(v.nullable(v.string()), 'attendee'),
  expect: v.optional(
    v.strictObject({
      /** A part of something that is said; `/…/` is a pattern. */
      hears: v.optional(part),
      answered: v.optional(v.boolean()),
    }),
    {},
  ),
});

const waitStep = v.strictObject({ wait: duration });

/** A moment, or `+10m` from where the clock stands. */
const clockStep = v.strictObject({
  clock: v.union([
    v.pipe(
      v.string(),
      v.startsWith('+'),
      v.transform((text) => text.slice(1)),
      duration,
    ),
    moment,
  ]),
});

const resultsStep = v.strictObject({
  /** By keyword: how many votes of each score came in since the start, and the state. */
  results: v.record(
    v.string(),
    v.strictObject({
      state: v.optional(v.picklist(['scheduled', 'open', 'paused', 'closed'])),
      votes: v.optional(v.record(v.picklist(['1', '2', '3', '4', '5']), v.number())),
    }),
  ),
});

const scenarioSchema = v.strictObject({
  title: v.string(),
  /** Replaces the event's description in a local run; then a deployed URL has to have the same event. */
  event: v.optional(v.record(v.string(), v.unknown())),
  /** Where the clock of a local run starts. */
  clock: v.optional(moment),
  steps: v.pipe(v.array(v.record(v.string(), v.unknown())), v.minLength(1, 'a scenario has steps')),
});

export type TextStep = { kind: 'text' } & v.InferOutput<typeof textStep>;
export type CallStep = { kind: 'call' } & v.InferOutput<typeof callStep>;
export type ResultsStep = { kind: 'results' } & v.InferOutput<typeof resultsStep>;
export interface ClockStep {
  kind: 'clock';
  to: { at: number } | { forward: number };
  /** As the file has it, for people. */
  written: string;
}
export type Step = TextStep | CallStep | ResultsStep | ClockStep | { kind: 'wait'; milliseconds: number };

export interface Scenario {
  title: string;
  event: Record<string, unknown> | null;
  /** Milliseconds since 1970; `null`: the real time. */
  clock: number | null;
  steps: Step[];
}

/** Reads a scenario, JSON5. @throws ScenarioFault with every fault, each naming its field */
export function parseScenario(text: string): Scenario {
  let value: unknown;
  try {
    value = JSON5.parse(text);
  } catch (error) {
    throw new ScenarioFault([error instanceof Error ? error.message.replace(/^JSON5: /, '') : String(error)]);
  }
  const { title, event = null, clock = null, steps } = check(scenarioSchema, value, '');
  return { title, event, clock, steps: steps.map((step, index) => readStep(step, `steps[${index}]`)) };
}

function readStep(step: Record<string, unknown>, place: string): Step {
  if ('text' in step) return { kind: 'text', ...check(textStep, step, place) };
  if ('call' in step) return { kind: 'call', ...check(callStep, step, place) };
  if ('results' in step) return { kind: 'results', ...check(resultsStep, step, place) };
  if ('wait' in step) return { kind: 'wait', milliseconds: check(waitStep, step, place).wait };
  if ('clock' in step) {
    const { clock } = check(clockStep, step, place);
    const forward = typeof step.clock === 'string' && step.clock.startsWith('+');
    return { kind: 'clock', to: forward ? { forward: clock } : { at: clock }, written: String(step.clock) };
  }
  throw new ScenarioFault([`${place}: a step has text, call, results, wait or clock`]);
}

function check<Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
  place: string,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  throw new ScenarioFault(
    result.issues.map((issue) => {
      const where = [place, v.getDotPath(issue)].filter(Boolean).join('.');
      if (issue.type === 'strict_object' && issue.received === 'undefined') return `${where} is missing`;
      if (issue.type === 'strict_object' && issue.expected === 'never') return `${where} is no field here`;
      return where === '' ? issue.message : `${where}: ${issue.message}`;
    }),
  );
}
