import { describeProblem, type Problem } from './twilio-problem';

/** How a webhook is called; times in milliseconds. */
export interface ConnectionSettings {
  connectTimeout: number;
  readTimeout: number;
  /** For the request with all its retries. */
  totalTimeout: number;
  retries: number;
  /** What is tried again. */
  retryOn: ReadonlySet<RetryCause>;
}

export type RetryCause = '4xx' | '5xx' | 'ct' | 'rt';

const causes: readonly RetryCause[] = ['4xx', '5xx', 'ct', 'rt'];
const edges = ['ashburn', 'dublin', 'frankfurt', 'sao-paulo', 'singapore', 'sydney', 'tokyo', 'umatilla'];

/**
 * Reads the connection overrides in the fragment of a webhook's URL, such as `rc=2&rp=ct,rt`. What Twilio would not
 * take is reported and left at its default.
 * Keys, ranges and defaults: https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
 */
export function readConnectionOverrides(fragment: string): {
  settings: ConnectionSettings;
  problems: Problem[];
} {
  const given = new URLSearchParams(fragment);
  const problems: Problem[] = [];
  const readNumber = (key: string, fallback: number, low: number, high: number): number => {
    const text = given.get(key);
    if (text === null) return fallback;
    const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= low && value <= high) return value;
    problems.push(
      describeProblem(
        11321,
        `#${key}=${text} in the URL is not a whole number from ${low} to ${high}: ${fallback} is used.`,
      ),
    );
    return fallback;
  };
  const settings = {
    connectTimeout: readNumber('ct', 5_000, 100, 10_000),
    readTimeout: readNumber('rt', 15_000, 100, 15_000),
    totalTimeout: readNumber('tt', 15_000, 100, 15_000),
    retries: readNumber('rc', 1, 0, 5),
    retryOn: readRetryPolicy(given.get('rp') ?? 'ct', problems),
  };
  const edge = given.get('e');
  for (const name of edge === null ? [] : edge.split(',')) {
    if (!edges.includes(name)) {
      problems.push(
        describeProblem(11240, `#e=${name} in the URL is no edge of Twilio; there are ${edges.join(', ')}.`),
      );
    }
  }
  return { settings, problems };
}

function readRetryPolicy(text: string, problems: Problem[]): ReadonlySet<RetryCause> {
  const names = text.split(',');
  if (names.includes('all')) return new Set(causes);
  const known = causes.filter((cause) => names.includes(cause));
  if (known.length !== new Set(names).size) {
    problems.push(
      describeProblem(
        11243,
        `#rp=${text} in the URL: the retry policy is made of 4xx, 5xx, ct, rt, or is all.`,
      ),
    );
    return new Set(['ct']);
  }
  return new Set(known);
}
